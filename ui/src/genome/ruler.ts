// The ruler: coordinates where an eye looks for them. Drawn in place of igv.js's own, which knows one theme and cuts its labels.

import type { Ground } from "../tracks/colour";
import type { Surface } from "../tracks/draw/area";

/** A tick, and its label where it has one. */
export interface Tick {
  base: number;
  label: string | null;
}

const LABEL_ROOM = 110;

/** Ticks over a stretch: labels at round numbers with room between them, five ticks from one to the next. */
export function ticks(start: number, end: number, basesPerPixel: number): Tick[] {
  const step = roundStep(LABEL_ROOM * basesPerPixel);
  const minor = step / 5;
  const found: Tick[] = [];
  for (let at = Math.ceil(start / minor); at * minor <= end; at++) {
    found.push({ base: at * minor, label: at % 5 === 0 ? coordinate(at * minor, step) : null });
  }
  return found;
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(5, least)));
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power;
}

/** `35.2 Mb`, with as many digits as the step between labels needs. */
function coordinate(base: number, step: number): string {
  if (step < 1000) return base.toLocaleString("en-US");
  const [unit, name] = step >= 100_000 ? [1_000_000, "Mb"] : [1000, "kb"];
  const digits = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
  return `${(base / unit).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${name}`;
}

/** Draws the ruler; `seen` is the part on the screen, in whose edges no label is cut. */
export function drawRuler(
  on: Surface,
  { start, basesPerPixel, width, height, seen }: { start: number; basesPerPixel: number; width: number; height: number; seen: { from: number; to: number } },
  ground: Ground,
): void {
  on.font = "11px system-ui, -apple-system, 'Segoe UI', sans-serif";
  on.textAlign = "center";
  const base = height - 1;
  for (const { base: at, label } of ticks(Math.max(0, start), start + width * basesPerPixel, basesPerPixel)) {
    // A label names the first base of its column, counted from 1.
    const x = Math.round((at - start) / basesPerPixel);
    on.fillStyle = label === null ? ground.hairline : ground.faint;
    on.fillRect(x, base - (label === null ? 3 : 6), 1, label === null ? 3 : 6);
    if (label === null) continue;
    const half = on.measureText(label).width / 2 + 2;
    if (x - half < seen.from && x + half > seen.from) continue;
    if (x + half > seen.to && x - half < seen.to) continue;
    on.fillStyle = ground.ink;
    on.fillText(label, x, base - 10);
  }
  on.textAlign = "left";
}
