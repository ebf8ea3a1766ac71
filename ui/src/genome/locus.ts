// Places: 0-based half-open bases inside, 1-based with commas on screen.

/** A stretch of a chromosome. */
export interface Locus {
  chromosome: string;
  /** First base, from 0. */
  start: number;
  /** One past the last base. */
  end: number;
}

const digits = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `33,031,597`. */
export function commas(base: number): string {
  return digits.format(base);
}

/** `chr21:33,031,597-33,041,570`. */
export function regionText({ chromosome, start, end }: Locus): string {
  return `${chromosome}:${commas(Math.floor(start) + 1)}-${commas(Math.round(end))}`;
}

/** The locus of `chr21:33,031,597-33,041,570`; null for other texts. */
export function readLocus(text: string): Locus | null {
  const [, chromosome, first, last] = /^(.+):([\d,]+)-([\d,]+)$/.exec(text) ?? [];
  if (chromosome === undefined || first === undefined || last === undefined) return null;
  const base = (digits: string) => Number(digits.replaceAll(",", ""));
  return { chromosome, start: base(first) - 1, end: base(last) };
}

/** `10 bp`, `4.2 kb`, `1.3 Mb`. */
export function lengthText(bases: number): string {
  if (bases < 1000) return `${Math.round(bases)} bp`;
  if (bases < 1_000_000) return `${short(bases / 1000)} kb`;
  return `${short(bases / 1_000_000)} Mb`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "");
}

/** The texts of several loci that stand in one box, apart by spaces. */
export function splitLoci(text: string): string[] {
  return text
    .trim()
    .split(/[\s;]+/)
    .filter((part) => part !== "");
}

/** The locus with at least `least` bases, moved and cut so that it lies on a chromosome of `length` bases. */
export function within(locus: Locus, length: number, least = 40): Locus {
  const wide = Math.min(length, Math.max(least, locus.end - locus.start));
  const centre = (locus.start + locus.end) / 2;
  const start = Math.min(Math.max(0, centre - wide / 2), length - wide);
  return { chromosome: locus.chromosome, start, end: start + wide };
}

/** `locus` zoomed by `factor` (below 1: closer) so that the base under the pointer, `fraction` of the width in, stays there. */
export function zoomed(locus: Locus, factor: number, fraction: number, length: number): Locus {
  const width = locus.end - locus.start;
  const wide = Math.min(length, Math.max(40, width * factor));
  const held = locus.start + fraction * width;
  const start = Math.min(Math.max(0, held - fraction * wide), length - wide);
  return { chromosome: locus.chromosome, start, end: start + wide };
}

/** True when both name the same bases, to a thousandth of their width. */
export function samePlace(a: Locus, b: Locus): boolean {
  const slack = Math.max(1, (a.end - a.start) / 1000);
  return a.chromosome === b.chromosome && Math.abs(a.start - b.start) <= slack && Math.abs(a.end - b.end) <= slack;
}
