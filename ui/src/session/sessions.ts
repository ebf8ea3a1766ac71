// Sessions: saved, opened again, with files that moved found by the user.

import type { OpenedSession } from "../backend/wire/OpenedSession";
import { examine } from "./doctor";
import { firstLocus } from "./first-view";
import { readView, writeView } from "./saved";
import { openTracksOf } from "./view";
import type { AskedSession, Workspace } from "./workspace.svelte";

/** Saves the window. `path` is null for the autosave. */
export async function save(workspace: Workspace, path: string | null): Promise<void> {
  const tracks = openTracksOf(workspace.view).filter((id) => workspace.opened.has(id));
  await workspace.backend.saveSession({ path, tracks, view: writeView(workspace), window: workspace.window });
}

/** Saves under the session's name, or asks for one. */
export async function saveAsked(workspace: Workspace, anew = false): Promise<void> {
  await workspace.messages.guard(async () => {
    const { assayInfo, backend } = workspace;
    const known = anew ? null : workspace.path;
    const path = known ?? (await backend.pickSave("Save the session", `${assayInfo?.name ?? "session"}.nascape-session`));
    if (path === null) return;
    await save(workspace, path);
    workspace.path = path;
    workspace.changed = false;
    workspace.messages.news("Session saved.");
  });
}

/** Asks for a session and opens it. */
export async function askAndOpenSession(workspace: Workspace): Promise<void> {
  const [path] = (await workspace.messages.guard(() => workspace.backend.pickFiles("Open a session"))) ?? [];
  if (path !== undefined) await openSession(workspace, path);
}

/** Opens a session, or the autosave. */
export function openSession(workspace: Workspace, path: string | null): Promise<void> {
  return goOnOpening(workspace, { path, moved: [], answers: [] });
}

/** Opens a session as far as it goes: addresses and missing files are asked for by the dialogs that watch the workspace. */
export async function goOnOpening(workspace: Workspace, asked: AskedSession): Promise<void> {
  workspace.busy = "Opening the session";
  await workspace.messages.guard(async () => {
    const session = await workspace.backend.openSession({ ...asked, window: workspace.window });
    if (session.unanswered.length > 0) workspace.unanswered = { addresses: session.unanswered, asked };
    else if (session.missing.length > 0) workspace.missing = { session, asked };
    else await restore(workspace, session);
  });
  workspace.busy = null;
}

/** Puts a session on the screen, without the tracks whose files were not found. */
export async function restore(workspace: Workspace, session: OpenedSession): Promise<void> {
  const { view, panel } = readView(session.view, new Map(session.tracks.map(({ saved_id, track }) => [saved_id, track.id])));
  workspace.missing = null;
  for (const { track } of session.tracks) workspace.opened.set(track.id, track);
  const assay = session.tracks.find(({ track }) => track.kind === "assay") ?? session.tracks[0];
  if (assay === undefined) {
    workspace.messages.fault("None of the session's files could be opened, so there is nothing to show.");
    return;
  }
  workspace.genome = null;
  const genome = await workspace.backend.genome(assay.track.id);
  const loci = view.loci.length > 0 ? view.loci : [await firstLocus(workspace.backend, genome, assay.track)];
  workspace.begin({ ...view, loci });
  workspace.assay = assay.track.kind === "features" ? null : assay.track.id;
  workspace.genome = genome;
  workspace.path = session.path;
  workspace.changed = false;
  workspace.panelOpen = panel;
  if (workspace.assay !== null) void examine(workspace, workspace.assay);
}
