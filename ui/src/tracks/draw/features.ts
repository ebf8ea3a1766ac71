// Peaks, genes and other features: boxes, exons, strands, names where there is room.

import type { Feature } from "../../backend/wire/Feature";
import { faded, type Ground } from "../colour";
import type { Surface } from "./area";
import type { Window } from "./waiting";

const ROW = 24;
const BOX = 8;
const GAP = 6;
const FONT = "11px system-ui, -apple-system, 'Segoe UI', sans-serif";

/** How features stand in a panel. */
export interface FeatureLook {
  height: number;
  colour: string;
  ground: Ground;
  start: number;
  basesPerPixel: number;
  seen: Window;
  names: boolean;
}

/** A feature and its row. */
export interface Placed {
  feature: Feature;
  row: number;
  named: boolean;
}

/** Rows so that neither boxes nor names overlap; what finds no row stands in the last one, without its name. */
export function place(
  features: readonly Feature[],
  rows: number,
  basesPerPixel: number,
  nameWidth: (name: string) => number,
): Placed[] {
  const free = new Array<number>(rows).fill(-Infinity);
  return features.map((feature) => {
    const from = feature.start / basesPerPixel;
    const box = Math.max(2, (feature.end - feature.start) / basesPerPixel);
    const name = feature.name === "" ? 0 : nameWidth(feature.name);
    // A name stands in the middle under its box and may be wider.
    const over = Math.max(0, (name - box) / 2);
    const named = free.findIndex((end) => end + GAP <= from - over);
    if (named !== -1 && name > 0) {
      free[named] = from + box + over;
      return { feature, row: named, named: true };
    }
    const row = free.findIndex((end) => end + 1 <= from);
    const chosen = row === -1 ? rows - 1 : row;
    free[chosen] = Math.max(free[chosen] ?? 0, from + box);
    return { feature, row: chosen, named: false };
  });
}

/** Draws features into a panel, in as many rows as its height has. */
export function drawFeatures(on: Surface, features: readonly Feature[], look: FeatureLook): void {
  on.font = FONT;
  const rows = Math.max(1, Math.floor((look.height - 4) / ROW));
  const widths = new Map<string, number>();
  const nameWidth = (name: string) => {
    const known = widths.get(name) ?? on.measureText(name).width;
    widths.set(name, known);
    return look.names ? known : 0;
  };
  for (const placed of place(features, rows, look.basesPerPixel, nameWidth)) drawFeature(on, placed, look);
}

function drawFeature(on: Surface, { feature, row, named }: Placed, look: FeatureLook): void {
  const from = (feature.start - look.start) / look.basesPerPixel;
  const to = Math.max(from + 2, (feature.end - look.start) / look.basesPerPixel);
  const top = 4 + row * ROW;
  const middle = top + BOX / 2;
  on.fillStyle = look.colour;
  if (feature.exons.length > 0) {
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
  if (named) drawName(on, feature.name, from, to, top + BOX + 10, look);
}

/** A name stays on the screen as long as its feature does. */
function drawName(on: Surface, name: string, from: number, to: number, y: number, look: FeatureLook): void {
  const left = Math.max(from, look.seen.from);
  const right = Math.min(to, look.seen.to);
  const half = on.measureText(name).width / 2 + 2;
  const middle = right > left ? (left + right) / 2 : (from + to) / 2;
  // A feature that the window's edge cuts keeps its whole name.
  const inside = Math.min(Math.max(middle, look.seen.from + half), look.seen.to - half);
  const centre = right > left ? inside : middle;
  on.fillStyle = look.ground.ink;
  on.textAlign = "center";
  on.fillText(name, centre, y);
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
    on.fillRect(from, 1, Math.max(1.5, (end - start) / look.basesPerPixel), 3);
  }
}
