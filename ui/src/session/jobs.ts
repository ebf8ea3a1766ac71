import type { Event } from "../backend/wire/Event";
import type { Job } from "../backend/wire/Job";
import { refreshBundles } from "./bundles";
import { Candidates } from "./candidates";
import type { Context } from "./context";
import { onMenu } from "./menu";
import { openPaths } from "./opening";
import type { Epoch, Workspace } from "./workspace.svelte";

/** Keeps the job list, opens files that were dropped on the window, does what the native menu says. Returns how to stop. */
export function follow(context: Context): () => void {
  const { workspace } = context;
  const candidates = new Candidates(context);
  void workspace.backend
    .jobs()
    .then((jobs) => (workspace.jobs = jobs))
    .catch(() => undefined);
  return workspace.backend.listen((event: Event) => {
    if (event.kind === "job") take(workspace, candidates, event.job);
    else if (event.kind === "epoch") workspace.epochs.set(event.bundle, [...epochsBefore(workspace, event), event]);
    else if (event.kind === "candidate") candidates.take(event);
    else if (event.kind === "menu") onMenu(event.item, context);
    else void openPaths(workspace, event.paths);
  });
}

/** A retraining that is gone on with tells its earlier epochs again. */
function epochsBefore(workspace: Workspace, { bundle, stage, epoch }: Epoch): readonly Epoch[] {
  return stage === 0 && epoch === 1 ? [] : (workspace.epochs.get(bundle) ?? []);
}

function take(workspace: Workspace, candidates: Candidates, job: Job): void {
  const before = workspace.jobs.find(({ id }) => id === job.id);
  workspace.jobs = before === undefined ? [job, ...workspace.jobs] : workspace.jobs.map((one) => (one.id === job.id ? job : one));
  if (before?.state === job.state) return;
  if (job.bundle !== null && isOver(job)) void endRetraining(workspace, candidates, job.bundle);
  if (job.state === "finished") workspace.messages.news(`${job.title}: ${job.bundle === null ? "written" : "done"}.`, { label: "Show", run: () => workspace.show("jobs") });
  if (job.state === "interrupted" && before !== undefined) workspace.messages.fault(`${job.title}: ${job.message}`, { label: "Show", run: () => workspace.show("jobs") });
  if (job.state === "failed") workspace.messages.fault(`${job.title} failed: ${job.message}`);
}

async function endRetraining(workspace: Workspace, candidates: Candidates, bundle: string): Promise<void> {
  await refreshBundles(workspace);
  candidates.end(bundle, workspace.about?.bundles.find(({ name }) => name === bundle));
}

/** `about 2 min left`. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

/** True for a retraining that can be gone on with. */
export function isStopped({ state }: Job): boolean {
  return state === "paused" || state === "interrupted";
}

export function isOver({ state }: Job): boolean {
  return state === "finished" || state === "failed" || state === "cancelled";
}
