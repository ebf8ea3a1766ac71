// Opening assays, tracks beside them, the example; swapping strands; bundles.

import type { BundleLine } from "../backend/wire/BundleLine";
import type { Opened } from "../backend/wire/Opened";
import type { TrackInfo } from "../backend/wire/TrackInfo";
import { NO_GENES, type Track } from "../tracks/track";
import { addBundle } from "./bundles";
import { defaultBundles, genesTrack, imputedTrack, markInName, ownTrack } from "./defaults";
import { examine } from "./doctor";
import { filling, firstLocus } from "./first-view";
import { openSession } from "./sessions";
import { withTrack, withTracksAfter, type View } from "./view";
import type { Workspace } from "./workspace.svelte";

/** A bundle in one file. */
const isBundle = (path: string) => path.endsWith(".nascape");

/** Opens files: sessions by themselves, bundles into the list, everything else as tracks. */
export async function openPaths(workspace: Workspace, paths: string[], apart = false, stated?: string): Promise<void> {
  if (paths.length === 0) return;
  const session = paths.find((path) => path.endsWith(".nascape-session"));
  if (session !== undefined) return openSession(workspace, session);
  for (const path of paths.filter(isBundle)) await addBundle(workspace, path);
  const files = paths.filter((path) => !isBundle(path));
  if (files.length === 0) return;
  await working(workspace, "Opening", async () => {
    const assembly = stated ?? (workspace.genome?.name || null);
    take(workspace, await workspace.backend.openFiles({ paths: files, assembly, apart }));
  });
}

export async function openExample(workspace: Workspace): Promise<void> {
  await working(workspace, "Simulating the example", async () => take(workspace, await workspace.backend.openExample()));
}

/** Asks for files and opens them. */
export async function askAndOpen(workspace: Workspace, what: "assay" | "track"): Promise<void> {
  const title = what === "assay" ? "Open an assay: the plus and the minus file" : "Add tracks beside the assay";
  const paths = await workspace.messages.guard(() => workspace.backend.pickFiles(title));
  if (paths !== undefined) await openPaths(workspace, paths, what === "track");
}

async function working(workspace: Workspace, what: string, work: () => Promise<void>): Promise<void> {
  workspace.busy = what;
  await workspace.messages.guard(work);
  workspace.busy = null;
}

/** Puts what was opened on the screen. */
async function takeTracks(workspace: Workspace, tracks: TrackInfo[]): Promise<void> {
  const drawnOver: TrackInfo[] = [];
  for (const info of tracks) {
    workspace.opened.set(info.id, info);
    // A signal alone is imputed from as well; beside an assay it was observed.
    const readable = info.kind === "assay" || (info.kind === "signal" && workspace.assay === null);
    if (readable) await takeAssay(workspace, info);
    else if (takeBeside(workspace, info)) drawnOver.push(info);
  }
  if (drawnOver.length > 0) tellDrawnOver(workspace, drawnOver);
}

function take(workspace: Workspace, { tracks, faults }: Opened): Promise<void> {
  for (const { message, needs_assembly } of faults) if (!needs_assembly) workspace.messages.fault(message);
  const unsure = faults.filter(({ needs_assembly }) => needs_assembly).map(({ path }) => path);
  if (unsure.length > 0) workspace.unsure = unsure;
  // Assays first, so that observed marks find the imputed ones that they belong to.
  const rank = ({ kind }: TrackInfo) => (kind === "assay" ? 0 : kind === "signal" ? 1 : 2);
  return takeTracks(workspace, [...tracks].sort((a, b) => rank(a) - rank(b)));
}

