// Where numbers are on their way, or will not come: drawn, not hinted.

import type { Ground } from "../colour";
import { Pixel, type Pixels } from "../tile/pixels";
import { runs, type Surface } from "./area";

const FONT = "11px system-ui, -apple-system, 'Segoe UI', sans-serif";

/** The part of a drawing that is on the screen; igv.js draws a screen more at each side. */
export interface Window {
  from: number;
  to: number;
}

/** Hatches what is missing, with a word. `slow` keeps a hatch from flashing up for what comes at once. */
export function drawWaiting(
  on: Surface,
  pixels: Pixels,
  height: number,
  seen: Window,
  ground: Ground,
  slow: boolean,
  failure: string | undefined,
): void {
  if (slow) {
    for (const [from, to] of runs(pixels.state.length, (at) => pixels.state[at] === Pixel.Missing)) {
      hatch(on, from, to, height, ground.hairline);
      label(on, "computing", from, to, height, seen, ground.faint);
    }
  }
  for (const [from, to] of runs(pixels.state.length, (at) => pixels.state[at] === Pixel.Failed)) {
    hatch(on, from, to, height, ground.hairline);
    label(on, failure ?? "failed", from, to, height, seen, ground.fault);
  }
}

function hatch(on: Surface, from: number, to: number, height: number, colour: string): void {
  const gap = 8;
  on.beginPath();
  // Lines are cut by hand at both ends of the run, since a clip would have to be undone in an SVG.
  const first = Math.floor((from - height) / gap) * gap;
  for (let x = first; x < to; x += gap) {
    const left = Math.max(from, x);
    const right = Math.min(to, x + height);
    if (right <= left) continue;
    on.moveTo(left, height - (left - x));
    on.lineTo(right, height - (right - x));
  }
  on.strokeStyle = colour;
  on.lineWidth = 1;
  on.stroke();
}

function label(on: Surface, text: string, from: number, to: number, height: number, seen: Window, colour: string): void {
  const left = Math.max(from, seen.from);
  const right = Math.min(to, seen.to);
  on.font = FONT;
  const shown = fitted(on, text, right - left - 16);
  if (shown === "") return;
  on.fillStyle = colour;
  on.textAlign = "center";
  on.fillText(shown, (left + right) / 2, height / 2 + 4);
  on.textAlign = "left";
}

/** A sentence where nothing else is drawn. */
export function drawRemark(on: Surface, text: string, height: number, seen: Window, ground: Ground): void {
  label(on, text, seen.from, seen.to, height, seen, ground.faint);
}

/** The text, cut with an ellipsis to a width; empty when not even a word fits. */
export function fitted(on: Pick<Surface, "measureText">, text: string, width: number): string {
  if (width < 24) return "";
  if (on.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (on.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low < 3 ? "" : `${text.slice(0, low)}…`;
}
