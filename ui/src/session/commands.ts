// What can be done by key, and the list of it that F1 shows.

import { onDesktop } from "../backend/choose";
import type { Context } from "./context";
import { askAndOpen } from "./opening";
import { saveAsked } from "./sessions";
import { theme } from "./theme.svelte";

export interface Command {
  keys: string;
  does: string;
  /** True for the key events that mean it. */
  is: (event: KeyboardEvent, control: boolean) => boolean;
  run: (context: Context) => void;
  /** True when it also works while the user types in a field. */
  everywhere?: boolean;
}

/** The locus box listens for this. */
export const FOCUS_SEARCH = "nascape:search";

const plain = (key: string) => (event: KeyboardEvent, control: boolean) => !control && !event.altKey && event.key === key;
const held = (key: string, shift = false) => (event: KeyboardEvent, control: boolean) =>
  control && event.shiftKey === shift && event.key.toLowerCase() === key;

export const COMMANDS: readonly Command[] = [
  { keys: "Ctrl O", does: "Open an assay", is: held("o"), everywhere: true, run: ({ workspace }) => void askAndOpen(workspace, "assay") },
  { keys: "Ctrl S", does: "Save the session", is: held("s"), everywhere: true, run: ({ workspace }) => void saveAsked(workspace) },
  { keys: "Shift Ctrl S", does: "Save the session under another name", is: held("s", true), everywhere: true, run: ({ workspace }) => void saveAsked(workspace, true) },
  { keys: "Ctrl F", does: "Search a place or a gene", is: held("f"), everywhere: true, run: () => void window.dispatchEvent(new CustomEvent(FOCUS_SEARCH)) },
  { keys: "Ctrl E", does: "Export", is: held("e"), everywhere: true, run: ({ dialogs, workspace }) => { if (workspace.assay !== null) dialogs.open = { kind: "export", tracks: [], region: null }; } },
  { keys: "Ctrl Z", does: "Undo a change of tracks or place", is: held("z"), run: ({ workspace }) => workspace.undo() },
  { keys: "Shift Ctrl Z", does: "Redo it", is: (event, control) => held("z", true)(event, control) || held("y")(event, control), run: ({ workspace }) => workspace.redo() },
  { keys: "← →", does: "Move by a quarter of the screen; with Shift by a whole one", is: (event, control) => !control && (event.key === "ArrowLeft" || event.key === "ArrowRight"), run: () => undefined },
  { keys: "+", does: "Zoom in", is: (event, control) => !control && (event.key === "+" || event.key === "="), run: ({ stage }) => void stage.view?.zoom(0.5) },
  { keys: "−", does: "Zoom out", is: plain("-"), run: ({ stage }) => void stage.view?.zoom(2) },
  { keys: "Home", does: "Show the whole chromosome", is: plain("Home"), run: ({ stage }) => void stage.view?.zoom(1e9) },
  { keys: "R", does: "Mark what is on the screen as a region", is: plain("r"), run: ({ stage }) => stage.view?.loci.forEach((locus) => stage.addRegion(locus)) },
  { keys: "D", does: "Light or dark", is: plain("d"), run: () => theme.toggle() },
  { keys: "P", does: "Fold the side panel away, or out", is: plain("p"), run: ({ workspace }) => void (workspace.panelOpen = !workspace.panelOpen) },
  { keys: "F1", does: "This list", is: plain("F1"), everywhere: true, run: ({ dialogs }) => void (dialogs.open = { kind: "keys" }) },
];

/** Gestures that F1 lists beside the keys. */
export const GESTURES: readonly { keys: string; does: string }[] = [
  { keys: "Wheel, pinch", does: "Zoom about the pointer" },
  { keys: "Shift wheel, sideways", does: "Move" },
  { keys: "Drag", does: "Move; over the ruler: zoom to what is swept" },
  { keys: "Shift drag on the ruler", does: "Mark a region" },
  { keys: "Click a peak", does: "Explain an imputed peak" },
  { keys: "Right click", does: "The track's menu" },
];

function panBy(event: KeyboardEvent, { stage }: Context): void {
  const part = (event.shiftKey ? 0.9 : 0.25) * (event.key === "ArrowLeft" ? -1 : 1);
  void stage.view?.pan(part);
}

/** Runs the command of a key. */
export function onKey(event: KeyboardEvent, context: Context): void {
  const control = event.ctrlKey || event.metaKey;
  const target = event.composedPath()[0];
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
  const inControl = target instanceof HTMLElement && target.closest("[role=menu], [role=tablist], [role=slider], dialog") !== null;
  const command = COMMANDS.find(({ is }) => is(event, control));
  if (command === undefined || (typing && command.everywhere !== true)) return;
  if (inControl && command.everywhere !== true) return;
  if (context.dialogs.open !== null && command.keys !== "F1") return;
  event.preventDefault();
  if (event.key.startsWith("Arrow")) panBy(event, context);
  else command.run(context);
}

/** Keys as this machine writes them. */
export function keysHere(keys: string): string {
  return navigator.platform.startsWith("Mac") ? keys.replace("Ctrl", "⌘").replace("Shift", "⇧") : keys;
}

/** Text of the hint where files may be dropped. */
export const DROP_HINT = onDesktop ? ", or drop them on this window" : ". Files are read where nascape serve runs";
