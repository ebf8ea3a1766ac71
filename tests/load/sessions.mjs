// Seconds until a session of 1,000 regions and 100 tracks, each of a file of its own, is open: node tests/load/sessions.mjs

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clean, launch, open, serve, settled, shot } from "../browser/window.mjs";
import { folderOfAssays } from "./assays.mjs";
import { clientOf } from "./client.mjs";
import { worked } from "./process.mjs";

const [SIGNALS, FEATURES, REGIONS] = [60, 40, 1_000];
const CHROMOSOME = "chr21";

/** The last track of a window of 900 pixels. */
const LAST_IN_SIGHT = 18;

/** In the page: true when something is drawn in a track. */
function inked(at) {
  const canvas = document.querySelector(".host").shadowRoot.querySelectorAll('.igv-viewport[data-track-type="nascape"]')[at]?.querySelector("canvas");
  if (canvas == null) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, byte) => byte % 4 === 3 && value > 40);
}

const folder = folderOfAssays(1, "--chromosome", CHROMOSOME, "--reads", "300000");
mkdirSync(join(folder, "tracks"));
const copy = (from, name) => {
  const path = join(folder, "tracks", name);
  copyFileSync(join(folder, from), path);
  return path;
};
const lines = Array.from({ length: 5_000 }, (_, at) => `${CHROMOSOME}\t${10_000_000 + at * 7_000}\t${10_001_500 + at * 7_000}\tpeak${at}\t500\t+`);
writeFileSync(join(folder, "peaks.bed"), lines.join("\n"));
const paths = [
  ...Array.from({ length: SIGNALS }, (_, at) => copy("assay01.plus.bw", `signal${at}.bw`)),
  ...Array.from({ length: FEATURES }, (_, at) => copy("peaks.bed", `peaks${at}.bed`)),
];

const server = await serve(folder);
const client = clientOf(server.address);
const browser = await launch();
try {
  const { tracks, faults } = await client.ask("open_files", { request: { paths, assembly: "hg38", apart: true } });
  if (faults.length > 0) throw new Error(faults[0].message);
  const track = ({ id, name, kind }, at) => ({
    ...{ key: `k${at}`, source: { kind: kind === "features" ? "features" : "signal", track: id }, name, note: "", height: 40 },
    ...{ colour: "#0072B2", scale: { kind: "auto" }, log: false, window: "both", interval: false, observed: null },
  });
  const region = (_, at) => ({ chromosome: CHROMOSOME, start: 10_000_000 + at * 30_000, end: 10_010_000 + at * 30_000, key: `r${at}`, name: `Region ${at}`, notes: "" });
  const view = {
    version: 1,
    panel: true,
    tracks: tracks.map(track),
    loci: [{ chromosome: CHROMOSOME, start: 20_000_000, end: 20_400_000 }],
    regions: Array.from({ length: REGIONS }, region),
  };
  const path = join(folder, "large.nascape-session");
  await client.ask("save_session", { request: { path, tracks: tracks.map(({ id }) => id), view, window: "load" } });
  for (const { id } of tracks) await client.ask("close_track", { track: id });

  const seconds = async (work) => {
    const begun = performance.now();
    await work();
    return ((performance.now() - begun) / 1000).toFixed(2);
  };
  const below = await seconds(async () => {
    const { tracks, missing } = await client.ask("open_session", { request: { path, moved: [], answers: [], window: "load" } });
    if (missing.length > 0) throw new Error(missing[0].message);
    for (const { track } of tracks) await client.ask("close_track", { track: track.id });
  });
  const page = await open(browser, server);
  await page.getByRole("button", { name: "Open assay" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "large.nascape-session" }).first().click();
  let shown;
  let inSight;
  let spent;
  const before = worked();
  const drawn = await seconds(async () => {
    const begun = performance.now();
    await dialog.getByRole("button", { name: "Open", exact: true }).click();
    await page.waitForFunction((count) => document.querySelectorAll("[data-track]").length === count, SIGNALS + FEATURES, { timeout: 120_000 });
    shown = ((performance.now() - begun) / 1000).toFixed(2);
    await page.waitForFunction(inked, LAST_IN_SIGHT, { timeout: 120_000 });
    inSight = ((performance.now() - begun) / 1000).toFixed(2);
    spent = worked() - before;
    await settled(page);
  });
  await shot(page, "large-session");
  await page.getByRole("tab", { name: /^Regions/ }).click();
  const listed = await seconds(() => page.waitForFunction((count) => document.querySelectorAll("#panel li").length === count, REGIONS));
  if (page.told.length > 0) throw new Error(page.told.join("\n"));
  console.log(`| session of ${REGIONS} regions and ${SIGNALS + FEATURES} tracks | seconds |
| --- | ---: |
| its files opened and closed by the program | ${below} |
| its tracks on the screen, in Chromium | ${shown} |
| those that the window shows drawn | ${inSight} |
| processor time until then, of Chromium and the program | ${spent.toFixed(2)} |
| all of them, from tiles that are at hand | ${drawn} |
| its regions listed | ${listed} |`);
} finally {
  await browser.close();
  await server.stop();
  clean(folder);
}
