// IGV Desktop, if it runs on this machine.

import { regionText } from "../genome/locus";
import type { Workspace } from "./workspace.svelte";

/** Hands it the open files and the first locus. */
export function sendToIgv(workspace: Workspace): void {
  const locus = workspace.view.loci[0];
  if (locus === undefined) return;
  const tracks = [...workspace.opened.keys()];
  void workspace.messages.guard(async () => {
    await workspace.backend.sendToIgv(tracks, regionText(locus));
    workspace.messages.news("Sent to IGV.");
  });
}
