import { describe, expect, it } from "vitest";
import { lengthText, regionText, samePlace, splitLoci, within, zoomed } from "../src/genome/locus";
import { binsAround, peakAround } from "../src/tracks/peak";

describe("places", () => {
  it("are written 1-based with commas", () => {
    expect(regionText({ chromosome: "chr21", start: 33_031_596, end: 33_041_570 })).toBe("chr21:33,031,597-33,041,570");
  });

  it("stand several in one box", () => {
    expect(splitLoci("  chr21:1-2  MYC; chr3 ")).toEqual(["chr21:1-2", "MYC", "chr3"]);
  });

  it("keep their length at a chromosome's end, and at least 40 bases", () => {
    expect(within({ chromosome: "c", start: 900, end: 1100 }, 1000)).toEqual({ chromosome: "c", start: 800, end: 1000 });
    expect(within({ chromosome: "c", start: 500, end: 501 }, 1000)).toEqual({ chromosome: "c", start: 480.5, end: 520.5 });
    expect(within({ chromosome: "c", start: -5e9, end: 5e9 }, 1000)).toEqual({ chromosome: "c", start: 0, end: 1000 });
  });

  it("zoom about the base under the pointer", () => {
    const before = { chromosome: "c", start: 1000, end: 2000 };
    const after = zoomed(before, 0.5, 0.25, 10_000);
    expect(after.start + 0.25 * (after.end - after.start)).toBe(1250);
    expect(after.end - after.start).toBe(500);
  });

  it("are the same when no eye could tell them apart", () => {
    expect(samePlace({ chromosome: "c", start: 0, end: 1e6 }, { chromosome: "c", start: 500, end: 1e6 + 500 })).toBe(true);
    expect(samePlace({ chromosome: "c", start: 0, end: 1e6 }, { chromosome: "c", start: 5000, end: 1e6 })).toBe(false);
  });

  it("have lengths a person reads", () => {
    expect([9, 999, 1000, 10_500, 48_129_895].map(lengthText)).toEqual(["9 bp", "999 bp", "1 kb", "10.5 kb", "48.1 Mb"]);
  });
});

describe("a clicked peak", () => {
  const values = Float32Array.from([0, 0, 0.2, 0.6, 0.9, 0.5, 0.1, 0, 0]);

  it("is the run above half of its height, found a few pixels off too", () => {
    const peak = peakAround(values, 2, 1);
    expect(peak).toMatchObject({ from: 3, to: 6 });
    expect(peak?.most).toBeCloseTo(0.9);
  });

  it("is nothing on flat ground", () => {
    expect(peakAround(new Float32Array(20).fill(0.01), 10, 1)).toBeNull();
  });

  it("is given in whole bins", () => {
    expect(binsAround("c", 1234, 1666, 1_000_000)).toEqual({ chromosome: "c", start: 1200, end: 1700 });
  });
});
