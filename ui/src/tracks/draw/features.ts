// Peaks, genes and other features: boxes, exons, strands, names where there is room.

import type { Feature } from "../../backend/wire/Feature";
import { faded, type Ground } from "../colour";
import type { Surface } from "./area";
import type { Window } from "./waiting";

const ROW = 24;
const BOX = 8;
const GAP = 6;
/** Pixels of a gene that is drawn as a box. */
const SMALL = 6;
const FONT = "11px system-ui, -apple-system, 'Segoe UI', sans-serif";

/** How features stand in a panel. */
export interface FeatureLook {
  height: number;
  colour: string;
  ground: Ground;
  start: number;
  basesPerPixel: number;
  seen: Window;
}

/** A feature, its row, and where the middle of its name stands; nothing where there is no room for one. */
export interface Placed {
  feature: Feature;
  row: number;
  name: number | null;
}

/** Rows so that neither boxes nor names overlap; what finds no row stands in the last one, without its name. */
export function place(
  features: readonly Feature[],
  rows: number,
  look: Pick<FeatureLook, "start" | "basesPerPixel" | "seen">,
  nameWidth: (name: string) => number,
): Placed[] {
  const free = new Array<number>(rows).fill(-Infinity);
  return features.map((feature) => {
    const from = (feature.start - look.start) / look.basesPerPixel;
    const to = Math.max(from + 2, (feature.end - look.start) / look.basesPerPixel);
    const width = feature.name === "" ? 0 : nameWidth(feature.name);
    const middle = nameAt(from, to, width, look.seen);
    const named = width === 0 ? -1 : free.findIndex((end) => end + GAP <= Math.min(from, middle - width / 2));
    if (named !== -1) {
      free[named] = Math.max(to, middle + width / 2);
      // Of what is out of sight, half a name would come into it.
      const seen = to > look.seen.from && from < look.seen.to;
      return { feature, row: named, name: seen ? middle : null };
    }
    const row = free.findIndex((end) => end + 1 <= from);
    const chosen = row === -1 ? rows - 1 : row;
    free[chosen] = Math.max(free[chosen] ?? 0, to);
    return { feature, row: chosen, name: null };
  });
}

/** The middle of what is seen of a box; a feature that the window's edge cuts keeps its whole name inside. */
function nameAt(from: number, to: number, width: number, seen: Window): number {
  const left = Math.max(from, seen.from);
  const right = Math.min(to, seen.to);
  if (right <= left) return (from + to) / 2;
  const half = width / 2 + 2;
  return Math.min(Math.max((left + right) / 2, seen.from + half), seen.to - half);
}

/** Draws features into a panel, in as many rows as its height has. */
export function drawFeatures(on: Surface, features: readonly Feature[], look: FeatureLook): void {
  on.font = FONT;
  const rows = Math.max(1, Math.floor((look.height - 4) / ROW));
  const widths = new Map<string, number>();
  const nameWidth = (name: string) => {
    const known = widths.get(name) ?? on.measureText(name).width;
    widths.set(name, known);
    return known;
  };
  for (const placed of place(features, rows, look, nameWidth)) drawFeature(on, placed, look);
}

function drawFeature(on: Surface, { feature, row, name }: Placed, look: FeatureLook): void {
  const from = (feature.start - look.start) / look.basesPerPixel;
  const to = Math.max(from + 2, (feature.end - look.start) / look.basesPerPixel);
  const top = 4 + row * ROW;
  const middle = top + BOX / 2;
  on.fillStyle = look.colour;
  // Of a gene of a few pixels no exon can be told from the next.
  if (feature.exons.length > 0 && to - from > SMALL) {
    on.fillRect(from, middle - 0.5, to - from, 1);
    for (const [start, end] of feature.exons) {
      const left = (start - look.start) / look.basesPerPixel;
      on.fillRect(left, top, Math.max(1, (end - start) / look.basesPerPixel), BOX);
    }
    arrows(on, feature.strand, from, to, middle, look.colour);
  } else {
    on.fillStyle = faded(look.colour, opacity(feature.score));
    on.fillRect(from, top, to - from, BOX);
    arrows(on, feature.strand, from, to, middle, look.ground.ground);
  }
  if (name === null) return;
  on.fillStyle = look.ground.ink;
  on.textAlign = "center";
  on.fillText(feature.name, name, top + BOX + 10);
  on.textAlign = "left";
}

function arrows(on: Surface, strand: string, from: number, to: number, middle: number, colour: string): void {
  if (strand !== "+" && strand !== "-") return;
  const way = strand === "+" ? 2.5 : -2.5;
  on.beginPath();
  for (let x = from + 8; x < to - 4; x += 16) {
    on.moveTo(x - way, middle - 2.5);
    on.lineTo(x, middle);
    on.lineTo(x - way, middle + 2.5);
  }
  on.strokeStyle = colour;
  on.lineWidth = 1;
  on.stroke();
}

/** BED's score, 0 to 1000, as an opacity that is never faint. */
function opacity(score: number | null): number {
  if (score === null || score <= 0 || score > 1000) return 1;
  return 0.5 + (0.5 * score) / 1000;
}

/** Observed peaks over an imputed mark: dark bars along the panel's top. */
export function drawPeakBars(on: Surface, features: readonly Feature[], look: FeatureLook): void {
  on.fillStyle = look.ground.ink;
  for (const { start, end } of features) {
    const from = (start - look.start) / look.basesPerPixel;
    on.fillRect(from, 0, Math.max(2, (end - start) / look.basesPerPixel), 4);
  }
}
