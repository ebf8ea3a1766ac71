// What the system does with the window: native dialogs, dropped files, a second start, the dark, its place on the screen.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { environment, needed, newHome, settled, startAt } from "./app.mjs";
import { dropFiles, openByDialog, pause, saveByDialog, startBus, windowCalled, xdotool } from "./screen.mjs";
import { until } from "./webdriver.mjs";

const run = promisify(execFile);
const assay = join(needed("NASCAPE_DATA"), "k562-chr21-hg19");
const strands = ["plus", "minus"].map((strand) => join(assay, `K562.PROseq.${strand}.bw`));

let bus;
let folder;
let home;
let app;

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "nascape-native-")));
  for (const name of ["dropped", "second", "Größe 2"]) await writeFile(join(folder, `${name}.bed`), "chr21\t33000000\t33010000\n");
  bus = await startBus();
  home = await newHome();
  app = await opened();
});

after(async () => {
  await app?.close();
  bus?.close();
  for (const gone of [folder, home].filter(Boolean)) await rm(gone, { recursive: true, force: true });
});

test("dropped_files_are_opened_strands_as_one_assay", async () => {
  await dropFiles(strands, [600, 400]);
  await settled(app);
  assert.deepEqual((await tracks()).slice(0, 1), ["K562.PROseq"]);
  await dropFiles([join(folder, "dropped.bed"), join(folder, "Größe 2.bed")], [600, 400]);
  await shows("dropped", "Größe 2");
  await picture("dropped");
});

test("files_of_a_second_start_open_in_the_window_that_is_there", async () => {
  // As the shell of another folder names them.
  const start = { env: { ...process.env, ...environment(home), DBUS_SESSION_BUS_ADDRESS: bus.address }, cwd: folder };
  await run(needed("NASCAPE_DESKTOP"), ["second.bed"], start);
  await shows("second");
});

test("the_native_dialogs_open_and_save_what_is_picked", async () => {
  await writeFile(join(folder, "picked.bed"), "chr21\t33000000\t33010000\n");
  await press("Add track");
  await openByDialog("Add tracks beside the assay", join(folder, "picked.bed"));
  await shows("picked");
  const session = join(folder, "mine.nascape-session");
  await xdotool("windowfocus", "--sync", await windowCalled("K562.PROseq · Nascape"));
  await xdotool("key", "ctrl+s");
  await saveByDialog("Save the session", session);
  await says("Session saved.");
  assert.match(await readFile(session, "utf8"), /K562\.PROseq\.plus\.bw/);
});

test("a_picture_of_the_view_is_written_where_the_user_says", async () => {
  const path = join(folder, "view 1.png");
  await press("Export");
  await press("This view");
  await app.run(`document.querySelector('input[value="png"]').click()`);
  await press("Save …");
  await saveByDialog("Save the picture", path);
  await says("The picture was written.");
  const bytes = await readFile(path);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.ok((await stat(path)).size > 20_000);
});

test("the_window_is_dark_when_the_system_is_and_light_again", async () => {
  const dark = () => app.run("return [matchMedia('(prefers-color-scheme: dark)').matches, document.documentElement.hasAttribute('data-dark')].join()");
  assert.equal(await dark(), "false,false");
  bus.scheme(1);
  await until("the window is dark", async () => (await dark()) === "true,true");
  await settled(app);
  await picture("dark");
  bus.scheme(2);
  await until("the window is light", async () => (await dark()) === "false,false");
});

test("the_window_opens_where_and_as_large_as_it_was_left_and_dark_at_once", async () => {
  const title = "K562.PROseq · Nascape";
  const window = await windowCalled(title);
  await xdotool("windowsize", "--sync", window, 1010, 710);
  await xdotool("windowmove", "--sync", window, 40, 60);
  const inner = () => app.run("return [innerWidth, innerHeight].join()");
  await until("the page has the new size", async () => (await inner()).startsWith("1010,"));
  const size = await inner();
  bus.scheme(1);
  // As the user ends it: by the menu's key.
  await xdotool("windowfocus", "--sync", window);
  await xdotool("key", "ctrl+q");
  await until("the window is gone", async () => !(await xdotool("search", "--onlyvisible", "--name", "Nascape").catch(() => "")));
  await app.close();
  app = await opened(strands);
  assert.equal(await inner(), size);
  const { x, y } = /X=(?<x>\d+)\nY=(?<y>\d+)/.exec(await xdotool("getwindowgeometry", "--shell", await windowCalled("Nascape"))).groups;
  assert.deepEqual([Number(x), Number(y)], [40, 60]);
  await settled(app);
  assert.equal(await app.run("return document.documentElement.hasAttribute('data-dark')"), true);
  await picture("again");
});

function opened(files = []) {
  return startAt(home, files, { DBUS_SESSION_BUS_ADDRESS: bus.address });
}

/** The names of the tracks on the screen. */
function tracks() {
  return app.run(`return [...document.querySelectorAll("[data-track] .grip")].map((grip) => grip.ariaLabel.slice("Move ".length, -": arrow keys, or drag".length))`);
}

function shows(...names) {
  return until(`tracks ${names.join(", ")}`, async () => {
    const shown = await tracks();
    return names.every((name) => shown.includes(name));
  });
}

function says(words) {
  return until(`the window says '${words}'`, () => app.run("return document.body.innerText.includes(arguments[0])", words));
}

/** Clicks the button or line of a menu whose words begin so. */
function press(words) {
  const script = `const [words] = arguments;
    const found = [...document.querySelectorAll("button, [role=menuitem]")].find((one) => one.innerText.trim().startsWith(words) && !one.disabled);
    found?.click();
    return found !== undefined;`;
  return until(`there is a button ${words}`, () => app.run(script, words));
}

/** Kept where SHOTS says, of the whole screen, for who looks at a failure. */
async function picture(name) {
  const pictures = process.env.SHOTS;
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await pause(300);
  await app.screenshot(join(pictures, `native-${name}.png`));
}
