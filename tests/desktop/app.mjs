// The built app in a home of its own, and what can be seen of its tracks.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, until } from "./webdriver.mjs";

/** The colours of the imputed marks, the same on screen and in exports. */
export const MARKS = { H3K4me3: [204, 121, 167], H3K27ac: [230, 159, 0], H3K27me3: [0, 158, 115], DNase: [86, 180, 233] };

/** Starts the app that NASCAPE_DESKTOP names, as if the user had picked the paths of `picked` before. */
export async function start({ args, picked = [], env = {} }) {
  const home = await newHome();
  await writeFile(join(home, "state/nascape/picked.json"), JSON.stringify(picked));
  const app = await startAt(home, args, env);
  const close = async () => {
    await app.close();
    await rm(home, { recursive: true, force: true });
  };
  return { ...app, close };
}

/** The folders of a user who has never started the app. */
export async function newHome() {
  const home = await mkdtemp(join(tmpdir(), "nascape-home-"));
  await mkdir(join(home, "state/nascape"), { recursive: true });
  return home;
}

/** Starts the app for the user of these folders. */
export async function startAt(home, args, env = {}) {
  return { ...(await open(needed("NASCAPE_DESKTOP"), args, { ...environment(home), ...env })), home };
}

/** What tells a program whose folders to use. */
export function environment(home) {
  const folders = ["state", "cache", "data", "config"].map((name) => [`XDG_${name.toUpperCase()}_HOME`, join(home, name)]);
  // Without a session bus, so that no window that is open already is asked to show the files.
  return { ...Object.fromEntries(folders), DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };
}

/** An environment variable that the Makefile sets. */
export function needed(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run me by make`);
  return value;
}

/** Pixels of each mark's colour, by mark. */
export function drawn(page) {
  return page.run(`return (${countPixels})(...arguments)`, MARKS);
}

/** Waits until all marks are drawn and nothing is on its way. */
export async function settled(page) {
  await until("the page says that all tiles are shown", () => page.run(`return document.body.innerText.includes("all tiles shown")`));
  return until("four imputed tracks have pixels", async () => {
    const pixels = await drawn(page);
    return Object.values(pixels).every((count) => count > 0) && pixels;
  });
}

/** Asks the program what the page itself may ask. */
export async function invoke(page, command, args) {
  const script = "return window.__TAURI_INTERNALS__.invoke(...arguments).then((answer) => ({ answer }), (fault) => ({ fault }))";
  const { answer, fault } = await page.run(script, command, args);
  if (fault !== undefined && fault !== null) throw new Error(fault.message ?? fault);
  return answer;
}

// Runs in the page: igv.js keeps its canvases in a shadow tree.
function countPixels(marks) {
  const canvases = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element instanceof HTMLCanvasElement && element.width > 0 && element.height > 0) canvases.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  const counts = Object.fromEntries(Object.keys(marks).map((mark) => [mark, 0]));
  for (const canvas of canvases) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 32) continue;
      for (const [mark, [r, g, b]] of Object.entries(marks)) {
        if (Math.abs(data[at] - r) < 12 && Math.abs(data[at + 1] - g) < 12 && Math.abs(data[at + 2] - b) < 12) counts[mark] += 1;
      }
    }
  }
  return counts;
}
