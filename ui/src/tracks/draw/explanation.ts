// Which reads made a peak: what it would lose without the reads of each stretch, a strand at a time.

import type { Explanation } from "../../backend/wire/Explanation";
import { faded, MINUS, PLUS } from "../colour";
import type { Place } from "../painter";
import type { Surface } from "./area";
import type { PanelLook } from "./panel";
import { niceCeiling } from "./scale";

/** The largest change that any stretch makes. */
export function explanationTop({ stretches }: Explanation): number {
  let most = 0;
  for (const { plus, minus } of stretches) most = Math.max(most, Math.abs(plus), Math.abs(minus));
  return niceCeiling(most);
}

/** Plus strand up, minus strand down; full where the reads made the peak higher, faint where they lowered it. */
export function drawExplanation(
  on: Surface,
  { what, start, end }: { what: Explanation; start: number; end: number },
  place: Place,
  look: PanelLook,
): void {
  const middle = Math.floor(look.height / 2);
  const reach = middle - 3;
  const toX = (base: number) => (base - place.start) / place.basesPerPixel;
  on.fillStyle = faded(look.ground.dark ? "#ffffff" : "#000000", 0.08);
  on.fillRect(toX(start), 0, Math.max(1, toX(end) - toX(start)), look.height);
  for (const stretch of what.stretches) {
    const x = toX(stretch.start);
    const width = Math.max(1, toX(stretch.end) - x - (toX(stretch.end) - x > 3 ? 1 : 0));
    const up = (Math.min(1, Math.abs(stretch.plus) / look.top)) * reach;
    const down = (Math.min(1, Math.abs(stretch.minus) / look.top)) * reach;
    on.fillStyle = stretch.plus < 0 ? faded(PLUS, 0.3) : PLUS;
    on.fillRect(x, middle - up, width, up);
    on.fillStyle = stretch.minus < 0 ? faded(MINUS, 0.3) : MINUS;
    on.fillRect(x, middle, width, down);
  }
  on.fillStyle = look.ground.hairline;
  on.fillRect(0, middle, place.width, 1);
}
