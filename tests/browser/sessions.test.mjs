import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, folderWith, goTo, launch, open, PAIR, place, serve, settled, shot, tracks } from "./window.mjs";

const HOME = "chr21:35,000,000-35,400,000";
let browser;
let folder;
let server;

before(async () => {
  folder = folderWith(...PAIR);
  browser = await launch();
  server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

async function arrangedPage() {
  const page = await open(browser, server);
  await settled(page);
  await goTo(page, HOME);
  await page.getByRole("button", { name: "Menu of H3K27me3" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Mark region" }).click();
  return page;
}

async function openSession(page, name) {
  await page.getByRole("button", { name: "Open assay" }).first().waitFor();
  await page.keyboard.press("Control+o");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name }).click();
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
}

test("a session brings back tracks, place and regions", async () => {
  const page = await arrangedPage();
  await page.keyboard.press("Control+s");
  const save = page.getByRole("dialog", { name: "Save the session" });
  await save.getByRole("textbox", { name: "Name" }).fill("mine.nascape-session");
  await save.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Session saved").waitFor();
  assert.ok(readdirSync(folder).includes("mine.nascape-session"));
  const before = await tracks(page);
  await page.close();

  const again = await open(browser, server);
  await settled(again);
  await openSession(again, "mine.nascape-session");
  await again.waitForFunction((count) => document.querySelectorAll("[data-track]").length === count, before.length);
  await settled(again);
  assert.deepEqual(await tracks(again), before);
  assert.equal(await place(again), HOME);
  assert.equal(await again.locator(".band").textContent(), "Region 1");
  assert.deepEqual(again.told, []);
  await again.close();
});

test("a file that moved is asked for, and found again", async () => {
  renameSync(join(folder, "K562.PROseq.plus.bw"), join(folder, "renamed.plus.bw"));
  await server.stop();
  server = await serve(folder);
  const page = await open(browser, server);
  await openSession(page, "mine.nascape-session");
  const dialog = page.getByRole("dialog", { name: "Some files are not where they were" });
  await dialog.getByText("K562.PROseq.plus.bw").first().waitFor();
  await shot(page, "locate");
  await dialog.getByRole("button", { name: "Locate" }).click();
  const files = page.getByRole("dialog", { name: /^Where is/ });
  await files.getByRole("button", { name: "renamed.plus.bw" }).click();
  await files.getByRole("button", { name: "Open", exact: true }).click();
  await settled(page);
  assert.equal(await place(page), HOME);
  assert.deepEqual(page.told, []);
  await page.close();
  renameSync(join(folder, "renamed.plus.bw"), join(folder, "K562.PROseq.plus.bw"));
});

test("a crash loses nothing", async () => {
  await server.stop();
  server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
  const page = await arrangedPage();
  const before = await tracks(page);
  // The autosave that a hidden window makes.
  const saved = page.waitForResponse((answer) => answer.url().endsWith("/api/save_session"));
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.equal((await saved).status(), 200);
  await server.kill();
  await page.close();
  server = await serve(folder);
  const again = await open(browser, server);
  await again.getByRole("button", { name: "Restore it" }).waitFor();
  await shot(again, "restore");
  await again.getByRole("button", { name: "Restore it" }).click();
  await settled(again);
  assert.deepEqual(await tracks(again), before);
  assert.equal(await place(again), HOME);
  assert.deepEqual(again.told, []);
  await again.close();
});

test("what was opened lately is offered", async () => {
  const page = await open(browser, server);
  await page.getByRole("region", { name: "Opened lately" }).getByRole("button").first().click();
  await settled(page);
  assert.deepEqual(page.told, []);
  await page.close();
});

/** The session that was saved above, changed. */
function changed(name, change) {
  const session = JSON.parse(readFileSync(join(folder, "mine.nascape-session"), "utf8"));
  change(session);
  writeFileSync(join(folder, name), JSON.stringify(session));
}

test("a session's new address is asked about, and left out or fetched as the user says", async () => {
  changed("far.nascape-session", ({ tracks, view }) => {
    const file = { path: "http://data.invalid/far.bw", relative: null, bytes: 0, changed: "0", sha256_of_ends: "" };
    tracks.push({ id: "far", files: [file], assembly: null });
    view.tracks.push({ ...view.tracks[0], key: "far", name: "far", source: { kind: "signal", track: "far" } });
  });
  const page = await open(browser, server);
  const question = page.getByRole("dialog", { name: "Fetch data from data.invalid?" });
  await openSession(page, "far.nascape-session");
  await question.getByText("http://data.invalid/far.bw").waitFor();
  await shot(page, "address");
  await question.getByRole("button", { name: "Leave out" }).click();
  await settled(page);
  assert.ok(!(await tracks(page)).includes("far"));
  await page.close();

  const again = await open(browser, server);
  await openSession(again, "far.nascape-session");
  await again.getByRole("button", { name: "Fetch from data.invalid" }).click();
  const lost = again.getByRole("dialog", { name: "Some files are not where they were" });
  await lost.getByText("cannot be reached").waitFor();
  await lost.getByRole("button", { name: "Cancel" }).click();
  // What was agreed to is not asked again.
  await openSession(again, "far.nascape-session");
  await lost.getByText("cannot be reached").waitFor();
  await lost.getByRole("button", { name: "Open without them" }).click();
  await settled(again);
  assert.deepEqual([...page.told, ...again.told], []);
  await again.close();
});

test("tracks far out of sight are drawn when they come into sight", async () => {
  const COUNT = 80;
  changed("long.nascape-session", ({ view }) => {
    const [own] = view.tracks;
    view.tracks = Array.from({ length: COUNT }, (_, at) => ({ ...own, key: `long${at}`, name: `long ${at}`, height: 60 }));
  });
  const page = await open(browser, server);
  await openSession(page, "long.nascape-session");
  await page.waitForFunction((count) => document.querySelectorAll("[data-track]").length === count, COUNT);
  await settled(page);
  await page.locator(".scroll").evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await settled(page);
  await page.waitForFunction(
    (count) => {
      const shadow = document.querySelector(".host").shadowRoot;
      const canvas = shadow.querySelectorAll('.igv-column .igv-viewport[data-track-type="nascape"]')[count - 1]?.querySelector("canvas");
      return canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value, at) => at % 4 === 3 && value > 40);
    },
    COUNT,
  );
  await shot(page, "long-session");
  assert.deepEqual(page.told, []);
  await page.close();
});
