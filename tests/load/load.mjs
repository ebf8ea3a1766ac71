// 100,000 tiles for 8 connections, from ten assays of 24 chromosomes that are open at once: make load
//
// REQUESTS  how many (default: 100000)
// Memory and handles are read from /proc: Linux. Figures are of this machine at this hour.

import { assembled } from "./assembled.mjs";
import { browse, quantile } from "./browse.mjs";
import { held } from "./process.mjs";

const REQUESTS = Number(process.env.REQUESTS ?? 100_000);
/** Caches of 112 MB, ten open assays, the shipped bundles and the runs under way. */
const MOST_MEGABYTES = 1024;

const load = await assembled(10, "--reads", "1000000");
try {
  const { client, server, assays, chromosomes, marks } = load;
  const before = held(server.pid);
  let left = REQUESTS;
  const begun = performance.now();
  const { milliseconds, givenUp } = await browse({ client, assays, chromosomes, marks, connections: 8, more: () => left-- > 0 });
  const seconds = (performance.now() - begun) / 1000;
  const after = held(server.pid);
  const figure = (value) => value.toFixed(1);
  console.log(`| what | measured |
| --- | ---: |
| open at once | ${assays.length} assays of ${chromosomes.length} chromosomes |
| requests, from 8 connections | ${REQUESTS.toLocaleString("en-US")} |
| given up by the asker | ${givenUp.toLocaleString("en-US")} |
| errors | 0 |
| seconds | ${seconds.toFixed(0)} |
| requests a second | ${(REQUESTS / seconds).toFixed(0)} |
| p50, ms | ${figure(quantile(milliseconds, 0.5))} |
| p99, ms | ${figure(quantile(milliseconds, 0.99))} |
| longest, ms | ${figure(quantile(milliseconds, 1))} |
| memory before, after, at the most, MB | ${before.memory.toFixed(0)}, ${after.memory.toFixed(0)}, ${after.most.toFixed(0)} |
| handles before, after | ${before.handles}, ${after.handles} |`);
  if (after.most > MOST_MEGABYTES) throw new Error(`${after.most.toFixed(0)} MB is more than ${MOST_MEGABYTES} MB.`);
  // Eight connections, and what a handful of them left to time out.
  if (after.handles > before.handles + 64) throw new Error(`Handles grew from ${before.handles} to ${after.handles}.`);
} finally {
  await load.close();
}
