// The user's own bundles: opened, removed, handed on, made defaults.

import type { Workspace } from "./workspace.svelte";

/** Reads the list of bundles again. */
export async function refreshBundles(workspace: Workspace): Promise<void> {
  await workspace.messages.guard(async () => {
    const { bundles, lost } = await workspace.backend.about();
    const { about } = workspace;
    if (about !== null) workspace.about = { ...about, bundles, lost };
  });
}

/** Says which bundles of an earlier start are not where they were. */
export function tellLost(workspace: Workspace): void {
  for (const { path, message } of workspace.about?.lost ?? []) {
    workspace.messages.fault(message, { label: "Forget it", run: () => void removeBundle(workspace, path) });
  }
}

/** Adds a bundle: its folder, or a `.nascape` file. */
export async function addBundle(workspace: Workspace, path: string): Promise<void> {
  await workspace.messages.guard(async () => {
    const { title } = await workspace.backend.addBundle(path);
    await refreshBundles(workspace);
    workspace.messages.news(`${title} can be chosen now.`, { label: "Show", run: () => workspace.show("models") });
  });
}

export async function removeBundle(workspace: Workspace, name: string): Promise<void> {
  await workspace.messages.guard(async () => {
    await workspace.backend.removeBundle(name);
    await refreshBundles(workspace);
  });
}

export async function makeDefault(workspace: Workspace, name: string): Promise<void> {
  await workspace.messages.guard(async () => {
    await workspace.backend.makeDefault(name);
    await refreshBundles(workspace);
    workspace.messages.news(`${name} is used for its mark from now on, here and by nascape impute.`);
  });
}

/** Asks for a file and writes a bundle into it. */
export async function exportBundle(workspace: Workspace, name: string): Promise<void> {
  await workspace.messages.guard(async () => {
    const plain = name.split(/[\\/]/).at(-1) ?? name;
    const path = await workspace.backend.pickSave("Write the bundle into one file", `${plain}.nascape`);
    if (path === null) return;
    await workspace.backend.exportBundle(name, path);
    workspace.messages.news(`${plain} was written. A colleague opens the file by dropping it on the window.`);
  });
}
