import { getContext, setContext } from "svelte";
import type { Stage } from "../genome/stage.svelte";
import type { Dialogs } from "../dialogs/dialogs.svelte";
import type { Workspace } from "./workspace.svelte";

/** What every part of the window works with. */
export interface Context {
  workspace: Workspace;
  stage: Stage;
  dialogs: Dialogs;
}

const KEY = Symbol("nascape");

export const provide = (context: Context) => setContext(KEY, context);
export const use = () => getContext<Context>(KEY);
