// Draws every track from what is at hand, and knows the range that each is drawn in.

import type { Reads } from "../backend/wire/Reads";
import type { Ground } from "./colour";
import type { Surface } from "./draw/area";
import { drawExplanation, explanationTop } from "./draw/explanation";
import { drawFeatures, drawPeakBars } from "./draw/features";
import { drawAssay, drawImputed, drawObserved, drawSignal, type PanelLook } from "./draw/panel";
import { CLOSE, coverageHeight, drawReads, readAt } from "./draw/reads";
import { commonMost, largest, niceCeiling, numberText, rangeTop, scoreText } from "./draw/scale";
import { drawRemark, drawWaiting, type Window } from "./draw/waiting";
import type { FeatureStore } from "./feature-store";
import type { StretchStore } from "./stretch-store";
import type { Seen } from "./tile/choice";
import { pixelsOf, type Fold, type Pixels } from "./tile/pixels";
import { seriesKey, type Series, type TileStore } from "./tile/store";
import { isScore, NO_GENES, type Track } from "./track";

/** A stretch to draw, in pixels of `basesPerPixel` from base `start` on. */
export interface Place {
  chromosome: string;
  length: number;
  start: number;
  basesPerPixel: number;
  width: number;
  seen: Window;
}

/** Bases a pixel from which on intervals are not drawn: views of about a megabase. */
const FAR = 1000;

const ADD_GENES = "No genes of this assembly came with Nascape: add a GTF or GFF3 file of them (Add track, or drop it here).";

const STRANDED: readonly Fold[] = ["mean", "max", "mean", "max"];
const PLAIN: readonly Fold[] = ["mean", "max"];
const IMPUTED: readonly Fold[] = ["mean", "max", "mean", "mean"];

export class Painter {
  /** The upper end of each track's range, by key. */
  tops = new Map<string, number>();
  /** False while what is missing may still come before anybody sees that it is. */
  slow = false;
  /** The largest number of each track on the screen, by key. */
  private mosts: ReadonlyMap<string, number> = new Map();
  private readonly tiles: TileStore;
  private readonly features: FeatureStore;
  private readonly reads: StretchStore<Reads>;

  constructor(tiles: TileStore, features: FeatureStore, reads: StretchStore<Reads>) {
    this.tiles = tiles;
    this.features = features;
    this.reads = reads;
  }

  /** Finds the ranges of what is on the screen; only these keys have changed. Returns the keys of the tracks whose range is another now. */
  measure(tracks: readonly Track[], seen: readonly Seen[], stale: ReadonlySet<string> | "all"): Set<string> {
    const known = (key: string) => (stale === "all" || stale.has(key) ? undefined : this.mosts.get(key));
    const most = new Map(tracks.map((track) => [track.key, known(track.key) ?? this.most(track, seen)]));
    this.mosts = most;
    const groups = new Map<string, number>();
    for (const { key, scale } of tracks) {
      if (scale.kind === "group") groups.set(scale.group, Math.max(groups.get(scale.group) ?? 0, most.get(key) ?? 0));
    }
    const tops = new Map(
      tracks.map((track) => {
        const shared = track.scale.kind === "group" ? groups.get(track.scale.group) : most.get(track.key);
        return [track.key, rangeTop(shared ?? 0, track.scale, isScore(track))];
      }),
    );
    const changed = new Set([...tops].filter(([key, top]) => this.tops.get(key) !== top).map(([key]) => key));
    this.tops = tops;
    return changed;
  }

  draw(on: Surface, track: Track, place: Place, ground: Ground): void {
    const { source, height, colour, log, window } = track;
    const look: PanelLook = { height, colour, log, window, ground, interval: track.interval && place.basesPerPixel < FAR, top: this.tops.get(track.key) ?? 1 };
    const featureLook = { ...look, ...place };
    if (source.kind === "features" && source.track === NO_GENES) {
      drawRemark(on, ADD_GENES, height, place.seen, ground);
    } else if (source.kind === "features") {
      const end = place.start + place.width * place.basesPerPixel;
      drawFeatures(on, this.features.get(source.track, place.chromosome, place.start, end), featureLook);
      this.drawFault(on, this.features.failureOf(source.track), place, look);
    } else if (source.kind === "explanation") {
      if (source.chromosome === place.chromosome) drawExplanation(on, source, place, look);
    } else {
      const series = { track: source.track, imputed: source.kind === "imputed" ? source.by : null };
      const pixels = this.pixels(series, foldsOf(track), place);
      const close = source.kind === "signal" && source.reads === true && bases(place) < CLOSE + place.basesPerPixel;
      const part = close ? { ...look, height: coverageHeight(height) } : look;
      if (source.kind === "assay") drawAssay(on, pixels, look);
      else if (source.kind === "signal") drawSignal(on, pixels, part);
      else drawImputed(on, pixels, look);
      const failure = this.tiles.failureOf(seriesKey(series));
      drawWaiting(on, pixels, part.height, place.seen, ground, this.slow, failure);
      if (close) this.drawReads(on, source.track, place, look);
    }
    this.drawObserved(on, track, place, look);
  }

