import type { Backend } from "./backend";
import type { Picking } from "../dialogs/picking.svelte";

/** True in the desktop window. */
export const onDesktop = "__TAURI_INTERNALS__" in window;

/** The transport of where this page runs. */
export async function chooseBackend(picking: Picking): Promise<Backend> {
  if (onDesktop) return (await import("./tauri")).tauriBackend();
  return (await import("./http")).httpBackend(picking);
}
