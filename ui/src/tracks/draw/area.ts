// Shapes along the genome, a pixel a step. Only paths, so that the same code draws a canvas and an SVG.

/** What both a canvas and igv.js's SVG context can do. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  "beginPath" | "moveTo" | "lineTo" | "closePath" | "fill" | "stroke" | "fillRect" | "fillText" | "measureText"
> & {
  fillStyle: string | CanvasGradient | CanvasPattern;
  strokeStyle: string | CanvasGradient | CanvasPattern;
  lineWidth: number;
  font: string;
  textAlign: CanvasTextAlign;
};

/** Where a value stands. */
export type ToY = (value: number) => number;

/** Fills between two rows of values; pixels without a number stay empty. */
export function fillBetween(on: Surface, low: Float32Array | number, high: Float32Array, toY: ToY, colour: string): void {
  const lowAt = (pixel: number) => (typeof low === "number" ? low : (low[pixel] ?? NaN));
  on.beginPath();
  let pixel = 0;
  while (pixel < high.length) {
    if (Number.isNaN(high[pixel]) || Number.isNaN(lowAt(pixel))) {
      pixel++;
      continue;
    }
    const first = pixel;
    while (pixel < high.length && !Number.isNaN(high[pixel]) && !Number.isNaN(lowAt(pixel))) pixel++;
    traceRun(on, first, pixel, (at) => toY(high[at] ?? 0), (at) => toY(lowAt(at)));
  }
  on.fillStyle = colour;
  on.fill();
}

function traceRun(on: Surface, first: number, last: number, top: (at: number) => number, bottom: (at: number) => number) {
  on.moveTo(first, bottom(first));
  traceSteps(on, first, last, top, 1);
  traceSteps(on, last - 1, first - 1, bottom, -1);
  on.closePath();
}

/** A staircase; steps of equal height are one line. */
function traceSteps(on: Surface, from: number, to: number, height: (at: number) => number, direction: 1 | -1): void {
  const near = direction === 1 ? 0 : 1;
  let y = NaN;
  for (let at = from; at !== to; at += direction) {
    const next = height(at);
    if (next === y) continue;
    if (!Number.isNaN(y)) on.lineTo(at + near, y);
    on.lineTo(at + near, next);
    y = next;
  }
  on.lineTo(to + near, y);
}

/** A line through a row of values. */
export function strokeRow(on: Surface, values: Float32Array, toY: ToY, colour: string, width = 1): void {
  on.beginPath();
  let pen = false;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel] ?? NaN;
    if (Number.isNaN(value)) {
      pen = false;
      continue;
    }
    const y = toY(value);
    if (pen) on.lineTo(pixel + 0.5, y);
    else on.moveTo(pixel + 0.5, y);
    pen = true;
  }
  on.strokeStyle = colour;
  on.lineWidth = width;
  on.stroke();
}

/** Runs of pixels that satisfy `is`, as [first, one past the last]. */
export function runs(length: number, is: (pixel: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let pixel = 0;
  while (pixel < length) {
    if (!is(pixel)) {
      pixel++;
      continue;
    }
    const first = pixel;
    while (pixel < length && is(pixel)) pixel++;
    found.push([first, pixel]);
  }
  return found;
}
