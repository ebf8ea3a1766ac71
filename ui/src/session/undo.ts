// Undo over whole states: what was, what is, what will be again.

/** A history of states. Never changed in place. */
export interface History<T> {
  readonly past: readonly T[];
  readonly future: readonly T[];
}

const DEPTH = 100;

export function noHistory<T>(): History<T> {
  return { past: [], future: [] };
}

/** Keeps `before`, since something new has replaced it. What was undone is gone. */
export function keep<T>(history: History<T>, before: T): History<T> {
  return { past: [...history.past, before].slice(-DEPTH), future: [] };
}

/** The state before `now`, and the history from there; nothing when there is none. */
export function back<T>(history: History<T>, now: T): { state: T; history: History<T> } | null {
  const state = history.past.at(-1);
  if (state === undefined) return null;
  return { state, history: { past: history.past.slice(0, -1), future: [now, ...history.future] } };
}

/** The state that was undone last. */
export function forth<T>(history: History<T>, now: T): { state: T; history: History<T> } | null {
  const [state, ...future] = history.future;
  if (state === undefined) return null;
  return { state, history: { past: [...history.past, now], future } };
}
