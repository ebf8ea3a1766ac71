// Dragging a track's label to another place, with pointer events: a desktop window takes native drags for files.

/** Follows a drag over a column of labels. `over` hears the place among the others and where to draw it. */
export function dragOrder(
  column: HTMLElement,
  start: PointerEvent,
  over: (to: number, y: number) => void,
  done: (to: number | null) => void,
): void {
  start.preventDefault();
  const stop = new AbortController();
  const { signal } = stop;
  let to: number | null = null;

  function moved(event: PointerEvent): void {
    const labels = [...column.querySelectorAll<HTMLElement>("[data-track]")];
    const from = labels.findIndex((label) => label.contains(start.target as Node));
    const boxes = labels.map((label) => label.getBoundingClientRect());
    const gap = gapAt(boxes, event.clientY);
    // The place among the others, with the dragged one taken out.
    to = gap > from ? gap - 1 : gap;
    const edge = boxes[gap]?.top ?? boxes.at(-1)?.bottom ?? 0;
    over(to, edge - column.getBoundingClientRect().top - 1);
  }

  function end(result: number | null): void {
    stop.abort();
    done(result);
  }

  window.addEventListener("pointermove", moved, { signal });
  window.addEventListener("pointerup", () => end(to), { signal });
  window.addEventListener("pointercancel", () => end(null), { signal });
  window.addEventListener("keydown", (event) => event.key === "Escape" && end(null), { signal });
}

/** The gap between boxes that is nearest to a height: 0 above the first. */
export function gapAt(boxes: readonly { top: number; bottom: number }[], y: number): number {
  const below = boxes.findIndex(({ top, bottom }) => y < (top + bottom) / 2);
  return below === -1 ? boxes.length : below;
}
