// From a value to a height: ranges that the eye can read, and the same range for tracks of one group.

/** How a track chooses its range. */
export type ScaleChoice =
  | { kind: "auto" }
  /** Together with all tracks of the group. */
  | { kind: "group"; group: string }
  | { kind: "fixed"; max: number };

/** The next of 1, 2, 2.5, 5 times a power of ten that is not below `value`. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 2.5, 5]) if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

/** The largest finite number. 0 for none. */
export function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (value > most && Number.isFinite(value)) most = value;
  return most;
}

/**
 * What most columns keep below: twice their 97th percentile, or the largest where that is less. A pile of reads at one base
 * would make all others vanish; what stands out beyond the range is drawn with a cap.
 */
export function commonMost(rows: readonly Float32Array[]): number {
  const values = rows.flatMap((row) => [...row].filter((value) => value > 0)).sort((a, b) => a - b);
  const most = values.at(-1) ?? 0;
  const common = values[Math.floor(values.length * 0.97)] ?? most;
  return Math.min(most, 2 * common);
}

/**
 * The range's upper end. Scores between 0 and 1 never zoom in beyond 0.2, lest noise look like peaks.
 */
export function rangeTop(most: number, choice: ScaleChoice, score: boolean): number {
  if (choice.kind === "fixed") return choice.max;
  return score ? Math.min(1, niceCeiling(Math.max(0.2, most))) : niceCeiling(most);
}

/** The share of the height, 0 to 1, that a value takes; a logarithmic scale spans two decades. */
export function share(value: number, top: number, log: boolean): number {
  if (!(value > 0)) return 0;
  const part = Math.min(1, value / top);
  return log ? Math.log1p(99 * part) / Math.log(100) : part;
}

/** A score between 0 and 1. */
export function scoreText(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : "no data";
}

/** A number for an axis or the status line: three digits that matter. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "no data";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 10_000 || size < 0.001) return value.toExponential(1).replace("e+", "e");
  if (size >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
