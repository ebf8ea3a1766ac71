// Browses, opens, saves, exports and closes for hours, and fails when memory or handles grow: make soak
//
// HOURS  how long (default: 2)
// Linux.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { assembled } from "./assembled.mjs";
import { browse, quantile } from "./browse.mjs";
import { held } from "./process.mjs";

const HOURS = Number(process.env.HOURS ?? 2);
/** The last quarter above the second by more is growth. */
const GROWTH = 1.1;
const ROUND_SECONDS = 20;
const now = () => performance.now() / 1000;

const load = await assembled(3, "--reads", "1000000");
const { client, server, folder, chromosomes, marks, open } = load;
const [end, samples] = [now() + HOURS * 3600, []];
let [tiles, rounds, faults] = [0, 0, 0];

/** A person's hour in twenty seconds: what they open is closed again. */
async function round() {
  const assays = await Promise.all([0, 1, 2].map(open));
  const until = now() + ROUND_SECONDS;
  const more = () => now() < Math.min(until, end);
  const { milliseconds } = await browse({ client, assays, chromosomes, marks, connections: 8, more, pause: 40, seed: ++rounds });
  tiles += milliseconds.length;
  const path = join(folder, "soak.nascape-session");
  await client.ask("save_session", { request: { path, tracks: assays, view: { version: 1, regions: [] }, window: `round ${rounds}` } });
  const opened = await client.ask("open_session", { request: { path, moved: [], answers: [], window: `round ${rounds}` } });
  await exportRegion(assays[0]);
  for (const track of [...assays, ...opened.tracks.map(({ track }) => track.id)]) await client.ask("close_track", { track });
}

async function exportRegion(track) {
  const regions = [`${chromosomes[0].name}:1,000,001-1,500,000`];
  const request = { track, imputed: marks.slice(0, 1), format: "big_wig", regions, folder, intervals: false, fdr: null, observed: null };
  const { id } = await client.ask("start_export", { request });
  for (;;) {
    const job = (await client.ask("jobs")).find((job) => job.id === id);
    if (job.state === "finished") break;
    if (job.state === "failed") throw new Error(job.message);
    await new Promise((done) => setTimeout(done, 200));
  }
  rmSync(join(folder, "assay01.imputed"), { recursive: true });
}

const sample = () => {
  const { memory, handles } = held(server.pid);
  samples.push({ memory, handles });
  console.log(`${String(samples.length - 1).padStart(4)} min ${memory.toFixed(0).padStart(5)} MB ${String(handles).padStart(4)} handles, ${tiles} tiles, ${rounds} rounds`);
};
sample();
const clock = setInterval(sample, 60_000);
try {
  while (now() < end) await round();
} catch (fault) {
  faults++;
  throw fault;
} finally {
  clearInterval(clock);
  await load.close();
}

/** The median of a quarter of the samples. */
const quarter = (which, what) => quantile(samples.slice(Math.floor((samples.length * (which - 1)) / 4), Math.floor((samples.length * which) / 4)).map((one) => one[what]), 0.5);
for (const what of ["memory", "handles"]) {
  const [second, last] = [quarter(2, what), quarter(4, what)];
  console.log(`${what}: ${second.toFixed(0)} in the second quarter, ${last.toFixed(0)} in the last`);
  if (last > second * GROWTH) throw new Error(`The ${what} of nascape serve grew by ${(100 * (last / second - 1)).toFixed(0)} %.`);
}
console.log(`${HOURS} h: ${tiles} tiles, ${rounds} rounds of opening, saving, exporting and closing, ${faults} faults.`);
