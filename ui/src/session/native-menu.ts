// What the native menu of the desktop window asks for.

import type { MenuItem } from "../backend/wire/MenuItem";
import { FOCUS_SEARCH } from "./commands";
import type { Context } from "./context";
import { sendToIgv } from "./igv";
import { askAndOpen, openExample, openPaths } from "./opening";
import { saveAsked } from "./sessions";
import { theme } from "./theme.svelte";

const DOES: Record<MenuItem, (context: Context) => void> = {
  open_assay: ({ workspace }) => void askAndOpen(workspace, "assay"),
  open_example: ({ workspace }) => void openExample(workspace),
  add_track: ({ workspace }) => void askAndOpen(workspace, "track"),
  open_session: (context) => void askForSession(context),
  save_session: ({ workspace }) => void (workspace.genome !== null && saveAsked(workspace)),
  save_session_as: ({ workspace }) => void (workspace.genome !== null && saveAsked(workspace, true)),
  export: ({ workspace, dialogs }) => {
    if (workspace.assay !== null) dialogs.open = { kind: "export", tracks: [], region: null };
  },
  send_to_igv: ({ workspace }) => sendToIgv(workspace),
  undo: ({ workspace }) => inField("undo") || workspace.undo(),
  redo: ({ workspace }) => inField("redo") || workspace.redo(),
  zoom_in: ({ stage }) => void stage.view?.zoom(0.5),
  zoom_out: ({ stage }) => void stage.view?.zoom(2),
  fit: ({ stage }) => void stage.view?.zoom(1e9),
  side_panel: ({ workspace }) => void (workspace.panelOpen = !workspace.panelOpen),
  theme: () => theme.toggle(),
  go_to: () => void window.dispatchEvent(new CustomEvent(FOCUS_SEARCH)),
  keys: ({ dialogs }) => void (dialogs.open = { kind: "keys" }),
};

/** Does what was chosen. */
export function choose(item: MenuItem, context: Context): void {
  DOES[item](context);
}

async function askForSession({ workspace }: Context): Promise<void> {
  const paths = await workspace.messages.guard(() => workspace.backend.pickFiles("Open a session"));
  if (paths !== undefined) await openPaths(workspace, paths);
}

/** Undoes what was typed, where the user types. */
function inField(command: "undo" | "redo"): boolean {
  const active = document.activeElement;
  return (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) && document.execCommand(command);
}
