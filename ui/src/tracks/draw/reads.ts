// Single reads of a BAM, under their coverage: in rows, by strand, with what they skip as lines.

import type { Read } from "../../backend/wire/Read";
import type { Reads } from "../../backend/wire/Reads";
import { commas } from "../../genome/locus";
import { faded, MINUS, PLUS, type Ground } from "../colour";
import type { Surface } from "./area";
import { fitted, type Window } from "./waiting";

/** Bases on the screen up to which single reads are drawn; as in IGV. */
export const CLOSE = 30_000;

/** Of a sample, farther in, more can be seen: a stretch of many times what is on the screen is not enough then. */
export function fineEnough({ start, end, answer }: { start: number; end: number; answer: Reads }, bases: number): boolean {
  return answer.count === answer.reads.length || end - start <= 4 * bases;
}

/** Pixels of a row, the gap under the read with them: where there is room, and where there are many. */
const ROOMY = 8;
const DENSE = 4;
const FONT = "11px system-ui, -apple-system, 'Segoe UI', sans-serif";
/** Pixels for the sentence on reads that are not drawn. */
const SENTENCE = 15;

/** Pixels of a panel's height that its coverage keeps when reads are drawn below it; all of a panel that is low. */
export function coverageHeight(height: number): number {
  return height < 56 ? height : Math.min(48, Math.max(28, Math.round(height / 4)));
}

export interface ReadsLook {
  height: number;
  ground: Ground;
  start: number;
  basesPerPixel: number;
  seen: Window;
}

/** How the rows of a panel stand. */
export interface Rows {
  top: number;
  pitch: number;
  count: number;
  /** What is not drawn, in words. */
  sentence: string;
}

/** Rows for the reads that are seen: low ones where high ones do not suffice, and a sentence where those do not either. */
export function rowsOf({ reads, count, until }: Reads, look: Pick<ReadsLook, "height" | "start" | "basesPerPixel" | "seen">): Rows {
  const top = coverageHeight(look.height) + 3;
  const [from, to] = [look.start + look.seen.from * look.basesPerPixel, look.start + look.seen.to * look.basesPerPixel];
  const here = reads.filter((read) => read.end > from && read.start < to);
  const deepest = here.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const sampled = count > reads.length;
  const fits = (pitch: number, room: number) => Math.max(0, Math.floor((room - top) / pitch));
  const pitch = deepest <= fits(ROOMY, look.height) ? ROOMY : DENSE;
  const whole = fits(pitch, look.height);
  if (!sampled && deepest <= whole && until >= to) return { top, pitch, count: whole, sentence: "" };
  const rows = fits(pitch, look.height - SENTENCE);
  const below = here.filter(({ row }) => row >= rows).length;
  const parts: string[] = [];
  if (below > 0) parts.push(`${commas(below)} of ${commas(here.length)} reads have no room here: make the track higher, or zoom in`);
  if (sampled) parts.push(`a sample of ${commas(reads.length)} of the ${commas(count)} reads about here`);
  if (until < to) parts.push(`so many that those from ${commas(until + 1)} on were not looked at`);
  const sentence = parts.join("; ");
  return { top, pitch, count: rows, sentence: sentence === "" ? "" : `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.` };
}

/** Draws the rows that have room, and says what has none. */
export function drawReads(on: Surface, held: Reads, look: ReadsLook): void {
  const rows = rowsOf(held, look);
  for (const read of held.reads) if (read.row < rows.count) drawRead(on, read, rows, look);
  if (rows.sentence === "") return;
  on.font = FONT;
  on.fillStyle = look.ground.faint;
  on.textAlign = "center";
  const shown = fitted(on, rows.sentence, look.seen.to - look.seen.from - 16);
  on.fillText(shown, (look.seen.from + look.seen.to) / 2, look.height - 4);
  on.textAlign = "left";
}

function drawRead(on: Surface, read: Read, { top, pitch }: Rows, look: ReadsLook): void {
  const toX = (base: number) => (base - look.start) / look.basesPerPixel;
  const y = top + read.row * pitch;
  const thick = pitch === ROOMY ? 6 : 3;
  const strand = read.strand === "+" ? PLUS : MINUS;
  // A read that fits elsewhere as well says little of this place.
  on.fillStyle = read.quality === 0 ? faded(strand, 0.35) : strand;
  if (read.blocks.length > 1) on.fillRect(toX(read.start), y + thick / 2 - 0.5, toX(read.end) - toX(read.start), 1);
  for (const [start, end] of read.blocks) on.fillRect(toX(start), y, Math.max(1, toX(end) - toX(start)), thick);
  if (pitch !== ROOMY || toX(read.end) - toX(read.start) < 8) return;
  // Which way it was read: a tip beyond its last base.
  const [tip, way] = read.strand === "+" ? [toX(read.end), 3] : [toX(read.start), -3];
  on.beginPath();
  on.moveTo(tip, y);
  on.lineTo(tip + way, y + thick / 2);
  on.lineTo(tip, y + thick);
  on.closePath();
  on.fill();
}

/** The read at a height of the panel, in words; empty where there is none. */
export function readAt(held: Reads, base: number, y: number, look: Pick<ReadsLook, "height" | "start" | "basesPerPixel" | "seen">, chromosome: string): string {
  const { top, pitch, count } = rowsOf(held, look);
  const row = Math.floor((y - top) / pitch);
  if (row < 0 || row >= count) return "";
  const read = held.reads.find((one) => one.row === row && one.start <= base && base < one.end);
  if (read === undefined) return "";
  const place = `${chromosome}:${commas(read.start + 1)}-${commas(read.end)} (${read.strand})`;
  const quality = read.quality === null ? "no mapping quality" : `mapping quality ${read.quality}`;
  return [read.name, place, read.cigar, quality].filter((part) => part !== "").join("  ");
}
