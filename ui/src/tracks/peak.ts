// The peak under a click: the run of pixels around it that keeps above half of its height.

import type { Locus } from "../genome/locus";

/** Peaks lower than this part of the range are ground. */
const LEAST = 0.08;

/** First and one past the last pixel of the peak at a pixel, and its height; nothing on flat ground. */
export function peakAround(values: Float32Array, pixel: number, top: number): { from: number; to: number; most: number } | null {
  // A click may be a few pixels off.
  let at = pixel;
  for (let near = Math.max(0, pixel - 3); near <= Math.min(values.length - 1, pixel + 3); near++) {
    if ((values[near] ?? 0) > (values[at] ?? 0)) at = near;
  }
  const most = values[at] ?? NaN;
  if (!(most > top * LEAST)) return null;
  const above = (index: number) => (values[index] ?? 0) >= most / 2;
  let from = at;
  while (from > 0 && above(from - 1)) from--;
  let to = at + 1;
  while (to < values.length && above(to)) to++;
  return { from, to, most };
}

/** Whole bins around a run of pixels. */
export function binsAround(chromosome: string, start: number, end: number, length: number): Locus {
  return { chromosome, start: Math.max(0, Math.floor(start / 50) * 50), end: Math.min(length, Math.ceil(end / 50) * 50) };
}
