// What a track of the window is: data, so that it can be undone, saved and restored.

import type { Explanation } from "../backend/wire/Explanation";
import type { ImputedBy } from "../backend/wire/ImputedBy";
import type { WindowFunction } from "./draw/panel";
import type { ScaleChoice } from "./draw/scale";
import type { Series } from "./tile/store";

/** Where a track's numbers or features come from. `track` names an open track of the program. */
export type Source =
  | { kind: "assay"; track: string }
  /** `reads`: of a BAM, whose single reads are drawn close up. */
  | { kind: "signal"; track: string; reads?: true }
  | { kind: "imputed"; track: string; by: ImputedBy; score: boolean }
  | { kind: "features"; track: string }
  | { kind: "explanation"; track: string; chromosome: string; start: number; end: number; what: Explanation };

/** A track as the user arranged it. */
export interface Track {
  /** Names it in the window. */
  key: string;
  source: Source;
  name: string;
  /** A second line: the bundle, the file's kind. */
  note: string;
  height: number;
  colour: string;
  scale: ScaleChoice;
  log: boolean;
  window: WindowFunction;
  /** Whether an imputed mark is drawn with its interval. */
  interval: boolean;
  /** The open track of the observed mark that is drawn over this one. */
  observed: { track: string; kind: "signal" | "features"; name: string } | null;
}

export const LEAST_HEIGHT = 24;
export const MOST_HEIGHT = 320;

/** The tiles that a track shows, its observed signal's among them. */
export function seriesOf(track: Track): Series[] {
  const series: Series[] = [];
  const { source, observed } = track;
  if (source.kind === "assay" || source.kind === "signal") series.push({ track: source.track, imputed: null });
  if (source.kind === "imputed") series.push({ track: source.track, imputed: source.by });
  if (observed?.kind === "signal") series.push({ track: observed.track, imputed: null });
  return series;
}

/** Stands for the genes of an assembly whose genes are not at hand. */
export const NO_GENES = "genes:";

/** The open tracks whose features a track shows. */
export function featuresOf({ source, observed }: Track): string[] {
  const tracks: string[] = [];
  if (source.kind === "features" && source.track !== NO_GENES) tracks.push(source.track);
  if (observed?.kind === "features") tracks.push(observed.track);
  return tracks;
}

/** The open BAM whose single reads a track shows close up. */
export function readsOf({ source }: Track): string[] {
  return source.kind === "signal" && source.reads === true ? [source.track] : [];
}

/** True when the track's numbers are scores of 'in a peak' from 0 to 1. */
export function isScore({ source }: Track): boolean {
  return source.kind === "imputed" && source.score;
}

/** What the name of a bundle begins with that is still being trained. */
const CANDIDATE = "candidate:";

/** True for the track of a bundle that is still being trained: of the one that becomes `bundle`, or of any. */
export function isProvisional({ source }: Track, bundle?: string): boolean {
  return source.kind === "imputed" && source.by.bundle.startsWith(bundle === undefined ? CANDIDATE : `${CANDIDATE}${bundle}:`);
}

/** True when scores are drawn from 0 to 1, as they are at first. */
export function hasWholeRange(track: Track): boolean {
  return isScore(track) && track.scale.kind === "fixed" && track.scale.max === 1;
}

/** True when a track has an axis with numbers. */
export function hasAxis({ source }: Track): boolean {
  return source.kind !== "features";
}
