// The window's state in a session: written as plain data, read back with care, since a file may hold anything.

import type { Locus } from "../genome/locus";
import type { Source, Track } from "../tracks/track";
import type { Region, View } from "./view";

const VERSION = 1;

/** What a session keeps of the window. */
export function writeView({ view, panelOpen }: { view: View; panelOpen: boolean }): unknown {
  return { version: VERSION, panel: panelOpen, tracks: view.tracks, loci: view.loci, regions: view.regions };
}

/** Reads it back. Tracks whose files are not open any more (`ids`: saved to present) are left out. */
export function readView(saved: unknown, ids: ReadonlyMap<string, string>): { view: View; panel: boolean } {
  if (!isRecord(saved) || saved["version"] !== VERSION) {
    throw new Error("The session's view was written by another version of Nascape and cannot be read.");
  }
  const tracks = list(saved["tracks"]).flatMap((track) => {
    const read = readTrack(track as Track, ids);
    return read === null ? [] : [read];
  });
  const view = {
    tracks,
    loci: list(saved["loci"]).filter(isLocus),
    regions: list(saved["regions"]).filter((region): region is Region => isLocus(region) && isRegion(region)),
  };
  return { view, panel: saved["panel"] !== false };
}

function readTrack(track: Track, ids: ReadonlyMap<string, string>): Track | null {
  if (!isRecord(track) || !isRecord(track.source)) return null;
  const id = now(track.source.track, ids);
  if (id === null) return null;
  const seen = track.observed === null ? null : now(track.observed.track, ids);
  const observed = track.observed !== null && seen !== null ? { ...track.observed, track: seen } : null;
  return { ...track, source: { ...track.source, track: id } as Source, observed };
}

function now(id: string, ids: ReadonlyMap<string, string>): string | null {
  return id.startsWith("genes:") ? id : (ids.get(id) ?? null);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isLocus(value: unknown): value is Locus {
  return (
    isRecord(value) &&
    typeof value["chromosome"] === "string" &&
    Number.isFinite(value["start"]) &&
    Number.isFinite(value["end"])
  );
}

function isRegion(value: object): value is Region {
  return "key" in value && "name" in value && "notes" in value;
}
