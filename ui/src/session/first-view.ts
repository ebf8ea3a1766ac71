// What a newly opened assay shows first: a busy place, in tracks that fill the window.

import type { Backend } from "../backend/backend";
import type { Genome } from "../backend/wire/Genome";
import type { TrackInfo } from "../backend/wire/TrackInfo";
import type { Locus } from "../genome/locus";
import { HEAD_HEIGHT } from "../genome/look";
import { COLUMNS } from "../tracks/tile/choice";
import { newTicket } from "../tracks/tile/store";
import type { Track } from "../tracks/track";

/** Bases a column of the tile that is looked through: a tile spans 26 Mb. */
const STEP = 51_200;
/** Columns of the first view: some 200 kb. */
const SPAN = 4;
/** Tracks grow by no more than this to fill the window. */
const MOST_GROWTH = 1.6;

/**
 * Where to begin: in the third quarter of the first chromosome that has data, the 200 kb where the strand with fewer reads
 * has most, so that the first thing seen is transcription that begins both ways, not a lone pile.
 */
export async function firstLocus(backend: Pick<Backend, "tile">, genome: Genome, info: TrackInfo): Promise<Locus> {
  const named = info.chromosomes.find(({ has_data }) => has_data)?.name;
  const chromosome = genome.chromosomes.find(({ name }) => name === named) ?? genome.chromosomes[0];
  if (chromosome === undefined) return { chromosome: "chr1", start: 0, end: 1000 };
  const { name, length } = chromosome;
  const middle = middleOf(length);
  if (info.kind === "features") return { chromosome: name, ...middle };
  const index = Math.floor((length * 0.75) / (COLUMNS * STEP));
  const request = { ticket: newTicket(), track: info.id, imputed: null, chromosome: name, step: STEP, index };
  const busiest = busiestColumn(await backend.tile(request), info.kind === "assay");
  if (busiest === null) return { chromosome: name, ...middle };
  const start = (index * COLUMNS + busiest) * STEP;
  return { chromosome: name, start, end: Math.min(length, start + SPAN * STEP) };
}

function middleOf(length: number): { start: number; end: number } {
  const centre = length * 0.75;
  const half = Math.min(100_000, length / 4);
  return { start: Math.floor(centre - half), end: Math.floor(centre + half) };
}

/** The first of the columns that together hold most reads; null where there are none. The tile's rows: mean and maximum a strand. */
export function busiestColumn(tile: Float32Array, stranded: boolean): number | null {
  const sum = (row: number, from: number) => {
    let all = 0;
    for (let column = from; column < from + SPAN; column++) all += tile[row * COLUMNS + column] || 0;
    return all;
  };
  let best: number | null = null;
  let most = 0;
  for (let from = 0; from + SPAN <= COLUMNS; from++) {
    const reads = stranded ? Math.min(sum(0, from), sum(2, from)) : sum(0, from);
    if (reads > most) [best, most] = [from, reads];
  }
  return best;
}

/** The tracks, higher where the window's `room` (pixels) leaves some empty. */
export function filling(tracks: readonly Track[], room: number): Track[] {
  const needed = tracks.reduce((all, { height }) => all + height, 0);
  const growth = Math.min(MOST_GROWTH, (room - HEAD_HEIGHT) / needed);
  if (growth <= 1) return [...tracks];
  return tracks.map((track) => (track.source.kind === "features" ? track : { ...track, height: Math.floor(track.height * growth) }));
}
