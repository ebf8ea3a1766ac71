// Brings together the window's state, igv.js's view, the tiles and the drawing.

import type { Genome } from "../backend/wire/Genome";
import type { Reads } from "../backend/wire/Reads";
import { newKey } from "../session/defaults";
import { theme } from "../session/theme.svelte";
import type { Workspace } from "../session/workspace.svelte";
import { DARK, LIGHT, type Ground } from "../tracks/colour";
import { FeatureStore } from "../tracks/feature-store";
import { CLOSE, fineEnough } from "../tracks/draw/reads";
import { Painter } from "../tracks/painter";
import { seriesKey, TileStore } from "../tracks/tile/store";
import { binsAround, peakAround } from "../tracks/peak";
import { StretchStore } from "../tracks/stretch-store";
import { featuresOf, readsOf, seriesOf, type Track } from "../tracks/track";
import { samePlace, type Locus } from "./locus";
import type { IgvDrawing } from "./igv-parts";
import { HEAD_HEIGHT } from "./look";
import { drawRuler } from "./ruler";
import { GenomeView, type Spot } from "./view";

/** Milliseconds after which a tile that is not there is drawn as 'computing'. */
const SLOW = 160;
/** Milliseconds between two drawings of tiles that came while others are on their way: each takes some of what fetches them. */
const BETWEEN = 60;
/** Tracks out of sight that are made at a time. */
const FEW = 8;