async function takeAssay(workspace: Workspace, info: TrackInfo): Promise<void> {
  const { backend, about } = workspace;
  const genome = await backend.genome(info.id);
  const known = workspace.genome;
  if (known !== null && known.name !== genome.name) {
    workspace.messages.fault(
      `${info.name} is on ${genome.name || "an unknown assembly"}, what is open on ${known.name || "another"}. ` +
        "Open it in a window of its own, or remove the open tracks first.",
    );
    return;
  }
  const marks = defaultBundles(about?.bundles ?? [], info.kind === "assay")
    .map(({ bundle, target }) => imputedTrack(info.id, bundle, target))
    .filter((track): track is Track => track !== null);
  const own = ownTrack(info);
  workspace.assay = info.id;
  if (known === null) {
    const first = await firstLocus(backend, genome, info);
    workspace.genome = genome;
    workspace.begin({ tracks: filling([own, ...marks, genesTrack(genome)], workspace.room), loci: [first], regions: [] });
  } else {
    const genes = workspace.view.tracks.findIndex(({ note, name }) => name === "Genes" && note === genome.name);
    const before = genes > 0 ? (workspace.view.tracks[genes - 1]?.key ?? null) : null;
    workspace.change(withTracksAfter(workspace.view, before, [own, ...marks]));
  }
  void examine(workspace, info.id);
}

/** Shows a track beside what is there. True when it is drawn over imputed marks. */
function takeBeside(workspace: Workspace, info: TrackInfo): boolean {
  if (workspace.genome === null) {
    void takeAlone(workspace, info);
    return false;
  }
  const over = withObserved(workspace.view, info);
  workspace.change(over ?? withGenes(workspace.view, info) ?? withTracksAfter(workspace.view, null, [ownTrack(info)]));
  return over !== null;
}

function tellDrawnOver(workspace: Workspace, infos: TrackInfo[]): void {
  const names = infos.map(({ name }) => name).join(", ");
  workspace.messages.news(`${names}: drawn over the imputed marks of the same names.`, {
    label: infos.length === 1 ? "Show as a track" : "Show as tracks",
    run: () => workspace.change(withTracksAfter(workspace.view, null, infos.map(ownTrack))),
  });
}

/** Features with no assay are shown on their own genome. */
async function takeAlone(workspace: Workspace, info: TrackInfo): Promise<void> {
  await workspace.messages.guard(async () => {
    const genome = await workspace.backend.genome(info.id);
    const genes = genome.genes ? [genesTrack(genome)] : [];
    const first = await firstLocus(workspace.backend, genome, info);
    workspace.genome = genome;
    workspace.begin({ tracks: [ownTrack(info), ...genes], loci: [first], regions: [] });
  });
}

/** An annotation of the user's takes the place of the genes that did not come with the program. */
function withGenes(before: View, info: TrackInfo): View | null {
  const place = before.tracks.find(({ source }) => source.kind === "features" && source.track === NO_GENES);
  const annotation = info.files.some(({ path }) => /\.(gtf|gff3?)(\.gz)?$/i.test(path));
  return place !== undefined && annotation ? withTrack(before, place.key, ownTrack(info)) : null;
}

/** An observed mark is drawn over the imputed ones of the same name. */
function withObserved(before: View, info: TrackInfo): View | null {
  const imputed = before.tracks.filter(({ source }) => source.kind === "imputed");
  const mark = markInName(info.name, imputed.map(({ name }) => name));
  if (mark === null) return null;
  const kind = info.kind === "features" ? "features" : "signal";
  let view = before;
  for (const { key, name } of imputed) {
    if (name === mark) view = withTrack(view, key, { observed: { track: info.id, kind, name: info.name } });
  }
  return view;
}

/** Shows another bundle's imputation, in place of a track or beside it. */
export function useBundle(workspace: Workspace, track: Track, bundle: BundleLine, beside: boolean): void {
  if (track.source.kind !== "imputed") return;
  const made = imputedTrack(track.source.track, bundle, track.source.by.target);
  if (made === null) return;
  const { height, colour, observed, log, window, interval, scale } = track;
  const like = { ...made, height, colour, observed, log, window, interval, scale };
  if (beside) workspace.change(withTracksAfter(workspace.view, track.key, [like]));
  else workspace.changeTrack(track.key, { source: like.source, note: like.note });
}