  /** What stands under the pointer, in words. */
  valueAt(track: Track, seen: Seen, { base, y }: { base: number; y: number }): string {
    const { source } = track;
    const { chromosome, length, basesPerPixel } = seen;
    if (source.kind === "signal" && source.reads === true && seen.end - seen.start <= CLOSE && y > coverageHeight(track.height)) {
      const held = this.reads.most(source.track, chromosome, seen.start, seen.end);
      const look = { ...placeOf(seen), height: track.height };
      return held === undefined ? "" : readAt(held.answer, base, y, { ...look, seen: { from: 0, to: look.width } }, chromosome);
    }
    if (source.kind === "features") {
      const slack = basesPerPixel * 2;
      const here = this.features.get(source.track, chromosome, base - slack, base + slack);
      return here.slice(0, 3).map(({ name, strand }) => `${name}${strand === "." ? "" : ` (${strand})`}`).join(", ");
    }
    if (source.kind === "explanation") return "";
    const series = { track: source.track, imputed: source.kind === "imputed" ? source.by : null };
    const start = Math.floor(base / basesPerPixel) * basesPerPixel;
    const place = { chromosome, length, start, basesPerPixel, width: 1, seen: { from: 0, to: 1 } };
    const [a, b, c, d] = this.pixels(series, foldsOf(track), place).rows.map((row) => row[0] ?? NaN);
    const row = (mean = NaN, most = NaN) => (track.window === "mean" ? mean : most);
    if (source.kind === "assay") return `+ ${numberText(row(a, b))}  − ${numberText(row(c, d))}`;
    if (source.kind === "signal") return numberText(row(a, b));
    const write = source.score ? scoreText : numberText;
    return write(a ?? NaN) + (Number.isNaN(c ?? NaN) ? "" : ` (${write(c ?? NaN)} to ${write(d ?? NaN)})`);
  }

  /** The largest number of each pixel that is on the screen. */
  maxima(track: Track, seen: Seen): Float32Array {
    if (track.source.kind !== "imputed") return new Float32Array();
    const series = { track: track.source.track, imputed: track.source.by };
    return this.pixels(series, IMPUTED, placeOf(seen)).rows[1] ?? new Float32Array();
  }

  private most(track: Track, seen: readonly Seen[]): number {
    const { source } = track;
    if (source.kind === "features") return 1;
    if (source.kind === "explanation") return explanationTop(source.what);
    const series = { track: source.track, imputed: source.kind === "imputed" ? source.by : null };
    const rows = seen.flatMap((stretch) => {
      const [a, b, c, d] = this.pixels(series, foldsOf(track), placeOf(stretch)).rows;
      if (source.kind === "assay") return track.window === "mean" ? [a, c] : [b, d];
      // An interval that reaches up to 1 must not flatten the peaks under it.
      return track.window === "mean" ? [a] : [b];
    });
    const shown = rows.filter((row): row is Float32Array => row !== undefined);
    return source.kind === "assay" ? commonMost(shown) : Math.max(0, ...shown.map(largest));
  }

  private drawObserved(on: Surface, { observed }: Track, place: Place, look: PanelLook): void {
    if (observed === null) return;
    if (observed.kind === "features") {
      const end = place.start + place.width * place.basesPerPixel;
      const features = this.features.get(observed.track, place.chromosome, place.start, end);
      drawPeakBars(on, features, { ...look, ...place });
      return;
    }
    const { rows } = this.pixels({ track: observed.track, imputed: null }, PLAIN, place);
    const mean = rows[0] ?? new Float32Array();
    // Observed signal and imputed score have no unit in common: each fills the panel in its own range.
    const visible = mean.subarray(Math.max(0, place.seen.from), Math.max(0, place.seen.to));
    drawObserved(on, mean, { ...look, top: niceCeiling(largest(visible)) });
  }

  /** Single reads, below the coverage. */
  private drawReads(on: Surface, track: string, place: Place, look: PanelLook): void {
    const held = this.reads.most(track, place.chromosome, place.start + place.seen.from * place.basesPerPixel, place.start + place.seen.to * place.basesPerPixel);
    if (held !== undefined) drawReads(on, held.answer, { ...look, ...place });
    const failure = this.reads.failureOf(track);
    if (failure !== undefined) drawRemark(on, failure, look.height + coverageHeight(look.height), place.seen, look.ground);
  }

  private drawFault(on: Surface, failure: string | undefined, place: Place, look: PanelLook): void {
    if (failure === undefined) return;
    const state = new Uint8Array(place.width).fill(3);
    drawWaiting(on, { rows: [], state }, look.height, place.seen, look.ground, true, failure);
  }

  private pixels(series: Series, folds: readonly Fold[], place: Omit<Place, "seen">): Pixels {
    return pixelsOf(this.tiles, folds, { ...place, series: seriesKey(series), imputed: series.imputed !== null });
  }
}

/** Bases on the screen. */
function bases({ seen, basesPerPixel }: Place): number {
  return (seen.to - seen.from) * basesPerPixel;
}

function foldsOf({ source }: Track): readonly Fold[] {
  if (source.kind === "assay") return STRANDED;
  return source.kind === "imputed" ? IMPUTED : PLAIN;
}

function placeOf({ chromosome, length, start, end, basesPerPixel }: Seen): Omit<Place, "seen"> {
  return { chromosome, length, start, basesPerPixel, width: Math.max(1, Math.ceil((end - start) / basesPerPixel)) };
}