export class Stage {
  view = $state.raw<GenomeView | null>(null);
  /** The upper end of each track's range, for the axes. */
  tops = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Sentences for the tracks that failed, by key. */
  failures = $state.raw<ReadonlyMap<string, string>>(new Map());
  pending = $state(0);
  /** Grows whenever frames moved or changed their width. */
  tick = $state(0);
  hover = $state.raw<Spot | null>(null);
  readonly tiles: TileStore;
  readonly features: FeatureStore;
  readonly reads: StretchStore<Reads>;
  readonly painter: Painter;
  private readonly workspace: Workspace;
  private stale: Set<string> | "all" = new Set();
  private frame = 0;
  private slowly: ReturnType<typeof setTimeout> | undefined;
  private arriving: ReturnType<typeof setTimeout> | undefined;
  private exporting = false;
  /** What the window shows of the column of tracks, in its pixels. */
  private window = { top: 0, bottom: window.innerHeight };
  /** Tracks out of sight that were not drawn. */
  private readonly unseen = new Set<string>();
  /** Tracks from the top on that igv.js has made: each takes it some milliseconds, and of a hundred some twenty are seen. */
  private made = 0;
  private arranging: Promise<void> = Promise.resolve();
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    const changed = (names: Set<string>) => this.arrived(names);
    this.tiles = new TileStore(workspace.backend, changed);
    this.features = new FeatureStore(workspace.backend, changed);
    this.reads = new StretchStore((request) => workspace.backend.reads(request), changed, fineEnough);
    this.painter = new Painter(this.tiles, this.features, this.reads);
  }

  /** Opens igv.js on a genome in a host element. Returns how to close it. */
  async open(host: HTMLElement, genome: Genome): Promise<void> {
    const { view } = this.workspace;
    const [first] = view.loci;
    if (first === undefined) return;
    const opened = await GenomeView.open(host, genome, first, {
      paint: (key, drawing, length) => this.paint(key, drawing, length),
      ruler: (drawing) => this.paintRuler(drawing),
      moved: (settled) => this.moved(settled),
      swept: (region) => this.addRegion(region),
    });
    this.view = opened;
    await this.arrange();
    await opened.show(view.loci);
    this.refresh();
  }

  close(): void {
    clearTimeout(this.idle);
    this.idle = undefined;
    this.view?.dispose();
    this.view = null;
    this.made = 0;
    this.tiles.want([], []);
  }

  /** Follows the state: tracks, their look, loci after an undo. */
  async follow(loci: readonly Locus[]): Promise<void> {
    const view = this.view;
    if (view === null) return;
    await this.arrange();
    const there = view.loci;
    const same = loci.length === there.length && loci.every((locus, at) => samePlace(there[at] ?? locus, locus));
    if (!same && loci.length > 0) await view.show(loci);
    this.refresh();
  }

  /** Draws everything anew, for example in another theme. */
  refresh(): void {
    this.ask();
    this.repaintSoon("all");
  }

  /** The user scrolled, or the window grew: what comes into sight is drawn. */
  look(top: number, height: number): void {
    this.window = { top, bottom: top + height };
    const inSight = this.inSight();
    this.repaintSoon(new Set([...this.unseen].filter((key) => inSight.has(key))));
    this.ask();
    if (this.view !== null && this.reach() > this.made) void this.arrange();
  }

  retry(track: Track): void {
    for (const series of seriesOf(track)) this.tiles.retry(seriesKey(series));
    for (const id of featuresOf(track)) this.features.retry(id);
    for (const id of readsOf(track)) this.reads.retry(id);
    this.refresh();
  }

  addRegion(locus: Locus): void {
    const { workspace } = this;
    const region = { ...locus, key: newKey(), name: `Region ${workspace.view.regions.length + 1}`, notes: "" };
    workspace.change({ ...workspace.view, regions: [...workspace.view.regions, region] });
    workspace.show("regions");
  }

  /** The value under the pointer, in words. */
  valueAt(spot: Spot): string {
    const track = spot.key === null ? undefined : this.workspace.track(spot.key);
    if (track === undefined || this.view === null) return "";
    const seen = this.view.seen[spot.frame];
    return seen === undefined ? "" : this.painter.valueAt(track, seen, spot);
  }

  /** Where a base is on the screen, if it is. */
  spotAt(chromosome: string, base: number, key: string): Spot | null {
    const seen = this.view?.seen ?? [];
    const frame = seen.findIndex((one) => one.chromosome === chromosome && base >= one.start && base < one.end);
    const at = seen[frame];
    if (at === undefined) return null;
    const fraction = (base - at.start) / (at.end - at.start);
    return { frame, key, chromosome, base, basesPerPixel: at.basesPerPixel, fraction, y: 0 };
  }

  /** The peak of an imputed track at a place, in whole bins. */
  peakAt(track: Track, spot: Spot): { locus: Locus; most: number } | null {
    const seen = this.view?.seen[spot.frame];
    if (seen === undefined) return null;
    const row = this.painter.maxima(track, seen);
    const peak = peakAround(row, Math.floor((spot.base - seen.start) / seen.basesPerPixel), this.painter.tops.get(track.key) ?? 1);
    if (peak === null) return null;
    const toBase = (pixel: number) => seen.start + pixel * seen.basesPerPixel;
    return { locus: binsAround(seen.chromosome, toBase(peak.from), toBase(peak.to), seen.length), most: peak.most };
  }

  /** The tracks as igv.js writes them, on white whatever the theme. */
  async svg(): Promise<string> {
    await this.arrange(this.tracks.length);
    this.exporting = true;
    try {
      return this.view?.svg() ?? "";
    } finally {
      this.exporting = false;
    }
  }

  private get tracks(): readonly Track[] {
    return this.workspace.view.tracks;
  }

  private get ground(): Ground {
    return theme.dark && !this.exporting ? DARK : LIGHT;
  }

  /** The tracks that the window shows, or will when it is scrolled by a half of it: what comes should be there. */
  private inSight(beyond = 0.5): Set<string> {
    const keys = new Set<string>();
    const margin = (this.window.bottom - this.window.top) * beyond;
    const [top, bottom] = [this.window.top - margin, this.window.bottom + margin];
    let y = HEAD_HEIGHT;
    for (const { key, height } of this.tracks) {
      if (y + height > top && y < bottom) keys.add(key);
      y += height;
    }
    return keys;
  }

  /** Tracks from the top to the last one in sight. */
  private reach(): number {
    const inSight = this.inSight();
    return this.tracks.findLastIndex(({ key }) => inSight.has(key)) + 1;
  }

  /** Has igv.js make and order the tracks down to the last one in sight, or further; one call after the other, or it made one twice. */
  private arrange(further = 0): Promise<void> {
    const arrange = async () => {
      this.made = Math.max(this.made, this.reach(), further);
      await this.view?.arrange(this.tracks.slice(0, this.made));
    };
    this.arranging = this.arranging.catch(() => undefined).then(arrange);
    return this.arranging;
  }

  /** Makes the tracks that are out of sight, some at a time, when nothing is awaited. */
  private makeMore(): void {
    if (this.made >= this.tracks.length || this.pending > 0) return;
    this.idle ??= setTimeout(() => {
      this.idle = undefined;
      void this.arrange(this.made + FEW).then(() => this.makeMore());
    }, BETWEEN);
  }

  private keysOf(names: ReadonlySet<string>): Set<string> {
    const keys = this.tracks
      .filter((track) => seriesOf(track).some((one) => names.has(seriesKey(one))) || [...featuresOf(track), ...readsOf(track)].some((id) => names.has(id)))
      .map(({ key }) => key);
    return new Set(keys);
  }

  private moved(settled: boolean): void {
    this.tick += 1;
    if (this.view === null) return;
    if (settled) this.workspace.movedTo(this.view.loci);
    this.ask();
    // Names stand in the middle of what is seen, ranges follow it: both are drawn again once per frame.
    this.repaintSoon(this.painter.measure(this.tracks, this.view.seen, "all"));
    this.tops = this.painter.tops;
  }

  /** States what is on the screen to both stores. */
  private ask(): void {
    const view = this.view;
    if (view === null) return;
    const inSight = this.inSight(0);
    const near = this.tracks.filter(({ key }) => inSight.has(key));
    const beyond = this.tracks.filter(({ key }) => !inSight.has(key));
    this.tiles.want(near.flatMap(seriesOf), view.seen, beyond.flatMap(seriesOf));
    const nearestFirst = [...near, ...beyond];
    this.features.want([...new Set(nearestFirst.flatMap(featuresOf))], view.seen);
    this.reads.want([...new Set(nearestFirst.flatMap(readsOf))], view.seen.filter(({ start, end }) => end - start <= CLOSE));
    this.count();
  }

  private count(): void {
    this.pending = this.tiles.pending;
    if (this.pending === 0) {
      clearTimeout(this.slowly);
      this.slowly = undefined;
      this.painter.slow = false;
      this.makeMore();
    } else {
      this.slowly ??= setTimeout(() => {
        this.painter.slow = true;
        this.repaintSoon("all");
      }, SLOW);
    }
    const failures = new Map<string, string>();
    for (const track of this.tracks) {
      const failure =
        seriesOf(track).map((series) => this.tiles.failureOf(seriesKey(series))).find((text) => text !== undefined) ??
        featuresOf(track).map((id) => this.features.failureOf(id)).find((text) => text !== undefined);
      if (failure !== undefined) failures.set(track.key, failure);
    }
    if (failures.size > 0 || this.failures.size > 0) this.failures = failures;
  }

  /** Draws what came: at once when nothing else is awaited, else together with what comes next. */
  private arrived(names: ReadonlySet<string>): void {
    if (this.stale !== "all") for (const key of this.keysOf(names)) this.stale.add(key);
    const draw = () => {
      clearTimeout(this.arriving);
      this.arriving = undefined;
      this.repaintSoon(new Set());
    };
    if (this.tiles.pending === 0) draw();
    else this.arriving ??= setTimeout(draw, BETWEEN);
  }

  private repaintSoon(keys: Set<string> | "all"): void {
    if (keys === "all" || this.stale === "all") this.stale = "all";
    else for (const key of keys) this.stale.add(key);
    if (this.stale !== "all" && this.stale.size === 0) return;
    this.frame ||= requestAnimationFrame(() => this.repaint());
  }

  private repaint(): void {
    this.frame = 0;
    const view = this.view;
    const stale = this.stale;
    this.stale = new Set();
    if (view === null) return;
    const rescaled = this.painter.measure(this.tracks, view.seen, stale);
    this.tops = this.painter.tops;
    this.count();
    const inSight = this.inSight();
    const wanted = stale === "all" ? this.tracks.map(({ key }) => key) : [...stale, ...rescaled];
    for (const key of wanted) if (!inSight.has(key)) this.unseen.add(key);
    view.repaint(new Set(wanted.filter((key) => inSight.has(key))), stale === "all");
  }

  private paintRuler({ context, bpStart, bpPerPixel, pixelWidth, pixelHeight, pixelXOffset, viewportWidth }: IgvDrawing): void {
    const seen = { from: -pixelXOffset, to: -pixelXOffset + viewportWidth };
    const place = { start: bpStart, basesPerPixel: bpPerPixel, width: pixelWidth, height: pixelHeight, seen };
    drawRuler(context, place, this.ground);
  }

  private paint(key: string, drawing: IgvDrawing, length: number): void {
    const track = this.workspace.track(key);
    if (track === undefined) return;
    // igv.js draws them all, of which most are out of sight in a window of a hundred.
    if (!this.exporting && !this.inSight().has(key)) return void this.unseen.add(key);
    this.unseen.delete(key);
    const { context, bpStart, bpPerPixel, pixelWidth, pixelXOffset, viewportWidth, referenceFrame } = drawing;
    const place = {
      chromosome: referenceFrame.chr,
      length,
      start: bpStart,
      basesPerPixel: bpPerPixel,
      width: Math.round(pixelWidth),
      seen: { from: -pixelXOffset, to: -pixelXOffset + viewportWidth },
    };
    this.painter.draw(context, track, place, this.ground);
  }
}
