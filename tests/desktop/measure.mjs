// How fast the window is, with the real experiment of K562 and four marks: measure.mjs [MINUTES of browsing, for memory]
// Prints a table. Run it on a machine that does nothing else.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { drawn, needed, settled, start } from "./app.mjs";
import { until } from "./webdriver.mjs";

const STARTS = 5;
const STEPS = 20;
const assay = join(needed("NASCAPE_DATA"), "k562-chr21-hg19");
const args = ["--plus", join(assay, "K562.PROseq.plus.bw"), "--minus", join(assay, "K562.PROseq.minus.bw")];
// WebKit draws without a graphics card here; handing its frames on in software is then the faster way.
const env = { WEBKIT_DISABLE_DMABUF_RENDERER: "1" };
const minutes = Number(process.argv[2] ?? 0);

const firsts = [];
const fours = [];
for (let at = 0; at < STARTS; at += 1) {
  const begun = performance.now();
  const app = await start({ args, env });
  const count = (least) => until("imputed tracks are drawn", async () => Object.values(await drawn(app)).filter(Boolean).length >= least);
  await count(1);
  firsts.push(performance.now() - begun);
  await count(4);
  fours.push(performance.now() - begun);
  await app.close();
}

const app = await start({ args, env });
try {
  await settled(app);
  report("process start to first imputed track", firsts);
  report("process start to four imputed tracks", fours);
  await go("chr21:33,000,001-33,050,000");
  report("pan by nine tenths of a screen, new tiles", await keys(STEPS, () => ({ key: "ArrowRight", shiftKey: true })));
  report("pan back, tiles in memory", await keys(STEPS, () => ({ key: "ArrowLeft", shiftKey: true })));
  await go("chr21:30,000,001-36,000,000");
  report("zoom x2 in", await keys(8, () => ({ key: "+" })));
  report("zoom x2 out", await keys(8, () => ({ key: "-" })));
  report("whole chr21, first time", [await go("chr21")]);
  await go("chr21:33,000,001-33,050,000");
  report("whole chr21, again", [await go("chr21")]);
  if (minutes > 0) await browse(minutes);
} finally {
  await app.close();
}

/** Milliseconds of each of some key strokes, until everything is drawn. */
async function keys(times, key) {
  const took = [];
  for (let at = 0; at < times; at += 1) took.push(await app.run(`return (${timed})(...arguments)`, { key: key(at) }));
  return took;
}

/** Milliseconds until a place is drawn. */
function go(text) {
  return app.run(`return (${timed})(...arguments)`, { text });
}

// Runs in the page.
async function timed({ key, text }) {
  const frame = () => new Promise(requestAnimationFrame);
  const box = document.querySelector('input[aria-label="Place or gene"]');
  const shown = () => document.body.innerText.includes("all tiles shown");
  if (text !== undefined) {
    box.focus();
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  } else document.activeElement?.blur();
  const before = text ?? box.value;
  const begun = performance.now();
  const target = text === undefined ? document.body : box;
  target.dispatchEvent(new KeyboardEvent("keydown", { ...(key ?? { key: "Enter" }), bubbles: true, cancelable: true }));
  const end = begun + 30_000;
  const moved = () => (text === undefined ? box.value !== before : document.activeElement !== box);
  while (!moved() && performance.now() < end) await frame();
  // The page asks for tiles in the frame after.
  await frame();
  while (!shown() && performance.now() < end) await frame();
  await frame();
  return performance.now() - begun;
}

/** Back and forth over the chromosome, and what that costs in memory. */
async function browse(minutes) {
  const before = await memory();
  const end = Date.now() + minutes * 60_000;
  for (let at = 0; Date.now() < end; at += 1) {
    const start = 15_000_000 + ((at * 7_919_000) % 30_000_000);
    await go(`chr21:${start}-${start + 50_000 * 2 ** (at % 6)}`);
    await keys(4, (step) => ({ key: step % 2 ? "ArrowRight" : "-", shiftKey: step % 2 === 1 }));
    if (at === 20) console.log(`memory after 20 places     ${mb((await memory()) - before)} more`);
  }
  console.log(`memory after ${minutes} min of browsing: ${mb(before)} -> ${mb(await memory())}`);
}

/** Bytes of the app and its web processes, shared pages counted once. */
async function memory() {
  let bytes = 0;
  for (const pid of await readdir("/proc")) {
    const read = (file) => readFile(join("/proc", pid, file), "utf8").catch(() => "");
    const environment = await read("environ");
    if (!environment.includes(`XDG_STATE_HOME=${app.home}`) || (await read("comm")).startsWith("WebKitWebDriver")) continue;
    bytes += 1024 * Number(/^Pss:\s+(\d+)/m.exec(await read("smaps_rollup"))?.[1] ?? 0);
  }
  return bytes;
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function report(what, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(0);
  console.log(`${what.padEnd(46)} median ${at(0.5).padStart(5)} ms   most ${at(1).padStart(5)} ms   of ${times.length}`);
}
