// What a panel of an assay, a signal or an imputed mark looks like.

import { faded, MINUS, PLUS, type Ground } from "../colour";
import type { Pixels } from "../tile/pixels";
import { fillBetween, runs, strokeRow, type Surface, type ToY } from "./area";
import { share } from "./scale";

/** Which of a pixel's numbers are drawn. */
export type WindowFunction = "both" | "mean" | "max";

export interface PanelLook {
  height: number;
  top: number;
  log: boolean;
  window: WindowFunction;
  colour: string;
  ground: Ground;
  /** Whether the interval of an imputed mark is drawn. */
  interval: boolean;
}

const MARGIN = 4;

/** Heights of a panel whose zero is at the bottom. */
export function heights({ height, top, log }: PanelLook): ToY {
  const base = height - 1;
  return (value) => Math.round((base - share(value, top, log) * (base - MARGIN)) * 2) / 2;
}

/** Plus up and minus down from a line in the middle. */
export function drawAssay(on: Surface, { rows }: Pixels, look: PanelLook): void {
  const middle = Math.floor(look.height / 2);
  const reach = middle - MARGIN / 2;
  const up: ToY = (value) => Math.round((middle - share(value, look.top, look.log) * reach) * 2) / 2;
  const down: ToY = (value) => Math.round((middle + share(value, look.top, look.log) * reach) * 2) / 2;
  drawRows(on, rows[0], rows[1], up, { ...look, colour: PLUS });
  drawRows(on, rows[2], rows[3], down, { ...look, colour: MINUS });
  drawCaps(on, rows[look.window === "mean" ? 0 : 1], up(look.top) - 1, look);
  drawCaps(on, rows[look.window === "mean" ? 2 : 3], down(look.top) - 1, look);
  on.fillStyle = look.ground.hairline;
  on.fillRect(0, middle, rows[0]?.length ?? 0, 1);
}

/** Marks what goes beyond the range. */
function drawCaps(on: Surface, row: Float32Array | undefined, y: number, { top, ground }: PanelLook): void {
  if (row === undefined) return;
  on.fillStyle = ground.ink;
  for (const [from, to] of runs(row.length, (at) => (row[at] ?? 0) > top * 1.001)) on.fillRect(from, y, to - from, 2);
}

/** A signal without strands. */
export function drawSignal(on: Surface, { rows }: Pixels, look: PanelLook): void {
  drawRows(on, rows[0], rows[1], heights(look), look);
}

/** An imputed mark: its interval behind, the maximum, the mean in front, and a line where it ends. */
export function drawImputed(on: Surface, { rows }: Pixels, look: PanelLook): void {
  const toY = heights(look);
  const [mean, most, low, high] = rows;
  if (mean === undefined || most === undefined) return;
  // Far out, the mean end of a pixel's intervals says nothing about the peaks in it.
  if (look.interval && look.window !== "max" && low !== undefined && high !== undefined) {
    // Faint within, since the interval of a score may be most of the panel; its ends as lines.
    fillBetween(on, low, high, toY, faded(look.colour, look.ground.dark ? 0.12 : 0.1));
    for (const end of [low, high]) strokeRow(on, end, toY, faded(look.colour, 0.45));
  }
  drawRows(on, mean, most, toY, look);
}

function drawRows(on: Surface, mean: Float32Array | undefined, most: Float32Array | undefined, toY: ToY, look: PanelLook) {
  if (mean === undefined || most === undefined) return;
  if (look.window === "max") {
    fillBetween(on, 0, most, toY, look.colour);
    return;
  }
  if (look.window === "both") fillBetween(on, 0, most, toY, faded(look.colour, 0.55));
  fillBetween(on, 0, mean, toY, look.colour);
}

/** An observed signal over an imputed one: a dark line. */
export function drawObserved(on: Surface, mean: Float32Array, look: PanelLook): void {
  strokeRow(on, mean, heights(look), look.ground.ink, 1);
}
