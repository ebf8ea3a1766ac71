import { describe, expect, it } from "vitest";
import { faded } from "../src/tracks/colour";
import { fillBetween, runs, type Surface } from "../src/tracks/draw/area";
import { place } from "../src/tracks/draw/features";
import { ticks } from "../src/genome/ruler";
import { commonMost, niceCeiling, numberText, rangeTop, share } from "../src/tracks/draw/scale";
import { fitted } from "../src/tracks/draw/waiting";
import { gapAt } from "../src/tracks/reorder";

describe("ranges", () => {
  it("end at a number that reads well", () => {
    expect([0, 0.03, 0.9, 1, 1.2, 7, 230].map(niceCeiling)).toEqual([1, 0.05, 1, 1, 2, 10, 250]);
  });

  it("never make noise of a score look like peaks", () => {
    expect(rangeTop(0.01, { kind: "auto" }, true)).toBe(0.2);
    expect(rangeTop(0.01, { kind: "auto" }, false)).toBeCloseTo(0.01);
    expect(rangeTop(3, { kind: "fixed", max: 8 }, false)).toBe(8);
  });

  it("span two decades when logarithmic, from nothing to the top", () => {
    expect(share(0, 10, true)).toBe(0);
    expect(share(10, 10, true)).toBeCloseTo(1);
    expect(share(0.1, 10, true)).toBeGreaterThan(0.1);
    expect(share(100, 10, false)).toBe(1);
  });

  it("are written in three digits that matter", () => {
    expect([0, 0.734_51, 12.345, 230.4, 25_000, Number.NaN].map(numberText)).toEqual(["0", "0.735", "12.3", "230", "2.5e4", "no data"]);
  });
});

describe("drawing", () => {
  it("leaves what has no number empty", () => {
    const paths: string[] = [];
    const surface = {
      beginPath: () => paths.push("begin"),
      moveTo: (x: number) => paths.push(`move ${x}`),
      lineTo: () => undefined,
      closePath: () => paths.push("close"),
      fill: () => paths.push("fill"),
    } as unknown as Surface;
    fillBetween(surface, 0, Float32Array.from([1, NaN, NaN, 2, 2]), (value) => value, "#000000");
    expect(paths).toEqual(["begin", "move 0", "close", "move 3", "close", "fill"]);
  });

  it("finds runs", () => {
    expect(runs(6, (at) => [1, 2, 5].includes(at))).toEqual([
      [1, 3],
      [5, 6],
    ]);
  });

  it("fades a colour", () => {
    expect(faded("#CC79A7", 0.25)).toBe("rgba(204,121,167,0.25)");
  });

  it("cuts a text to its room, or leaves it out", () => {
    const surface = { measureText: (text: string) => ({ width: text.length * 6 }) as TextMetrics };
    expect(fitted(surface, "computing", 100)).toBe("computing");
    expect(fitted(surface, "The file is gone", 60)).toBe("The file …");
    expect(fitted(surface, "computing", 20)).toBe("");
  });
});

describe("features", () => {
  const feature = (start: number, end: number, name: string) => ({ start, end, name, strand: "+", score: null, exons: [] });
  const look = { start: 0, basesPerPixel: 10, seen: { from: 0, to: 1000 } };

  it("that overlap stand in rows of their own", () => {
    const placed = place([feature(0, 1000, "A"), feature(500, 1500, "B"), feature(2000, 3000, "C")], 2, look, () => 10);
    expect(placed.map(({ row }) => row)).toEqual([0, 1, 0]);
    expect(placed.every(({ name }) => name !== null)).toBe(true);
  });

  it("lose their name before they lose their place", () => {
    const placed = place([feature(0, 1000, "A"), feature(100, 900, "B"), feature(200, 800, "C")], 2, look, () => 10);
    expect(placed[2]).toMatchObject({ row: 1, name: null });
  });

  it("keep their whole name at the window's edge", () => {
    const [cut] = place([feature(-5000, 100, "LONGNAME")], 1, look, () => 60);
    expect(cut?.name).toBe(32);
  });
});

describe("dragging a track", () => {
  it("finds the nearest gap", () => {
    const boxes = [0, 50, 100].map((top) => ({ top, bottom: top + 50 }));
    expect([0, 30, 80, 140, 999].map((y) => gapAt(boxes, y))).toEqual([0, 1, 2, 3, 3]);
  });
});

describe("the ruler", () => {
  it("labels round places with room between them", () => {
    const labels = ticks(35_000_000, 35_400_000, 400)
      .filter(({ label }) => label !== null)
      .map(({ label }) => label);
    expect(labels).toEqual(["35,000 kb", "35,050 kb", "35,100 kb", "35,150 kb", "35,200 kb", "35,250 kb", "35,300 kb", "35,350 kb", "35,400 kb"]);
    expect(ticks(0, 48_129_895, 48_000).find(({ base }) => base === 10_000_000)?.label).toBe("10 Mb");
    expect(ticks(33_031_596, 33_031_700, 0.1).find(({ label }) => label !== null)?.label).toBe("33,031,600");
  });
});

describe("an assay's range", () => {
  it("is not set by one pile of reads", () => {
    const row = new Float32Array(100).fill(4);
    row[50] = 2000;
    expect(commonMost([row])).toBe(8);
    expect(commonMost([Float32Array.from([0, 3])])).toBe(3);
    expect(commonMost([new Float32Array(5)])).toBe(0);
  });
});
