// How fast the window is, on the real K562 pair with four marks: node tests/browser/measure.mjs
//
// MINUTES  how long to browse for the growth of memory (default: 10)
// The rest of the environment is that of window.mjs. Figures are of this machine at this hour; no test depends on them.

import { readFileSync } from "node:fs";
import { clean, folderWith, goTo, inked, launch, open, PAIR, serve, settled } from "./window.mjs";

const MINUTES = Number(process.env.MINUTES ?? 10);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
const row = (what, value, aim) => rows.push([what, value, aim]);

/** Milliseconds from a key until every tile that it asks for is drawn. */
function keyUntilDrawn(page, key, shift = false) {
  return page.evaluate(
    async ([key, shift]) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const start = performance.now();
      window.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: shift, bubbles: true }));
      await frame();
      await frame();
      while (!document.querySelector(".computing").textContent.includes("all tiles")) await frame();
      await frame();
      return performance.now() - start;
    },
    [key, shift],
  );
}

const series = async (count, work) => {
  const values = [];
  for (let at = 0; at < count; at++) {
    values.push(await work());
    await new Promise((done) => setTimeout(done, 150));
  }
  return values;
};

const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1024 / 1024;
}

const folder = folderWith(...PAIR);
const browser = await launch();
try {
  const starts = [];
  let server;
  let page;
  for (let at = 0; at < 3; at++) {
    await page?.close();
    await server?.stop();
    const began = performance.now();
    server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
    page = await open(browser, server);
    await page.waitForSelector("[data-track]");
    while (((await inked(page).catch(() => []))[1] ?? 0) < 200) await page.waitForTimeout(10);
    starts.push(performance.now() - began);
  }
  row("process start to first imputed track drawn", `${median(starts).toFixed(0)} ms`, "3000 ms");

  await settled(page);
  const whole = async () => {
    const began = performance.now();
    const milliseconds = await keyUntilDrawn(page, "Home");
    return { milliseconds, all: performance.now() - began };
  };
  row("whole chr21, the first time", `${(await whole()).milliseconds.toFixed(0)} ms`, "2500 ms");
  await goTo(page, "chr21:35,000,000-35,400,000");
  row("whole chr21, from the window's memory", `${(await whole()).milliseconds.toFixed(0)} ms`, "300 ms");
  await page.reload();
  await settled(page);
  row("whole chr21, from the program's cache", `${(await whole()).milliseconds.toFixed(0)} ms`, "300 ms");

  await goTo(page, "chr21:30,000,000-30,400,000");
  const pans = await series(12, () => keyUntilDrawn(page, "ArrowRight", true));
  row("pan by a screen, new ground (median of 12)", `${median(pans).toFixed(0)} ms`, "250 ms");
  const backs = await series(12, () => keyUntilDrawn(page, "ArrowLeft", true));
  row("pan by a screen, seen before", `${median(backs).toFixed(0)} ms`, "250 ms");
  await goTo(page, "chr21:40,000,000-44,000,000");
  const zooms = await series(6, () => keyUntilDrawn(page, "+"));
  row("zoom x2 (median of 6)", `${median(zooms).toFixed(0)} ms`, "300 ms");

  const before = { heap: await heap(page), program: resident(server.pid) };
  const end = Date.now() + MINUTES * 60_000;
  const keys = ["ArrowRight", "ArrowRight", "-", "ArrowLeft", "+", "ArrowRight", "+", "-"];
  for (let step = 0; Date.now() < end; step++) {
    if (step % 40 === 0) await goTo(page, `chr21:${10 + ((step / 40) % 36)},000,000-${10 + ((step / 40) % 36)},400,000`);
    await keyUntilDrawn(page, keys[step % keys.length], step % 3 === 0);
    await page.waitForTimeout(50);
  }
  row(`growth in ${MINUTES} min of browsing, window (JS heap, with tiles kept)`, `${((await heap(page)) - before.heap).toFixed(1)} MB`, "50 MB");
  row(`growth in ${MINUTES} min of browsing, program (resident)`, `${(resident(server.pid) - before.program).toFixed(1)} MB`, "50 MB");
  await server.stop();
} finally {
  await browser.close();
  clean(folder);
}
console.log("| what | measured | aim |\n| --- | --- | --- |");
for (const cells of rows) console.log(`| ${cells.join(" | ")} |`);
