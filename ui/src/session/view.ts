// What the user made of the window: what undo goes over and what a session keeps.

import type { Locus } from "../genome/locus";
import type { Track } from "../tracks/track";

/** A stretch with a name and notes. */
export interface Region extends Locus {
  key: string;
  name: string;
  notes: string;
}

/** Tracks from top to bottom, loci from left to right, regions of interest. Never changed in place. */
export interface View {
  readonly tracks: readonly Track[];
  readonly loci: readonly Locus[];
  readonly regions: readonly Region[];
}

export const EMPTY: View = { tracks: [], loci: [], regions: [] };

/** The view with one track changed. */
export function withTrack(view: View, key: string, change: Partial<Track>): View {
  return { ...view, tracks: view.tracks.map((track) => (track.key === key ? { ...track, ...change } : track)) };
}

/** The view with tracks put in after one of them, or at the end. */
export function withTracksAfter(view: View, key: string | null, added: readonly Track[]): View {
  const at = key === null ? -1 : view.tracks.findIndex((track) => track.key === key);
  const place = at === -1 ? view.tracks.length : at + 1;
  return { ...view, tracks: [...view.tracks.slice(0, place), ...added, ...view.tracks.slice(place)] };
}

/** The view with a track moved to a place. */
export function withTrackMoved(view: View, key: string, to: number): View {
  const track = view.tracks.find((one) => one.key === key);
  if (track === undefined) return view;
  const rest = view.tracks.filter((one) => one.key !== key);
  return { ...view, tracks: [...rest.slice(0, to), track, ...rest.slice(to)] };
}

export function withoutTrack(view: View, key: string): View {
  return { ...view, tracks: view.tracks.filter((track) => track.key !== key) };
}

/** The open tracks of the program that a view stands on. */
export function openTracksOf(view: View): string[] {
  const ids = view.tracks.flatMap(({ source, observed }) => (observed === null ? [source.track] : [source.track, observed.track]));
  return [...new Set(ids)].filter((id) => !id.startsWith("genes:"));
}
