// A track of a session, read field by field: a file may hold anything, and none of it may stop the window or leave its place.

import type { Explanation } from "../backend/wire/Explanation";
import { MARK_GREY } from "../tracks/colour";
import type { ScaleChoice } from "../tracks/draw/scale";
import { LEAST_HEIGHT, MOST_HEIGHT, type Source, type Track } from "../tracks/track";

type Fields = Record<string, unknown>;

/** The track; null for what is none, and for one whose files are not open any more (`ids`: saved to present). */
export function readTrack(saved: unknown, ids: ReadonlyMap<string, string>): Track | null {
  if (!isRecord(saved)) return null;
  const source = readSource(saved["source"], ids);
  if (source === null) return null;
  const { key, height, colour, window } = saved;
  return {
    key: words(key),
    source,
    name: words(saved["name"]),
    note: words(saved["note"]),
    height: isNumber(height) ? Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, height)) : LEAST_HEIGHT,
    colour: typeof colour === "string" && /^#[0-9a-f]{6}$/i.test(colour) ? colour : MARK_GREY,
    scale: readScale(saved["scale"]),
    log: saved["log"] === true,
    window: window === "mean" || window === "max" ? window : "both",
    interval: saved["interval"] === true,
    observed: readObserved(saved["observed"], ids),
  };
}

function readSource(saved: unknown, ids: ReadonlyMap<string, string>): Source | null {
  if (!isRecord(saved)) return null;
  const track = now(saved["track"], ids);
  if (track === null) return null;
  const { kind, by } = saved;
  if (kind === "signal" && saved["reads"] === true) return { kind, track, reads: true };
  if (kind === "assay" || kind === "signal" || kind === "features") return { kind, track };
  if (kind === "imputed" && isRecord(by)) {
    return { kind, track, by: { bundle: words(by["bundle"]), target: words(by["target"]) }, score: saved["score"] === true };
  }
  return kind === "explanation" ? readExplanation(saved, track) : null;
}

function readExplanation({ chromosome, start, end, what }: Fields, track: string): Source | null {
  if (typeof chromosome !== "string" || !isNumber(start) || !isNumber(end) || !isExplanation(what)) return null;
  return { kind: "explanation", track, chromosome, start, end, what };
}

function isExplanation(what: unknown): what is Explanation {
  if (!isRecord(what) || !isNumber(what["value"]) || !Array.isArray(what["stretches"])) return false;
  const fields = ["start", "end", "plus_reads", "minus_reads", "plus", "minus"];
  return what["stretches"].every((one: unknown) => isRecord(one) && fields.every((field) => isNumber(one[field])));
}

function readScale(saved: unknown): ScaleChoice {
  if (isRecord(saved)) {
    const { kind, group, max } = saved;
    if (kind === "group" && typeof group === "string") return { kind, group };
    if (kind === "fixed" && isNumber(max) && max > 0) return { kind, max };
  }
  return { kind: "auto" };
}

function readObserved(saved: unknown, ids: ReadonlyMap<string, string>): Track["observed"] {
  if (!isRecord(saved)) return null;
  const track = now(saved["track"], ids);
  return track === null ? null : { track, kind: saved["kind"] === "features" ? "features" : "signal", name: words(saved["name"]) };
}

function now(id: unknown, ids: ReadonlyMap<string, string>): string | null {
  if (typeof id !== "string") return null;
  return id.startsWith("genes:") ? id : (ids.get(id) ?? null);
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** Text as it is; nothing for what is none. */
export function words(value: unknown): string {
  return typeof value === "string" ? value : "";
}
