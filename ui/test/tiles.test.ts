import { describe, expect, it, vi } from "vitest";
import type { TileRequest } from "../src/backend/wire/TileRequest";
import { BackendFault } from "../src/backend/fault";
import { chooseStep, COLUMNS, standIns, tileRange, wantedTiles } from "../src/tracks/tile/choice";
import { Pixel, pixelsOf } from "../src/tracks/tile/pixels";
import { Shelf } from "../src/tracks/tile/shelf";
import { seriesKey, TileStore, type Series } from "../src/tracks/tile/store";

describe("which tiles show a stretch", () => {
  it("takes the largest step that is not more than a pixel", () => {
    expect([0.5, 5, 10, 49, 50, 99, 100, 250, 40_000].map((bases) => chooseStep(bases, false))).toEqual([1, 1, 10, 10, 50, 50, 100, 200, 25_600]);
  });

  it("imputes whole bins at the finest", () => {
    expect([0.1, 10, 49.9, 50, 130].map((bases) => chooseStep(bases, true))).toEqual([50, 50, 50, 50, 100]);
  });

  it("covers a stretch and no more", () => {
    expect(tileRange(0, COLUMNS * 50, 50)).toEqual([0, 0]);
    expect(tileRange(COLUMNS * 50 - 1, COLUMNS * 50 + 1, 50)).toEqual([0, 1]);
  });

  it("asks for the centre of the view first, and for nothing beyond the chromosome", () => {
    const seen = { chromosome: "chr21", start: 40_000_000, end: 52_000_000, basesPerPixel: 10_000, length: 48_129_895 };
    const wanted = wantedTiles(seen, true);
    expect(wanted[0]?.index).toBe(Math.floor(46_000_000 / (COLUMNS * 6400)));
    expect(Math.max(...wanted.map(({ index }) => index)) * COLUMNS * 6400).toBeLessThan(48_129_895);
    expect(wanted.map(({ distance }) => distance)).toEqual(wanted.map(({ distance }) => distance).sort((a, b) => a - b));
  });

  it("lets the nearest zoom stand in first", () => {
    expect(standIns(200).slice(0, 2).sort((a, b) => a - b)).toEqual([100, 400]);
  });
});

describe("the shelf of tiles", () => {
  it("holds no more bytes than it may, and lets go of what was not looked at for longest", () => {
    const shelf = new Shelf(3 * 16);
    for (const key of ["a", "b", "c"]) shelf.put(key, new Float32Array(4));
    shelf.get("a");
    shelf.put("d", new Float32Array(4));
    expect(["a", "b", "c", "d"].map((key) => shelf.has(key))).toEqual([true, false, true, true]);
    expect(shelf.size).toBe(48);
  });
});

interface Asked {
  request: TileRequest;
  answer: (tile: Float32Array) => void;
  fail: (error: Error) => void;
}

function program() {
  const asked: Asked[] = [];
  const backend = {
    tile: (request: TileRequest) => new Promise<Float32Array>((answer, fail) => void asked.push({ request, answer, fail })),
    cancelTiles: vi.fn(async () => undefined),
  };
  return { asked, backend };
}

const series: Series = { track: "t1", imputed: { bundle: "b", target: "H3K4me3" } };
const view = (start: number, wide = 400_000) => ({ chromosome: "chr21", start, end: start + wide, basesPerPixel: wide / 1000, length: 48_129_895 });
const settle = () => new Promise((done) => setTimeout(done));

describe("the store of tiles", () => {
  it("asks for a tile once, however often it is wanted", () => {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [view(10_000_000)]);
    const first = asked.length;
    store.want([series], [view(10_000_000)]);
    expect(first).toBeGreaterThan(0);
    expect(asked.length).toBe(first);
  });

  it("cancels by ticket what is no longer on the screen", () => {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [view(10_000_000)]);
    const tickets = asked.map(({ request }) => request.ticket);
    store.want([series], [view(30_000_000)]);
    expect(backend.cancelTiles).toHaveBeenCalledWith(tickets);
  });

  it("tells of a failure in the program's words and asks again only when told to", async () => {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [view(10_000_000, 10_000)]);
    asked[0]?.fail(new BackendFault({ message: "The file is gone.", cancelled: false }));
    await settle();
    expect(store.failureOf(seriesKey(series))).toBe("The file is gone.");
    const before = asked.length;
    store.want([series], [view(10_000_000, 10_000)]);
    expect(asked.length).toBe(before);
    store.retry(seriesKey(series));
    expect(asked.length).toBe(before + 1);
  });

  it("does not call a cancelled tile a failure", async () => {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [view(10_000_000, 10_000)]);
    asked[0]?.fail(new BackendFault({ message: "cancelled", cancelled: true }));
    await settle();
    expect(store.failureOf(seriesKey(series))).toBeUndefined();
  });

  it("forgets a track's numbers and those imputed from it", async () => {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [view(0, 10_000)]);
    asked[0]?.answer(new Float32Array(4 * COLUMNS));
    await settle();
    expect(store.bytes).toBeGreaterThan(0);
    store.forget("t1");
    expect(store.bytes).toBe(0);
  });
});

describe("pixels", () => {
  const stretch = { series: seriesKey(series), chromosome: "chr21", imputed: true, start: 0, width: 256, length: 1_000_000 };

  async function filled(step: number, tile: Float32Array) {
    const { asked, backend } = program();
    const store = new TileStore(backend, () => undefined);
    store.want([series], [{ chromosome: "chr21", start: 0, end: 256 * step, basesPerPixel: step, length: 1_000_000 }]);
    asked[0]?.answer(tile);
    await settle();
    return store;
  }

  it("never lose a maximum when columns share a pixel", async () => {
    const tile = new Float32Array(4 * COLUMNS);
    tile[COLUMNS + 101] = 7;
    tile[101] = 3;
    const store = await filled(50, tile);
    const { rows, state } = pixelsOf(store, ["mean", "max", "mean", "mean"], { ...stretch, basesPerPixel: 99 });
    expect(Math.max(...(rows[1] ?? []))).toBe(7);
    expect(rows[0]?.[51]).toBeCloseTo(1, 5);
    expect(state[51]).toBe(Pixel.Ready);
  });

  it("are drawn from another zoom until their own tile comes", async () => {
    const tile = new Float32Array(4 * COLUMNS).fill(0.5);
    const store = await filled(100, tile);
    const { rows, state } = pixelsOf(store, ["mean", "max", "mean", "mean"], { ...stretch, basesPerPixel: 50 });
    expect(state[10]).toBe(Pixel.StandIn);
    expect(rows[0]?.[10]).toBe(0.5);
  });

  it("stay empty beyond the chromosome's ends", async () => {
    const store = await filled(50, new Float32Array(4 * COLUMNS).fill(1));
    const { rows, state } = pixelsOf(store, ["mean", "max", "mean", "mean"], { ...stretch, start: -1000, basesPerPixel: 50 });
    expect(rows[0]?.[5]).toBeNaN();
    expect(state[5]).toBe(Pixel.Ready);
  });
});
