// The program behind the desktop window: Tauri's IPC. Imported only there.

import { Channel, invoke, type InvokeArgs, type InvokeOptions } from "@tauri-apps/api/core";
import type { Backend } from "./backend";
import { asFault } from "./fault";
import { backendOver } from "./methods";
import type { Event } from "./wire/Event";

async function ask<T>(command: string, args: InvokeArgs = {}, options?: InvokeOptions): Promise<T> {
  try {
    return await invoke<T>(command, args, options);
  } catch (error) {
    throw asFault(error);
  }
}

/** The transport of the desktop app. */
export function tauriBackend(): Backend {
  const transport = {
    ask,
    askBytes: (command: string, args: InvokeArgs) => ask<ArrayBuffer>(command, args),
    sendBytes: (command: string, headers: Record<string, string>, bytes: Uint8Array<ArrayBuffer>) => ask<void>(command, bytes, { headers }),
  };
  return backendOver(transport, {
    pickFiles: (title) => ask("pick_files", { title }),
    pickFolder: (title) => ask("pick_folder", { title }),
    pickSave: (title, name) => ask("pick_save", { title, name }),
    listen: (heard) => {
      const channel = new Channel<Event>();
      let stopped = false;
      channel.onmessage = (event) => {
        if (!stopped) heard(event);
      };
      void ask("listen", { channel });
      return () => {
        stopped = true;
      };
    },
  });
}
