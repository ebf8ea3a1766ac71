// What a bundle in training would impute now, drawn beside the bundle that it was started from, epoch after epoch.

import type { BundleLine } from "../backend/wire/BundleLine";
import type { Event } from "../backend/wire/Event";
import { isProvisional, type Track } from "../tracks/track";
import { newKey } from "./defaults";
import type { Context } from "./context";
import { useBundle } from "./opening";
import { withTrack, withTracksAfter } from "./view";
import type { Workspace } from "./workspace.svelte";

type Candidate = Extract<Event, { kind: "candidate" }>;

/** How long to wait for the tiles of an epoch before the next one is looked at. */
const PACE = 150;

/** Shows the newest candidate of each retraining once the one before it is drawn. */
export class Candidates {
  private readonly context: Context;
  private readonly newest = new Map<string, Candidate>();
  /** Those that were shown, with the bundle that each was started from: a track that the user took away does not come back. */
  private readonly shown = new Map<string, string>();

  constructor(context: Context) {
    this.context = context;
  }

  take(candidate: Candidate): void {
    const waits = this.newest.has(candidate.bundle);
    this.newest.set(candidate.bundle, candidate);
    if (!waits) this.draw(candidate.bundle);
  }

  /** The retraining has ended: its bundle takes the candidate's place, or nothing does. */
  end(bundle: string, line: BundleLine | undefined): void {
    const from = this.shown.get(bundle);
    this.newest.delete(bundle);
    this.shown.delete(bundle);
    const { workspace } = this.context;
    const { tracks } = workspace.view;
    const rest = tracks.filter((track) => !isProvisional(track, bundle));
    if (from === undefined || rest.length === tracks.length) return;
    workspace.showMeanwhile({ ...workspace.view, tracks: rest });
    const old = beside(workspace, from);
    if (line !== undefined && old !== undefined) useBundle(workspace, old, line, true);
  }

  private draw(bundle: string): void {
    const { stage } = this.context;
    const candidate = this.newest.get(bundle);
    if (candidate === undefined) return;
    if (stage.pending > 0) {
      setTimeout(() => this.draw(bundle), PACE);
      return;
    }
    this.newest.delete(bundle);
    this.show(candidate);
  }

  private show({ bundle, from, candidate }: Candidate): void {
    const { workspace, stage } = this.context;
    const present = workspace.view.tracks.find((track) => isProvisional(track, bundle));
    const old = present ?? beside(workspace, from);
    if (old === undefined || old.source.kind !== "imputed" || (present === undefined && this.shown.has(bundle))) return;
    this.shown.set(bundle, from);
    const { track, by } = old.source;
    const source = { ...old.source, by: { ...by, bundle: candidate.name } };
    stage.tiles.replace({ track, imputed: by }, { track, imputed: source.by });
    const note = `new, ${candidate.title}`;
    const next =
      present === undefined
        ? withTracksAfter(workspace.view, old.key, [{ ...old, key: newKey(), source, note }])
        : withTrack(workspace.view, present.key, { source, note });
    workspace.showMeanwhile(next);
  }
}

/** The track of the bundle that was started from. */
function beside({ view }: Workspace, from: string): Track | undefined {
  return view.tracks.find(({ source }) => source.kind === "imputed" && source.by.bundle === from);
}
