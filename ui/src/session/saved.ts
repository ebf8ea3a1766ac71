// The window's state in a session: written as plain data, read back with care, since a file may hold anything.

import type { Locus } from "../genome/locus";
import { isRecord, readTrack, words } from "./saved-track";
import { isProvisional } from "../tracks/track";
import type { Region, View } from "./view";

const VERSION = 1;

/** What a session keeps of the window. */
export function writeView({ view, panelOpen }: { view: View; panelOpen: boolean }): unknown {
  const tracks = view.tracks.filter((track) => !isProvisional(track));
  return { version: VERSION, panel: panelOpen, tracks, loci: view.loci, regions: view.regions };
}

/** Reads it back. Tracks whose files are not open any more (`ids`: saved to present) are left out. */
export function readView(saved: unknown, ids: ReadonlyMap<string, string>): { view: View; panel: boolean } {
  if (!isRecord(saved) || saved["version"] !== VERSION) {
    throw new Error("The session's view was written by another version of Nascape and cannot be read.");
  }
  const view = {
    tracks: distinct(list(saved["tracks"]).flatMap((track) => readTrack(track, ids) ?? [])),
    loci: list(saved["loci"]).filter(isLocus),
    regions: distinct(list(saved["regions"]).flatMap(readRegion)),
  };
  return { view, panel: saved["panel"] !== false };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isLocus(value: unknown): value is Locus {
  return (
    isRecord(value) &&
    typeof value["chromosome"] === "string" &&
    Number.isFinite(value["start"]) &&
    Number.isFinite(value["end"]) &&
    (value["start"] as number) < (value["end"] as number)
  );
}

function readRegion(saved: unknown): Region[] {
  if (!isLocus(saved)) return [];
  const { chromosome, start, end } = saved;
  const { key, name, notes } = saved as unknown as Record<string, unknown>;
  return [{ chromosome, start, end, key: words(key), name: words(name), notes: words(notes) }];
}

/** The first of each key: the window knows what it draws by it. */
function distinct<T extends { key: string }>(list: T[]): T[] {
  return [...new Map([...list].reverse().map((one) => [one.key, one])).values()].reverse();
}
