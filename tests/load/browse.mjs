// People who browse: each looks about a place, zooms, goes elsewhere, and often is gone before an answer comes.

const COLUMNS = 512;
const STEPS = [1, 10, 50, 50, 100, 200, 800];
/** Of the tiles asked for, those that are imputed. */
const IMPUTED = 0.25;
/** Of the requests, those that are given up: by closing the connection, or by their tickets. */
const HUNG_UP = 0.05;
const CANCELLED = 0.05;
/** Milliseconds within which they are: many tiles come sooner. */
const SOON = 5;
/** Places that people look at: as on a real day, most tiles are asked for more than once. */
const PLACES = 60;

/**
 * Asks for tiles until `more()` says no, on `connections` at once.
 *
 * @param client the server's client
 * @param assays ids of open assays
 * @param chromosomes `{name, length}` of the chromosomes
 * @param marks bundles with a mark each, as `ImputedBy`
 * @returns milliseconds of every tile that came, and how many were given up
 */
export async function browse({ client, assays, chromosomes, marks, connections, more, pause = 0, seed = 1 }) {
  const chance = dice(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const places = Array.from({ length: PLACES }, () => {
    const { name, length } = pick(chromosomes);
    return { track: pick(assays), chromosome: name, length, middle: Math.floor(chance() * length) };
  });
  const milliseconds = [];
  let [ticket, givenUp] = [1, 0];

  async function one() {
    const { track, chromosome, length, middle } = pick(places);
    const imputed = chance() < IMPUTED ? pick(marks) : null;
    const step = imputed === null ? pick(STEPS) : 50;
    const last = Math.ceil(length / (step * COLUMNS)) - 1;
    const index = Math.min(last, Math.max(0, Math.floor(middle / (step * COLUMNS)) + Math.floor(chance() * 5) - 2));
    const request = { ticket: ticket++, track, imputed, chromosome, step, index };
    const fate = chance();
    const begun = performance.now();
    if (fate < HUNG_UP) {
      const line = new AbortController();
      setTimeout(() => line.abort(), chance() * SOON);
      const gone = (fault) => {
        if (fault.name !== "AbortError") throw fault;
        return null;
      };
      if ((await client.tile(request, line.signal).catch(gone)) === null) givenUp++;
      return;
    }
    if (fate < HUNG_UP + CANCELLED) setTimeout(() => void client.ask("cancel_tiles", { tickets: [request.ticket] }), chance() * SOON);
    const bytes = await client.tile(request);
    if (bytes === null) return givenUp++;
    if (bytes !== 4 * COLUMNS * 4) throw new Error(`a tile of ${bytes} bytes`);
    milliseconds.push(performance.now() - begun);
  }

  async function person() {
    while (more()) {
      await one();
      if (pause > 0) await new Promise((done) => setTimeout(done, pause * 2 * chance()));
    }
  }

  await Promise.all(Array.from({ length: connections }, person));
  return { milliseconds, givenUp };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The value below which a share of the values lies. */
export const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
