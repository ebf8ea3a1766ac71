// The program behind the desktop window: Tauri's IPC. Imported only there.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { Backend } from "./backend";
import { asFault } from "./fault";
import type { Event } from "./wire/Event";

async function ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (error) {
    throw asFault(error);
  }
}

/** The transport of the desktop app. */
export function tauriBackend(): Backend {
  return {
    about: () => ask("about"),
    pickFiles: (title) => ask("pick_files", { title }),
    pickFolder: (title) => ask("pick_folder", { title }),
    pickSave: (title, name) => ask("pick_save", { title, name }),
    openFiles: (request) => ask("open_files", { request }),
    openExample: () => ask("open_example"),
    closeTrack: (track) => ask("close_track", { track }),
    swapStrands: (track) => ask("swap_strands", { track }),
    readBamAs: (track, reads) => ask("read_bam_as", { track, reads }),
    checkAssay: (track) => ask("check_assay", { track }),
    genome: (track) => ask("genome", { track }),
    find: (track, text) => ask("find", { track, text }),
    tile: async (request) => new Float32Array(await ask<ArrayBuffer>("tile", { request })),
    cancelTiles: (tickets) => ask("cancel_tiles", { tickets }),
    features: (request) => ask("features", { request }),
    reads: (request) => ask("reads", { request }),
    addBundle: (path) => ask("add_bundle", { path }),
    removeBundle: (name) => ask("remove_bundle", { name }),
    makeDefault: (name) => ask("make_default", { name }),
    exportBundle: (name, path) => ask("export_bundle", { name, path }),
    planRetraining: (request) => ask("plan_retraining", { request }),
    startRetraining: (request) => ask("start_retraining", { request }),
    retrainingVerdict: (bundle) => ask("retraining_verdict", { bundle }),
    bundleCard: (name) => ask("bundle_card", { name }),
    explain: (request) => ask("explain", { request }),
    startExport: (request) => ask("start_export", { request }),
    jobs: () => ask("jobs"),
    steerJob: (id, step) => ask("steer_job", { id, step }),
    cancelJob: (id) => ask("cancel_job", { id }),
    saveSession: (request) => ask("save_session", { request }),
    openSession: (request) => ask("open_session", { request }),
    savePicture: (path, bytes) => ask("save_picture", { path, bytes: Array.from(bytes) }),
    sendToIgv: (tracks, locus) => ask("send_to_igv", { tracks, locus }),
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
  };
}
