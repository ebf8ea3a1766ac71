import type { Event } from "../backend/wire/Event";
import type { Job } from "../backend/wire/Job";
import type { Context } from "./context";
import { refreshBundles } from "./bundles";
import { onMenu } from "./menu";
import { openPaths } from "./opening";
import type { Workspace } from "./workspace.svelte";

/** Keeps the job list, opens files that were dropped on the window, does what the native menu says. Returns how to stop. */
export function follow(context: Context): () => void {
  const { workspace } = context;
  void workspace.backend
    .jobs()
    .then((jobs) => (workspace.jobs = jobs))
    .catch(() => undefined);
  return workspace.backend.listen((event: Event) => {
    if (event.kind === "job") take(workspace, event.job);
    else if (event.kind === "epoch") workspace.epochs.set(event.bundle, [...(workspace.epochs.get(event.bundle) ?? []), event]);
    else if (event.kind === "menu") onMenu(event.item, context);
    else void openPaths(workspace, event.paths);
  });
}

function take(workspace: Workspace, job: Job): void {
  const before = workspace.jobs.find(({ id }) => id === job.id);
  workspace.jobs = before === undefined ? [job, ...workspace.jobs] : workspace.jobs.map((one) => (one.id === job.id ? job : one));
  if (before?.state === job.state) return;
  if (job.state === "finished" && job.bundle !== null) void refreshBundles(workspace);
  if (job.state === "finished") workspace.messages.news(`${job.title}: ${job.bundle === null ? "written" : "done"}.`, { label: "Show", run: () => workspace.show("jobs") });
  if (job.state === "failed") workspace.messages.fault(`${job.title} failed: ${job.message}`);
}

/** `about 2 min left`. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "";
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

export function isOver({ state }: Job): boolean {
  return state === "finished" || state === "failed" || state === "cancelled";
}
