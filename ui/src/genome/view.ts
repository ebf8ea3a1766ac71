// The one module that knows igv.js: it gives columns, frames, ideogram, ruler and dragging; we give it tracks to draw.

import igv from "igv";
import type { Genome } from "../backend/wire/Genome";
import type { Track } from "../tracks/track";
import type { Seen } from "../tracks/tile/choice";
import type { IgvBrowser, IgvDrawing, IgvFrame } from "./igv-parts";
import { within, zoomed, type Locus } from "./locus";
import { dress } from "./look";
import { offlineReference } from "./offline";
import { registerTileTrack, TILE_TRACK } from "./tile-track";

/** What the view tells and asks. */
export interface Hooks {
  /** Draws a track, named by its key. */
  paint(key: string, drawing: IgvDrawing, length: number): void;
  /** Draws the ruler. */
  ruler(drawing: IgvDrawing): void;
  /** The loci are others now; `settled` is false while the user still drags. */
  moved(settled: boolean): void;
  /** The user swept a region over the ruler with Shift held. */
  swept(region: Locus): void;
}

/** A place on the screen. */
export interface Spot {
  frame: number;
  /** The track's key; nothing over ruler and ideogram. */
  key: string | null;
  chromosome: string;
  base: number;
  basesPerPixel: number;
  /** How far into the frame, 0 to 1. */
  fraction: number;
  /** Pixels from the track's upper edge. */
  y: number;
}

export class GenomeView {
  private readonly browser: IgvBrowser;
  private readonly lengths: Map<string, number>;
  private readonly hooks: Hooks;
  private readonly free: () => void;

  private constructor(browser: IgvBrowser, genome: Genome, hooks: Hooks, free: () => void) {
    this.browser = browser;
    this.hooks = hooks;
    this.free = free;
    this.lengths = new Map(genome.chromosomes.map(({ name, length }) => [name, length]));
    browser.on("locuschange", () => hooks.moved(browser.dragObject === undefined));
    const ruler = browser.trackViews.find(({ track }) => track.id === "ruler");
    if (ruler !== undefined) ruler.track.draw = (drawing) => hooks.ruler(drawing);
    // igv.js would keep regions of its own; ours have names, notes and a panel.
    browser.roiManager.updateUserDefinedROISet = async ({ chr, start, end }) => hooks.swept({ chromosome: chr, start, end });
    document.removeEventListener("keyup", browser.keyUpHandler);
  }

  static async open(host: HTMLElement, genome: Genome, locus: Locus, hooks: Hooks): Promise<GenomeView> {
    registerTileTrack();
    const { reference, free } = offlineReference(genome);
    const browser = await igv.createBrowser(host, {
      loadDefaultGenomes: false,
      genomeList: [],
      search: false,
      reference,
      locus: `${locus.chromosome}:${Math.floor(locus.start) + 1}-${Math.ceil(locus.end)}`,
      showControls: false,
      showNavigation: false,
      showSequence: false,
      showTrackLabels: false,
      showAxis: false,
      showTrackDragHandles: false,
      showGearColumn: false,
      minimumBases: 40,
      tracks: [],
    } as never);
    dress(host);
    return new GenomeView(browser as unknown as IgvBrowser, genome, hooks, free);
  }

  /** The loci on the screen, from left to right. */
  get loci(): Locus[] {
    return this.browser.referenceFrameList.map(({ chr, start, end }) => ({ chromosome: chr, start, end }));
  }

  /** The same, with what drawing needs to know. */
  get seen(): Seen[] {
    return this.browser.referenceFrameList.map((frame) => ({
      chromosome: frame.chr,
      start: frame.start,
      end: frame.end,
      basesPerPixel: frame.bpPerPixel,
      length: this.length(frame.chr),
    }));
  }

  length(chromosome: string): number {
    return this.lengths.get(chromosome) ?? 0;
  }

  /** Makes igv.js's tracks those of the window: the same ones, in the same order and height. */
  async arrange(tracks: readonly Track[]): Promise<void> {
    const wanted = new Map(tracks.map((track, order) => [track.key, { track, order: order + 1 }]));
    for (const { track } of [...this.browser.trackViews]) {
      if (isOurs(track.id) && !wanted.has(keyOf(track.id))) this.browser.removeTrack(track);
    }
    const there = new Set(this.browser.trackViews.map(({ track }) => track.id));
    const added = [...wanted.values()].filter(({ track }) => !there.has(idOf(track.key)));
    for (const { track, order } of added) {
      // Not by `loadTrackList`, which would draw all that are there once more.
      const made = await this.browser.createTrack({
        type: TILE_TRACK,
        id: idOf(track.key),
        // Names from files never reach igv.js, which would set them as HTML.
        name: idOf(track.key),
        height: track.height,
        minHeight: 16,
        order,
        paint: (drawing: IgvDrawing) => this.hooks.paint(track.key, drawing, this.length(drawing.referenceFrame.chr)),
      });
      await this.browser.addTrack(made);
    }
    let reorder = false;
    let last = 0;
    for (const view of this.browser.trackViews) {
      const found = wanted.get(keyOf(view.track.id));
      if (!isOurs(view.track.id) || found === undefined) continue;
      reorder ||= found.order < last;
      last = found.order;
      view.track.order = found.order;
      if (view.track.height !== found.track.height) view.setTrackHeight(found.track.height, true);
    }
    if (reorder) this.browser.reorderTracks();
    const keys = new Set(added.map(({ track }) => idOf(track.key)));
    const views = this.browser.trackViews.filter(({ track }) => keys.has(track.id));
    await Promise.all(views.map((view) => view.updateViews()));
  }

