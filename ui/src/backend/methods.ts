// Every method of the program that both transports carry alike: its name there, and the names of its arguments.

import type { Backend } from "./backend";

/** How a request reaches the program. */
export interface Transport {
  /** Asks by arguments, and is answered by plain data. */
  ask: <T>(method: string, args?: Record<string, unknown>) => Promise<T>;
  /** Asks by arguments, and is answered by bytes. */
  askBytes: (method: string, args: Record<string, unknown>) => Promise<ArrayBuffer>;
  /** Hands over bytes, with what stands beside them in a header. */
  sendBytes: (method: string, headers: Record<string, string>, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/** What each transport does in its own way. */
export type Own = Pick<Backend, "pickFiles" | "pickFolder" | "pickSave" | "listen">;

export function backendOver({ ask, askBytes, sendBytes }: Transport, own: Own): Backend {
  return {
    ...own,
    about: () => ask("about"),
    openFiles: (request) => ask("open_files", { request }),
    openExample: () => ask("open_example"),
    closeTrack: (track) => ask("close_track", { track }),
    swapStrands: (track) => ask("swap_strands", { track }),
    readBamAs: (track, reads) => ask("read_bam_as", { track, reads }),
    checkAssay: (track) => ask("check_assay", { track }),
    genome: (track) => ask("genome", { track }),
    find: (track, text) => ask("find", { track, text }),
    tile: async (request) => new Float32Array(await askBytes("tile", { request })),
    cancelTiles: (tickets) => ask("cancel_tiles", { tickets }),
    features: (request) => ask("features", { request }),
    reads: (request) => ask("reads", { request }),
    addBundle: (path) => ask("add_bundle", { path }),
    removeBundle: (name) => ask("remove_bundle", { name }),
    makeDefault: (name) => ask("make_default", { name }),
    exportBundle: (name, path) => ask("export_bundle", { name, path }),
    bundleCard: (name) => ask("bundle_card", { name }),
    explain: (request) => ask("explain", { request }),
    planRetraining: (request) => ask("plan_retraining", { request }),
    startRetraining: (request) => ask("start_retraining", { request }),
    retrainingVerdict: (bundle) => ask("retraining_verdict", { bundle }),
    startExport: (request) => ask("start_export", { request }),
    jobs: () => ask("jobs"),
    steerJob: (id, step) => ask("steer_job", { id, step }),
    cancelJob: (id) => ask("cancel_job", { id }),
    saveSession: (request) => ask("save_session", { request }),
    openSession: (request) => ask("open_session", { request }),
    savePicture: (path, bytes) => sendBytes("save_picture", { "nascape-path": headerText(path) }, bytes),
    sendToIgv: (tracks, locus) => ask("send_to_igv", { tracks, locus }),
  };
}

/** JSON of ASCII characters: a header has no others. */
export function headerText(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
