import assert from "node:assert/strict";
import { readdirSync, renameSync } from "node:fs";
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
  await save.getByRole("textbox", { name: "Name" }).fill("mine.nascape");
  await save.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Session saved").waitFor();
  assert.ok(readdirSync(folder).includes("mine.nascape"));
  const before = await tracks(page);
  await page.close();

  const again = await open(browser, server);
  await settled(again);
  await openSession(again, "mine.nascape");
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
  await openSession(page, "mine.nascape");
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
