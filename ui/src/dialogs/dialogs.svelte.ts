import type { Track } from "../tracks/track";

/** Which dialog is open. */
export type Open =
  | { kind: "export"; tracks: string[]; region: string | null }
  | { kind: "retrain"; bundle: string | null; region: string | null }
  | { kind: "picture" }
  | { kind: "keys" }
  | { kind: "about" }
  | { kind: "card"; bundle: string };

/** What can be opened over the window: one dialog, one menu. */
export class Dialogs {
  open = $state.raw<Open | null>(null);
  menu = $state.raw<{ track: Track; x: number; y: number; peak: { chromosome: string; base: number } | null } | null>(null);

  close(): void {
    this.open = null;
  }
}
