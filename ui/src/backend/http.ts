// The program in a browser tab: `nascape serve` at the same address as the page.

import type { Backend } from "./backend";
import { BackendFault } from "./fault";
import { listenToServer } from "./server-events";
import { accessToken } from "./token";
import type { Fault } from "./wire/Fault";
import type { FolderListing } from "./wire/FolderListing";
import type { Picking } from "../dialogs/picking.svelte";

/** The transport of `nascape serve`. Its file dialog is ours, since a browser's would give files of the wrong machine. */
export function httpBackend(picking: Picking): Backend {
  const token = accessToken();
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };

  async function post(method: string, args: object): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`api/${method}`, { method: "POST", headers, body: JSON.stringify(args) });
    } catch {
      throw new BackendFault({
        message: "Nascape does not answer. Is `nascape serve` still running, and the tunnel to it open?",
        cancelled: false,
      });
    }
    if (!answer.ok) throw await faultOf(answer);
    return answer;
  }

  async function ask<T>(method: string, args: object = {}): Promise<T> {
    const text = await (await post(method, args)).text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  const folder = (path: string | null) => ask<FolderListing>("folder", { path });

  return {
    about: () => ask("about"),
    pickFiles: (title) => picking.files(title, folder),
    pickFolder: (title) => picking.folder(title, folder),
    pickSave: (title, name) => picking.save(title, name, folder),
    openFiles: (request) => ask("open_files", { request }),
    openExample: () => ask("open_example"),
    closeTrack: (track) => ask("close_track", { track }),
    swapStrands: (track) => ask("swap_strands", { track }),
    readBamAs: (track, reads) => ask("read_bam_as", { track, reads }),
    checkAssay: (track) => ask("check_assay", { track }),
    genome: (track) => ask("genome", { track }),
    find: (track, text) => ask("find", { track, text }),
    tile: async (request) => new Float32Array(await (await post("tile", { request })).arrayBuffer()),
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
    listen: (heard) => listenToServer(token, heard),
  };
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
