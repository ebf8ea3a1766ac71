// Wheel, trackpad and pointer over the tracks. Dragging is igv.js's own.

import type { GenomeView, Spot } from "./view";

/** What the tracks' area hears. */
export interface Heard {
  hover(spot: Spot | null): void;
  click(spot: Spot, x: number, y: number): void;
  menu(spot: Spot, x: number, y: number): void;
}

/** Listens on the tracks' host. Returns how to stop. */
export function listenToGestures(host: HTMLElement, view: GenomeView, heard: Heard): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let factor = 1;
  let shift = 0;
  let wheelAt: Spot | null = null;
  let frame = 0;

  function turned(event: WheelEvent): void {
    const spot = view.at(event.clientX, event.clientY);
    if (spot === null) return;
    // A wheel's line is some 16 pixels.
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const dx = (event.shiftKey ? event.deltaY : event.deltaX) * scale;
    const dy = (event.shiftKey ? 0 : event.deltaY) * scale;
    event.preventDefault();
    event.stopPropagation();
    if (Math.abs(dx) > Math.abs(dy)) shift += dx;
    // A pinch comes as a wheel with Ctrl held, in much smaller steps.
    else factor *= Math.exp(Math.max(-120, Math.min(120, dy)) * (event.ctrlKey ? 0.01 : 0.0025));
    wheelAt = spot;
    frame ||= requestAnimationFrame(apply);
  }

  function apply(): void {
    frame = 0;
    const at = wheelAt;
    if (at === null) return;
    if (factor !== 1) void view.zoom(factor, at.frame, at.fraction);
    if (shift !== 0) {
      const width = view.frames[at.frame]?.width ?? 1;
      void view.pan(shift / width, at.frame);
    }
    factor = 1;
    shift = 0;
  }

  let downAt: { x: number; y: number } | null = null;
  host.addEventListener("wheel", turned, { passive: false, capture: true, signal });
  host.addEventListener("pointerdown", (event) => (downAt = { x: event.clientX, y: event.clientY }), { signal });
  host.addEventListener(
    "click",
    (event) => {
      const moved = downAt === null || Math.hypot(event.clientX - downAt.x, event.clientY - downAt.y) > 3;
      const spot = view.at(event.clientX, event.clientY);
      if (!moved && spot !== null && event.detail === 1) heard.click(spot, event.clientX, event.clientY);
    },
    { signal },
  );
  host.addEventListener("pointermove", (event) => heard.hover(view.at(event.clientX, event.clientY)), { signal });
  host.addEventListener("pointerleave", () => heard.hover(null), { signal });
  host.addEventListener(
    "contextmenu",
    (event) => {
      event.preventDefault();
      event.stopPropagation();
      const spot = view.at(event.clientX, event.clientY);
      if (spot !== null) heard.menu(spot, event.clientX, event.clientY);
    },
    { capture: true, signal },
  );
  return () => stop.abort();
}
