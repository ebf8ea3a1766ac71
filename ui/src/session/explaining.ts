import { regionText, type Locus } from "../genome/locus";
import type { Track } from "../tracks/track";
import { newKey } from "./defaults";
import { withTracksAfter } from "./view";
import type { Workspace } from "./workspace.svelte";

/** Asks which reads made a peak, and shows it as a track and in the side panel. */
export async function explain(workspace: Workspace, track: Track, locus: Locus): Promise<void> {
  const { source } = track;
  if (source.kind !== "imputed") return;
  const { chromosome, start, end } = locus;
  workspace.show("explain");
  workspace.explaining = `${track.name} at ${regionText(locus)}`;
  await workspace.messages.guard(async () => {
    const what = await workspace.backend.explain({ track: source.track, imputed: source.by, chromosome, start, end });
    const made: Track = {
      key: newKey(),
      source: { kind: "explanation", track: source.track, chromosome, start, end, what },
      name: `Why ${track.name}`,
      note: regionText(locus),
      height: 60,
      colour: track.colour,
      scale: { kind: "auto" },
      log: false,
      window: "both",
      interval: false,
      observed: null,
    };
    workspace.change(withTracksAfter(workspace.view, track.key, [made]));
    workspace.explained = made.key;
  });
  workspace.explaining = null;
}
