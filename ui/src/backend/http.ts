// The program in a browser tab: `nascape serve` at the same address as the page.

import type { Backend } from "./backend";
import { BackendFault } from "./fault";
import { backendOver } from "./methods";
import { listenToServer } from "./server-events";
import { accessToken } from "./token";
import type { Fault } from "./wire/Fault";
import type { FolderListing } from "./wire/FolderListing";
import type { Picking } from "../dialogs/picking.svelte";

/** The transport of `nascape serve`. Its file dialog is ours, since a browser's would give files of the wrong machine. */
export function httpBackend(picking: Picking): Backend {
  const token = accessToken();
  const authorization = `Bearer ${token}`;

  async function post(method: string, headers: Record<string, string>, body: BodyInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`api/${method}`, { method: "POST", headers: { authorization, ...headers }, body });
    } catch {
      throw new BackendFault({
        message: "Nascape does not answer. Is `nascape serve` still running, and the tunnel to it open?",
        cancelled: false,
      });
    }
    if (!answer.ok) throw await faultOf(answer);
    return answer;
  }

  const json = (method: string, args: object) => post(method, { "content-type": "application/json" }, JSON.stringify(args));

  async function ask<T>(method: string, args: object = {}): Promise<T> {
    const text = await (await json(method, args)).text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  const transport = {
    ask,
    askBytes: async (method: string, args: object) => (await json(method, args)).arrayBuffer(),
    sendBytes: async (method: string, headers: Record<string, string>, bytes: Uint8Array<ArrayBuffer>) => {
      await post(method, { "content-type": "application/octet-stream", ...headers }, bytes);
    },
  };
  const folder = (path: string | null) => ask<FolderListing>("folder", { path });

  return backendOver(transport, {
    pickFiles: (title) => picking.files(title, folder),
    pickFolder: (title) => picking.folder(title, folder),
    pickSave: (title, name) => picking.save(title, name, folder),
    listen: (heard) => listenToServer(token, heard),
  });
}

async function faultOf(answer: Response): Promise<BackendFault> {
  if (answer.status === 401 || answer.status === 403) {
    return new BackendFault({
      message: "Nascape did not accept this page's key. Open the address that `nascape serve` printed, with its token.",
      cancelled: false,
    });
  }
  try {
    return new BackendFault((await answer.json()) as Fault);
  } catch {
    return new BackendFault({ message: `Nascape answered ${answer.status} ${answer.statusText}.`, cancelled: false });
  }
}