  /** Shows loci side by side. */
  async show(loci: readonly Locus[]): Promise<void> {
    const fitting = loci.map((locus) => within(locus, this.length(locus.chromosome)));
    const frames = this.browser.referenceFrameList;
    if (fitting.length === frames.length) {
      fitting.forEach((locus, at) => setFrame(frames[at], locus, this.width));
      await this.browser.updateViews();
    } else {
      await this.browser.updateLoci(fitting.map(({ chromosome, start, end }) => ({ chr: chromosome, start, end })));
    }
  }

  /** Zooms one locus, or all, about a place in it. */
  async zoom(factor: number, frame: number | null = null, fraction = 0.5): Promise<void> {
    const loci = this.loci.map((locus, at) =>
      frame === null || frame === at ? zoomed(locus, factor, fraction, this.length(locus.chromosome)) : locus,
    );
    await this.show(loci);
  }

  /** Moves one locus, or all, by a part of the screen. */
  async pan(part: number, frame: number | null = null): Promise<void> {
    const loci = this.loci.map((locus, at) => {
      if (frame !== null && frame !== at) return locus;
      const by = (locus.end - locus.start) * part;
      return { ...locus, start: locus.start + by, end: locus.end + by };
    });
    await this.show(loci);
  }

  /** Takes one of several loci away. */
  async close(frame: number): Promise<void> {
    const gone = this.browser.referenceFrameList[frame];
    if (gone !== undefined && this.browser.referenceFrameList.length > 1) await this.browser.removeMultiLocusPanel(gone);
  }

  /** Draws the tracks of these keys again, and the ruler too if asked. */
  repaint(keys: ReadonlySet<string>, ruler: boolean): void {
    for (const { track, viewports } of this.browser.trackViews) {
      const wanted = isOurs(track.id) ? keys.has(keyOf(track.id)) : ruler && track.id === "ruler";
      if (!wanted) continue;
      for (const viewport of viewports) viewport.repaint();
    }
  }

  /** What lies under a point of the window. */
  at(x: number, y: number): Spot | null {
    for (const { track, viewports } of this.browser.trackViews) {
      for (const [frame, { viewportElement, referenceFrame }] of viewports.entries()) {
        const box = viewportElement.getBoundingClientRect();
        if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
        return {
          frame,
          key: isOurs(track.id) ? keyOf(track.id) : null,
          chromosome: referenceFrame.chr,
          base: referenceFrame.start + (x - box.left) * referenceFrame.bpPerPixel,
          basesPerPixel: referenceFrame.bpPerPixel,
          fraction: (x - box.left) / box.width,
          y: y - box.top,
        };
      }
    }
    return null;
  }

  /** Left edge and width of each locus, in pixels of the host. */
  get frames(): { left: number; width: number }[] {
    const host = this.browser.columnContainer.getBoundingClientRect();
    return (this.browser.trackViews[0]?.viewports ?? []).map(({ viewportElement }) => {
      const box = viewportElement.getBoundingClientRect();
      return { left: box.left - host.left, width: box.width };
    });
  }

  /** Fits the columns to the host after it changed its width. */
  async resized(): Promise<void> {
    await this.browser.layoutChange();
  }

  /** Ideogram, ruler and tracks as an SVG on white. */
  svg(): string {
    return this.browser.toSVG();
  }

  dispose(): void {
    igv.removeBrowser(this.browser as never);
    this.free();
  }

  private get width(): number {
    return this.browser.trackViews[0]?.viewports[0]?.viewportElement.clientWidth ?? 1;
  }
}

function setFrame(frame: IgvFrame | undefined, { chromosome, start, end }: Locus, width: number): void {
  if (frame === undefined) return;
  frame.chr = chromosome;
  frame.start = start;
  frame.end = end;
  frame.bpPerPixel = (end - start) / width;
}

const PREFIX = "nascape:";
const idOf = (key: string) => PREFIX + key;
const keyOf = (id: string) => id.slice(PREFIX.length);
const isOurs = (id: string | undefined) => id?.startsWith(PREFIX) === true;
