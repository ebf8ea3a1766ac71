import type { Workspace } from "./workspace.svelte";

/** Asks the import doctor, and opens the panel when it found something to look at. */
export async function examine(workspace: Workspace, track: string): Promise<void> {
  const checkup = await workspace.messages.guard(() => workspace.backend.checkAssay(track));
  if (checkup === undefined) return;
  workspace.checkups.set(track, checkup);
  if (checkup.verdict === "error" || checkup.verdict === "warning") workspace.show("assay");
}
