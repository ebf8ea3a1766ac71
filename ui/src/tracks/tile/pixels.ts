// From tiles to one number a pixel: means of means, maxima of maxima, and stand-ins while the right tiles are on their way.

import { chooseStep, COLUMNS, standIns } from "./choice";
import type { TileStore } from "./store";

/** What a pixel shows: its own number, another zoom's, nothing yet, or a failure. */
export const enum Pixel {
  Ready,
  StandIn,
  Missing,
  Failed,
}

/** How rows are brought together when several columns share a pixel. */
export type Fold = "mean" | "max";

/** Numbers of a stretch, a row for each row of a tile. */
export interface Pixels {
  rows: Float32Array[];
  state: Uint8Array;
}

export interface Stretch {
  series: string;
  chromosome: string;
  imputed: boolean;
  start: number;
  basesPerPixel: number;
  width: number;
  /** Bases of the chromosome. */
  length: number;
}

/** One number a row and pixel over `width` pixels from base `start` on. */
export function pixelsOf(store: TileStore, folds: readonly Fold[], stretch: Stretch): Pixels {
  const { width, start, basesPerPixel, imputed, length } = stretch;
  const rows = folds.map(() => new Float32Array(width).fill(NaN));
  const state = new Uint8Array(width).fill(Pixel.Missing);
  const step = chooseStep(basesPerPixel, imputed);
  const find = finder(store, stretch);
  for (let pixel = 0; pixel < width; pixel++) {
    const from = start + pixel * basesPerPixel;
    if (from < 0 || from >= length) {
      state[pixel] = Pixel.Ready;
      continue;
    }
    const to = from + basesPerPixel;
    if (read(find, folds, rows, pixel, from, to, step)) {
      state[pixel] = Pixel.Ready;
      continue;
    }
    if (find.failed(Math.floor(from / (COLUMNS * step)))) {
      state[pixel] = Pixel.Failed;
      continue;
    }
    if (find.others.some((other) => read(find, folds, rows, pixel, from, to, other))) state[pixel] = Pixel.StandIn;
  }
  return { rows, state };
}

interface Finder {
  tile(step: number, index: number): Float32Array | undefined;
  /** Whether the tile of the stretch's own zoom failed. */
  failed(index: number): boolean;
  /** Other zooms of which some tile is at hand here. */
  others: number[];
}

/** Looks every tile of the stretch up once. */
function finder(store: TileStore, stretch: Stretch): Finder {
  const { series, chromosome, start, basesPerPixel, width, imputed } = stretch;
  const found = new Map<number, Map<number, Float32Array | undefined>>();
  const tile = (step: number, index: number) => {
    const ofStep = found.get(step) ?? new Map<number, Float32Array | undefined>();
    found.set(step, ofStep);
    if (!ofStep.has(index)) ofStep.set(index, store.tile(series, chromosome, step, index));
    return ofStep.get(index);
  };
  const failures = new Map<number, boolean>();
  const step = chooseStep(basesPerPixel, imputed);
  const failed = (index: number) => {
    const known = failures.get(index) ?? store.failure(series, chromosome, step, index) !== undefined;
    failures.set(index, known);
    return known;
  };
  const end = start + width * basesPerPixel;
  const others = standIns(step).filter((other) => {
    const bases = COLUMNS * other;
    // Much finer zooms would have to be looked up in thousands of tiles.
    if ((end - start) / bases > 24) return false;
    for (let index = Math.max(0, Math.floor(start / bases)); index * bases < end; index++) {
      if (tile(other, index) !== undefined) return true;
    }
    return false;
  });
  return { tile, failed, others };
}

/** Sums and counts of one pixel, kept here since a drawing reads thousands of pixels. */
const sums = new Float64Array(4);
const counts = new Uint32Array(4);

function read(
  find: Finder,
  folds: readonly Fold[],
  rows: Float32Array[],
  pixel: number,
  from: number,
  to: number,
  step: number,
): boolean {
  const first = Math.floor(from / step);
  const last = Math.max(first, Math.ceil(to / step) - 1);
  sums.fill(0);
  counts.fill(0);
  for (let column = first; column <= last; column++) {
    const tile = find.tile(step, Math.floor(column / COLUMNS));
    if (tile === undefined) return false;
    for (let row = 0; row < folds.length; row++) add(row, tile[row * COLUMNS + (column % COLUMNS)] ?? NaN, folds[row] === "max");
  }
  for (let row = 0; row < folds.length; row++) {
    const count = counts[row] ?? 0;
    const out = rows[row];
    if (count > 0 && out !== undefined) out[pixel] = (sums[row] ?? 0) / (folds[row] === "max" ? 1 : count);
  }
  return true;
}

function add(row: number, value: number, most: boolean): void {
  if (Number.isNaN(value)) return;
  const before = sums[row] ?? 0;
  const count = counts[row] ?? 0;
  sums[row] = !most ? before + value : count === 0 ? value : Math.max(before, value);
  counts[row] = count + 1;
}
