import { save } from "./sessions";
import type { Workspace } from "./workspace.svelte";

const EVERY = 30_000;

/** Saves what was changed every half minute and when the window is hidden, so that a crash loses nothing. */
export function keepSaved(workspace: Workspace): () => void {
  let saved: unknown = workspace.view;

  function now(): void {
    if (workspace.genome === null || workspace.view === saved) return;
    const { view } = workspace;
    // What could not be kept is tried again next time; the user is not told every half minute.
    save(workspace, null).then(
      () => (saved = view),
      () => undefined,
    );
  }

  const timer = setInterval(now, EVERY);
  const hidden = () => {
    if (document.visibilityState === "hidden") now();
  };
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("pagehide", now);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", now);
  };
}
