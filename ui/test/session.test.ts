import { describe, expect, it } from "vitest";
import { splitEvents } from "../src/backend/server-events";
import type { BundleLine } from "../src/backend/wire/BundleLine";
import { defaultBundles, imputedTrack, markInName } from "../src/session/defaults";
import { busiestColumn, filling } from "../src/session/first-view";
import { readView, writeView } from "../src/session/saved";
import { back, forth, keep, noHistory } from "../src/session/undo";
import { openTracksOf, withTrackMoved, withTracksAfter, type View } from "../src/session/view";

const bundle = (name: string, target: string, more: Partial<BundleLine> = {}): BundleLine => ({
  name,
  architecture: "nascape",
  targets: [{ name: target, score: true, interval: true, test_auprc: 0.7, test_pearson: null }],
  default: true,
  shipped: true,
  needs_strands: true,
  parameters: 1,
  ...more,
});

function view(...targets: string[]): View {
  const tracks = targets.flatMap((target) => imputedTrack("t1", bundle(`${target}.b`, target), target) ?? []);
  return { tracks, loci: [{ chromosome: "chr21", start: 0, end: 10 }], regions: [] };
}

describe("undo", () => {
  it("goes back and forth, and forgets what was undone once something new is done", () => {
    let history = keep(keep(noHistory<number>(), 1), 2);
    const undone = back(history, 3);
    expect(undone?.state).toBe(2);
    expect(forth(undone?.history ?? history, 2)?.state).toBe(3);
    history = keep(undone?.history ?? history, 2);
    expect(forth(history, 9)).toBeNull();
    expect(back(noHistory<number>(), 1)).toBeNull();
  });
});

describe("default tracks", () => {
  it("are the marks in the order of the design, one bundle each, and none that needs strands there are not", () => {
    const bundles = [bundle("d", "DNase"), bundle("a", "H3K27ac"), bundle("h", "H3K4me3"), bundle("h2", "H3K4me3", { default: false })];
    expect(defaultBundles(bundles, true).map(({ target }) => target)).toEqual(["H3K4me3", "H3K27ac", "DNase"]);
    expect(defaultBundles([...bundles, bundle("u", "DNase", { needs_strands: false })], false).map(({ bundle: { name } }) => name)).toEqual(["u"]);
  });

  it("are found again in the names of observed files", () => {
    expect(markInName("K562.H3K4me3.peaks", ["H3K27ac", "H3K4me3"])).toBe("H3K4me3");
    expect(markInName("k562_h3k27AC", ["H3K27ac"])).toBe("H3K27ac");
    expect(markInName("CTCF", ["DNase"])).toBeNull();
  });
});

describe("the first view", () => {
  it("is where the strand with fewer reads has most", () => {
    const tile = new Float32Array(4 * 512);
    tile.fill(9, 100, 104); // the plus strand alone
    tile.fill(2, 300, 304);
    tile.fill(1, 2 * 512 + 301, 2 * 512 + 304);
    expect(busiestColumn(tile, true)).toBe(300);
    expect(busiestColumn(tile, false)).toBe(100);
    expect(busiestColumn(new Float32Array(4 * 512).fill(NaN), true)).toBeNull();
  });

  it("fills the window with what has an axis, within reason", () => {
    const { tracks } = view("H3K4me3", "H3K27ac");
    expect(filling(tracks, 62 + 72).map(({ height }) => height)).toEqual([72, 72]);
    expect(filling(tracks, 62 + 180).map(({ height }) => height)).toEqual([90, 90]);
    expect(filling(tracks, 2000).map(({ height }) => height)).toEqual([115, 115]);
  });

  it("has one range for all scores", () => {
    expect(view("DNase").tracks[0]?.scale).toEqual({ kind: "fixed", max: 1 });
  });
});

describe("the view", () => {
  it("puts a compared bundle beside its track, and moves tracks", () => {
    const before = view("H3K4me3", "H3K27ac");
    const added = view("DNase").tracks;
    const after = withTracksAfter(before, before.tracks[0]?.key ?? null, added);
    expect(after.tracks.map(({ name }) => name)).toEqual(["H3K4me3", "DNase", "H3K27ac"]);
    const moved = withTrackMoved(after, added[0]?.key ?? "", 2);
    expect(moved.tracks.map(({ name }) => name)).toEqual(["H3K4me3", "H3K27ac", "DNase"]);
  });

  it("comes back from a session with the ids of now, without tracks whose files are gone", () => {
    const saved = JSON.parse(JSON.stringify(writeView({ view: view("H3K4me3", "DNase"), panelOpen: false }))) as unknown;
    const read = readView(saved, new Map([["t1", "t7"]]));
    expect(openTracksOf(read.view)).toEqual(["t7"]);
    expect(read.panel).toBe(false);
    expect(readView(saved, new Map()).view.tracks).toEqual([]);
    expect(read.view.loci).toEqual([{ chromosome: "chr21", start: 0, end: 10 }]);
  });

  it("takes nothing from a session that the window would stumble over", () => {
    const region = { chromosome: "chr21", start: 1, end: 2, key: "r", name: { toString: 1 }, notes: 7 };
    const source = { kind: "signal", track: "t1" };
    const tracks = [
      null,
      7,
      {},
      { source: null },
      { source: { kind: "signal", track: 3 } },
      { source: { kind: "strange", track: "t1" } },
      { source: { kind: "explanation", track: "t1", chromosome: "chr21", start: 0, end: 9, what: { value: 1, stretches: [{}] } } },
      { key: "a", source, name: [], height: 1e9, colour: "url(http://evil.example)", scale: { kind: "fixed", max: -1 }, observed: 5 },
      { key: "a", source, name: "twice" },
    ];
    const loci = [{ chromosome: "chr21", start: 9, end: 1 }, { chromosome: 1 }, null, { chromosome: "chr21", start: 0, end: "9" }];
    const saved = { version: 1, tracks, loci, regions: [region, region, {}, null], panel: "yes" };
    const { view } = readView(JSON.parse(JSON.stringify(saved)), new Map([["t1", "t7"]]));
    expect(view.loci).toEqual([]);
    expect(view.regions).toEqual([{ chromosome: "chr21", start: 1, end: 2, key: "r", name: "", notes: "" }]);
    expect(view.tracks).toHaveLength(1);
    expect(view.tracks[0]).toMatchObject({ key: "a", name: "", height: 320, colour: "#7F7F7F", scale: { kind: "auto" }, observed: null });
  });

  it("refuses a session of another version in a sentence", () => {
    expect(() => readView({ version: 99 }, new Map())).toThrow(/another version/);
  });
});

describe("events", () => {
  it("are read whole, whatever the pieces they come in", () => {
    expect(splitEvents('data: {"a":1}\n\n: ping\n\ndata: {"b"')).toEqual({ events: ['{"a":1}'], rest: 'data: {"b"' });
  });
});
