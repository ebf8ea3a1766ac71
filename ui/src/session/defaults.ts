// Which tracks an opened file becomes.

import type { BundleLine } from "../backend/wire/BundleLine";
import type { Genome } from "../backend/wire/Genome";
import type { TrackInfo } from "../backend/wire/TrackInfo";
import { markColour } from "../tracks/colour";
import { NO_GENES, type Track } from "../tracks/track";

const ORDER = ["H3K4me3", "H3K27ac", "H3K27me3", "DNase"];

let made = 0;

/** A key that no track, region or window has had. */
export function newKey(): string {
  made += 1;
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}${made.toString(36)}`;
}

const PLAIN = { scale: { kind: "auto" }, log: false, window: "both", interval: true, observed: null } as const;

/** The track of an assay, of a signal or of features. */
export function ownTrack(info: TrackInfo): Track {
  const track = { ...PLAIN, key: newKey(), name: info.name };
  if (info.kind === "features") {
    return { ...track, source: { kind: "features", track: info.id }, note: "features", height: 56, colour: "#7F7F7F" };
  }
  if (info.reads === "coverage") {
    const source = { kind: "signal", track: info.id, reads: true } as const;
    return { ...track, source, note: "reads and coverage", height: 168, colour: "#7F7F7F" };
  }
  const stranded = info.kind === "assay";
  return {
    ...track,
    source: { kind: stranded ? "assay" : "signal", track: info.id },
    note: stranded ? "assay, plus and minus" : "signal",
    height: stranded ? 96 : 64,
    colour: stranded ? "#0072B2" : "#7F7F7F",
    // Reads are few bases apart: a pixel's mean is next to nothing where its maximum shows them.
    window: stranded ? "max" : "both",
  };
}

/** The track of a mark that a bundle imputes from an assay. */
export function imputedTrack(assay: string, bundle: BundleLine, target: string): Track | null {
  const line = bundle.targets.find(({ name }) => name === target);
  if (line === undefined) return null;
  return {
    ...PLAIN,
    // A score has one range everywhere: what fills the panel here and there must be as high here as there.
    scale: line.score ? { kind: "fixed", max: 1 } : PLAIN.scale,
    key: newKey(),
    source: { kind: "imputed", track: assay, by: { bundle: bundle.name, target }, score: line.score },
    name: target,
    note: bundle.name,
    height: 72,
    colour: markColour(target),
  };
}

/** The genes that came with the program, or the place of those that did not. */
export function genesTrack(genome: Genome): Track {
  return {
    ...PLAIN,
    key: newKey(),
    source: { kind: "features", track: genome.genes ? `genes:${genome.name}` : NO_GENES },
    name: "Genes",
    note: genome.name,
    height: genome.genes ? 56 : 32,
    colour: "#7F7F7F",
  };
}

/** The default bundle of each mark, in the order of the design. */
export function defaultBundles(bundles: readonly BundleLine[], stranded: boolean): { bundle: BundleLine; target: string }[] {
  const usable = bundles.filter((bundle) => bundle.default && (stranded || !bundle.needs_strands));
  const marks = usable.flatMap((bundle) => bundle.targets.map(({ name }) => ({ bundle, target: name })));
  const rank = (target: string) => (ORDER.includes(target) ? ORDER.indexOf(target) : ORDER.length);
  const first = marks.filter(({ target }, at) => marks.findIndex((mark) => mark.target === target) === at);
  return first.sort((a, b) => rank(a.target) - rank(b.target));
}

/** The mark that a file's name speaks of, among those shown. */
export function markInName(name: string, marks: readonly string[]): string | null {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return marks.find((mark) => plain.includes(mark.toLowerCase().replace(/[^a-z0-9]/g, ""))) ?? null;
}
