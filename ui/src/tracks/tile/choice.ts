// Which tiles show a stretch of the genome, and in which order they are asked for.

/** Columns of every tile. */
export const COLUMNS = 512;

/** The finest step at which marks are imputed: a bin. */
export const BIN = 50;

/** Bases a column: the largest of 1, 10 and 50 times a power of two that is not more than a pixel; marks from a bin on. */
export function chooseStep(basesPerPixel: number, imputed: boolean): number {
  if (basesPerPixel < BIN) {
    if (imputed) return BIN;
    return basesPerPixel >= 10 ? 10 : 1;
  }
  return BIN * 2 ** Math.floor(Math.log2(basesPerPixel / BIN));
}

/** All steps at hand, near ones of `step` first: what may stand in for a tile that is not there yet. */
export function standIns(step: number): number[] {
  const steps = [1, 10];
  for (let k = 0; k <= 16; k++) steps.push(BIN * 2 ** k);
  return steps
    .filter((other) => other !== step)
    .sort((a, b) => Math.abs(Math.log(a / step)) - Math.abs(Math.log(b / step)));
}

/** Numbers of the first and the last tile that cover the bases `start..end`. */
export function tileRange(start: number, end: number, step: number): [number, number] {
  const bases = COLUMNS * step;
  return [Math.max(0, Math.floor(start / bases)), Math.max(0, Math.ceil(end / bases) - 1)];
}

/** A stretch on the screen. */
export interface Seen {
  chromosome: string;
  start: number;
  end: number;
  basesPerPixel: number;
  /** Bases of the chromosome. */
  length: number;
}

/** A tile that is wanted, and how urgently: 0 is the centre of the view, 1 a screen's half away. */
export interface Wanted {
  chromosome: string;
  step: number;
  index: number;
  distance: number;
}

/** The tiles of one track that cover what is seen, nearest to the centre first. */
export function wantedTiles(seen: Seen, imputed: boolean): Wanted[] {
  const step = chooseStep(seen.basesPerPixel, imputed);
  const end = Math.min(seen.end, seen.length);
  if (end <= seen.start) return [];
  const [first, last] = tileRange(seen.start, end, step);
  const centre = (seen.start + seen.end) / 2;
  const half = (seen.end - seen.start) / 2;
  const wanted: Wanted[] = [];
  for (let index = first; index <= last; index++) {
    const from = index * COLUMNS * step;
    const to = from + COLUMNS * step;
    const away = Math.max(0, from - centre, centre - to);
    wanted.push({ chromosome: seen.chromosome, step, index, distance: away / half });
  }
  return wanted.sort((a, b) => a.distance - b.distance);
}
