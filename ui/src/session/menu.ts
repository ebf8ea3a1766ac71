import type { MenuItem } from "../backend/wire/MenuItem";
import { regionText } from "../genome/locus";
import { FOCUS_SEARCH } from "./commands";
import type { Context } from "./context";
import { askAndOpen, openExample } from "./opening";
import { askAndOpenSession, saveAsked } from "./sessions";
import { theme } from "./theme.svelte";

/** What each line of the desktop window's native menu does here. */
const ITEMS: Record<MenuItem, (context: Context) => void> = {
  open_assay: ({ workspace }) => void askAndOpen(workspace, "assay"),
  open_example: ({ workspace }) => void openExample(workspace),
  add_track: ({ workspace }) => void askAndOpen(workspace, "track"),
  open_session: ({ workspace }) => void askAndOpenSession(workspace),
  save_session: ({ workspace }) => void saveAsked(workspace),
  save_session_as: ({ workspace }) => void saveAsked(workspace, true),
  export: ({ workspace, dialogs }) => {
    if (workspace.assay !== null) dialogs.open = { kind: "export", tracks: [], region: null };
  },
  send_to_igv: ({ workspace }) => sendToIgv(workspace),
  undo: ({ workspace }) => workspace.undo(),
  redo: ({ workspace }) => workspace.redo(),
  zoom_in: ({ stage }) => void stage.view?.zoom(0.5),
  zoom_out: ({ stage }) => void stage.view?.zoom(2),
  fit: ({ stage }) => void stage.view?.zoom(1e9),
  side_panel: ({ workspace }) => void (workspace.panelOpen = !workspace.panelOpen),
  theme: () => theme.toggle(),
  go_to: () => void window.dispatchEvent(new CustomEvent(FOCUS_SEARCH)),
  keys: ({ dialogs }) => void (dialogs.open = { kind: "keys" }),
  about: ({ dialogs }) => void (dialogs.open = { kind: "about" }),
};

export function onMenu(item: MenuItem, context: Context): void {
  ITEMS[item](context);
}

/** Hands the open files and the first locus to IGV Desktop. */
export function sendToIgv(workspace: Context["workspace"]): void {
  const locus = workspace.view.loci[0];
  if (locus === undefined) return;
  void workspace.messages.guard(async () => {
    await workspace.backend.sendToIgv([...workspace.opened.keys()], regionText(locus));
    workspace.messages.news("Sent to IGV.");
  });
}
