// What a person does at the screen, beyond the page: native dialogs, dragged files, the window itself. By xdotool and a bus of our own.

import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until } from "./webdriver.mjs";

const run = promisify(execFile);
// Debian's own, for which its python3-gi is made.
const PYTHON = "/usr/bin/python3";

/** Has xdotool do something, and gives what it says. */
export async function xdotool(...args) {
  return (await run("xdotool", args.map(String))).stdout.trim();
}

/** Waits for a window of this title, and gives its number. */
export function windowCalled(title) {
  const search = () => xdotool("search", "--onlyvisible", "--name", title).catch(() => "");
  return until(`there is a window '${title}'`, async () => (await search()).split("\n").filter(Boolean).at(-1));
}

/** Types a path into the native dialog of this title that opens files: its first slash makes the line to type it in. */
export function openByDialog(title, path) {
  return answerDialog(title, [["type", "/"], ["type", "--delay", 20, path.slice(1)]]);
}

/** Types a path into the native dialog of this title that saves a file, in place of the name that is there. */
export function saveByDialog(title, path) {
  return answerDialog(title, [["key", "ctrl+a"], ["type", "--delay", 20, path]]);
}

async function answerDialog(title, strokes) {
  const dialog = await windowCalled(title);
  await xdotool("windowfocus", "--sync", dialog);
  for (const stroke of [...strokes, ["key", "Return"]]) {
    await xdotool(...stroke);
    // Lines appear, and paths are looked up.
    await pause(700);
  }
  await until(`the dialog '${title}' is gone`, async () => !(await xdotool("search", "--onlyvisible", "--name", title).catch(() => "")));
}

/** Drags files out of a file manager, and drops them at a point of the screen. */
export async function dropFiles(files, [x, y]) {
  const manager = await startPython("drag.py", files);
  await xdotool("mousemove", 1350, 950, "mousedown", 1);
  // Step by step, as a hand does: a window is told that something comes before it is dropped.
  for (const part of [0.02, 0.25, 0.5, 0.75, 0.95, 1]) {
    await xdotool("mousemove", Math.round(1350 + part * (x - 1350)), Math.round(950 + part * (y - 950)));
    await pause(150);
  }
  await xdotool("mouseup", 1);
  await until("the file manager knows that the files were taken", () => manager.ended);
}

/** A session bus of its own, with a portal that says whether the user wants the dark. */
export async function startBus() {
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], { stdio: ["ignore", "pipe", "ignore"] });
  const address = await firstLine(bus);
  const portal = await startPython("portal.py", [], { DBUS_SESSION_BUS_ADDRESS: address });
  return {
    address,
    /** 0: whatever, 1: dark, 2: light. */
    scheme: (wanted) => portal.child.stdin.write(`${wanted}\n`),
    close() {
      portal.child.kill();
      bus.kill();
    },
  };
}

async function startPython(script, args, env = {}) {
  const child = spawn(PYTHON, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const program = { child, ended: false };
  child.on("exit", () => (program.ended = true));
  if ((await firstLine(child)) !== "ready") throw new Error(`${script} did not start`);
  return program;
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the program ended before it said anything");
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
