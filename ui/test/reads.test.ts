import { describe, expect, it } from "vitest";
import type { Read } from "../src/backend/wire/Read";
import { coverageHeight, fineEnough, readAt, rowsOf } from "../src/tracks/draw/reads";

const read = (row: number, start: number, end: number): Read => ({
  start,
  end,
  row,
  name: `r${row}`,
  strand: "-",
  quality: 60,
  cigar: `${end - start}M`,
  blocks: [[start, end]],
});
const look = { height: 144, start: 1000, basesPerPixel: 10, seen: { from: 0, to: 100 } };

describe("single reads", () => {
  it("leave the coverage its part of the panel, and all of a low one", () => {
    expect([32, 144, 320].map(coverageHeight)).toEqual([32, 36, 48]);
  });

  it("say nothing when all of them are drawn", () => {
    const rows = rowsOf({ reads: [read(0, 1000, 1100), read(12, 1000, 1100)], count: 2, until: 5000 }, look);
    expect([rows.pitch, rows.sentence]).toEqual([8, ""]);
  });

  it("stand closer before any is left out, and what is left out is told", () => {
    const deep = (rows: number) => Array.from({ length: rows }, (_, row) => read(row, 1000, 1100));
    expect(rowsOf({ reads: deep(20), count: 20, until: 5000 }, look)).toMatchObject({ pitch: 4, sentence: "" });
    expect(rowsOf({ reads: deep(60), count: 60, until: 5000 }, look).sentence).toBe(
      "38 of 60 reads have no room here: make the track higher, or zoom in.",
    );
    expect(rowsOf({ reads: deep(2), count: 5000, until: 5000 }, look).sentence).toBe("A sample of 2 of the 5,000 reads about here.");
    expect(rowsOf({ reads: deep(2), count: 2, until: 1500 }, look).sentence).toContain("those from 1,501 on were not looked at");
  });

  it("are asked for again farther in, where they are a sample", () => {
    const held = (count: number) => ({ start: 0, end: 90_000, answer: { reads: [read(0, 1000, 1100)], count, until: 90_000 } });
    expect([fineEnough(held(1), 500), fineEnough(held(9), 30_000), fineEnough(held(9), 10_000)]).toEqual([true, true, false]);
  });

  it("tell name, place, strand, CIGAR and mapping quality under the pointer", () => {
    const held = { reads: [read(0, 1000, 1100), read(1, 1050, 1150)], count: 2, until: 5000 };
    expect(readAt(held, 1060, 39 + 10, look, "chr7")).toBe("r1  chr7:1,051-1,150 (-)  100M  mapping quality 60");
    expect(readAt(held, 1010, 39 + 10, look, "chr7")).toBe("");
    expect(readAt(held, 1010, 20, look, "chr7")).toBe("");
  });
});
