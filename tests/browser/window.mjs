// A server of the built program, a Chromium in front of it, and eyes for what is drawn.
//
// NASCAPE       the built program (default: target/release/nascape)
// NASCAPE_DATA  the folder of real experiments
// CHROMIUM      the browser (default: /usr/bin/chromium)
// SHOTS         where screenshots go; none are taken without it

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export const PROGRAM = process.env.NASCAPE ?? fileURLToPath(new URL("../../target/release/nascape", import.meta.url));
const DATA = process.env.NASCAPE_DATA;
const SHOTS = process.env.SHOTS;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The source of axe-core, to be run in a page. */
export const AXE = require.resolve("axe-core/axe.min.js");

/** A folder of a test's own with copies of real files in it: `K562.PROseq.plus.bw` and so on. */
export function folderWith(...files) {
  if (DATA === undefined) throw new Error("NASCAPE_DATA does not name the folder of real experiments.");
  const folder = mkdtempSync(join(tmpdir(), "nascape-browser-"));
  for (const file of files) cpSync(join(DATA, file), join(folder, file.split("/").at(-1)));
  return folder;
}

export const PAIR = ["k562-chr21-hg19/K562.PROseq.plus.bw", "k562-chr21-hg19/K562.PROseq.minus.bw"];

/** `nascape serve` on a folder, with files to open. Its state lies in the folder's `.state`. */
export async function serve(folder, ...files) {
  const state = join(folder, ".state");
  mkdirSync(state, { recursive: true });
  const program = spawn(PROGRAM, ["serve", "--root", folder, ...files.map((file) => join(folder, file))], {
    env: { ...process.env, XDG_DATA_HOME: state, XDG_CONFIG_HOME: state, XDG_CACHE_HOME: state, XDG_STATE_HOME: state, HOME: state },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const address = await new Promise((found, lost) => {
    const hear = (text) => {
      said += text;
      const match = /http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/.exec(said);
      if (match !== null) found(match[0]);
    };
    program.stdout.on("data", hear);
    program.stderr.on("data", hear);
    program.on("exit", (code) => lost(new Error(`nascape serve ended with ${code}: ${said}`)));
    setTimeout(() => lost(new Error(`nascape serve printed no address: ${said}`)), 30_000).unref();
  });
  return {
    address,
    pid: program.pid,
    folder,
    stop: () =>
      new Promise((done) => {
        program.removeAllListeners("exit");
        program.on("exit", done);
        program.kill("SIGTERM");
      }),
    kill: () =>
      new Promise((done) => {
        program.removeAllListeners("exit");
        program.on("exit", done);
        program.kill("SIGKILL");
      }),
  };
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** A page on a server. What it asks elsewhere and what it complains of is kept in `page.told`. */
export async function open(browser, server, { theme = "light", width = 1400, height = 900 } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
  page.setDefaultTimeout(20_000);
  page.told = [];
  const host = new URL(server.address).host;
  page.on("pageerror", (error) => page.told.push(`error: ${error.message}`));
  // A fault is an answer of status 422, which Chromium writes down; it is no error of the page.
  page.on("console", (line) => {
    if (line.type() === "error" && !line.text().includes("status of 422")) page.told.push(`console: ${line.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.host !== host) page.told.push(`left the machine: ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    page.told.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(server.address);
  return page;
}

/** Waits until every tile on the screen is drawn. */
export async function settled(page) {
  await page.waitForSelector("[data-track]");
  await page.waitForTimeout(120);
  await page.waitForFunction(() => document.querySelector(".computing")?.textContent?.includes("all tiles"), null, { timeout: 60_000 });
  await page.waitForTimeout(80);
}

export async function goTo(page, place) {
  await page.getByRole("combobox", { name: "Place or gene" }).fill(place);
  await page.keyboard.press("Enter");
  await settled(page);
}

export const place = (page) => page.getByRole("combobox", { name: "Place or gene" }).inputValue();

/** Bases of the locus on the screen. */
export async function bases(page) {
  const [, start, end] = /:([\d,]+)-([\d,]+)/.exec(await place(page)).map((text) => Number(text.replaceAll(",", "")));
  return { start, end, width: end - start + 1 };
}

/** Names of the tracks from top to bottom. */
export const tracks = (page) => page.locator("[data-track] .name .cut").allTextContents();

/** Pixels of each track that are not empty. */
export const inked = (page) =>
  page.evaluate(() => {
    const shadow = document.querySelector(".host").shadowRoot;
    return [...shadow.querySelector(".igv-column").querySelectorAll('.igv-viewport[data-track-type="nascape"]')].map((viewport) => {
      const canvas = viewport.querySelector("canvas");
      if (canvas === null) return 0;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 40) count++;
      return count;
    });
  });

/** The middle of a track's panel, some way into it. */
export async function spotOf(page, name, part = 0.5) {
  const label = await page.locator("[data-track]", { has: page.locator(".name .cut", { hasText: new RegExp(`^${name}$`) }) }).first().boundingBox();
  const field = await page.locator(".field").boundingBox();
  return { x: field.x + field.width * part, y: label.y + label.height / 2 };
}

export async function chooseFiles(page, ...names) {
  const dialog = page.getByRole("dialog");
  for (const name of names) await dialog.getByRole("button", { name, exact: false }).first().click();
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
}

/** Keeps a picture of a state, where the caller wants pictures. */
export async function shot(page, name) {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.waitForTimeout(250);
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

export const clean = (folder) => folder !== undefined && rmSync(folder, { recursive: true, force: true });
