import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { bases, clean, folderWith, goTo, launch, open, PAIR, place, serve, settled, shot, spotOf, tracks } from "./window.mjs";

const HOME = "chr21:35,000,000-35,400,000";
let browser;
let folder;
let server;
let page;

before(async () => {
  folder = folderWith(...PAIR);
  browser = await launch();
  server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
  page = await open(browser, server);
  await settled(page);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});
beforeEach(async () => {
  await goTo(page, HOME);
  page.told.length = 0;
});

test("the wheel zooms about the pointer", async () => {
  const spot = await spotOf(page, "H3K4me3", 0.25);
  await page.mouse.move(spot.x, spot.y);
  await page.waitForTimeout(100);
  const under = () => page.locator(".pointer").textContent().then((text) => Number(/:([\d,]+)/.exec(text)[1].replaceAll(",", "")));
  const [before, base] = [await bases(page), await under()];
  await page.mouse.wheel(0, -240);
  await settled(page);
  await page.mouse.move(spot.x, spot.y + 1);
  await page.waitForTimeout(100);
  const now = await bases(page);
  assert.ok(now.width < before.width * 0.8, `${now.width} bases after ${before.width}`);
  assert.ok(Math.abs((await under()) - base) < before.width / 200);
});

test("a wheel turned sideways, a drag and the arrow keys move", async () => {
  const spot = await spotOf(page, "H3K27ac");
  const start = (await bases(page)).start;
  await page.mouse.move(spot.x, spot.y);
  await page.mouse.wheel(200, 0);
  await settled(page);
  const wheeled = await bases(page);
  assert.ok(wheeled.start > start);
  await page.mouse.down();
  await page.mouse.move(spot.x + 150, spot.y, { steps: 6 });
  await page.mouse.up();
  await settled(page);
  const dragged = await bases(page);
  assert.ok(dragged.start < wheeled.start);
  await page.keyboard.press("ArrowRight");
  await settled(page);
  assert.ok((await bases(page)).start > dragged.start);
  assert.ok(Math.abs((await bases(page)).width - 400_000) < 400);
});

test("plus, minus and Home zoom in, out and to the chromosome", async () => {
  await page.keyboard.press("+");
  await settled(page);
  assert.ok(Math.abs((await bases(page)).width - 200_000) < 400);
  await page.keyboard.press("-");
  await settled(page);
  assert.ok(Math.abs((await bases(page)).width - 400_000) < 400);
  await page.keyboard.press("Home");
  await settled(page);
  assert.equal(await place(page), "chr21:1-48,129,895");
  await shot(page, "whole-chromosome");
});

test("Ctrl-F leads to the locus box, and what nobody knows is told", async () => {
  await page.keyboard.press("Control+f");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Place or gene");
  await page.keyboard.type("nosuchgene");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing was found for 'nosuchgene'").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await place(page), HOME);
});

test("F1 lists the keys", async () => {
  await page.keyboard.press("F1");
  await page.getByRole("dialog").getByText("Undo a change").waitFor();
  await shot(page, "keys");
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

test("several loci stand side by side, and each can be closed", async () => {
  await goTo(page, `chr21:33,031,597-33,041,570 ${HOME}`);
  assert.equal(await page.locator(".loci > div").count(), 2);
  await shot(page, "two-loci");
  await page.getByRole("button", { name: /^Close chr21:33/ }).click();
  await settled(page);
  assert.equal(await page.locator(".loci > div").count(), 0);
});

test("undo and redo go over places and tracks", async () => {
  await page.waitForTimeout(1000);
  await goTo(page, "chr21:40,000,000-40,100,000");
  await page.waitForTimeout(1000);
  const names = await tracks(page);
  await page.getByRole("button", { name: "Menu of H3K27me3" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  assert.equal((await tracks(page)).length, names.length - 1);
  await page.keyboard.press("Control+z");
  assert.deepEqual(await tracks(page), names);
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await place(page), HOME);
  await page.keyboard.press("Control+Shift+z");
  await settled(page);
  assert.equal(await place(page), "chr21:40,000,000-40,100,000");
});

test("a track's menu sets height, scale, logarithm and colour", async () => {
  const choose = async (role, name) => {
    await page.getByRole("button", { name: "Menu of H3K4me3" }).click();
    await page.getByRole(role, { name, exact: true }).click();
  };
  const label = page.locator("[data-track]", { hasText: "H3K4me3" }).first();
  const { height } = await label.boundingBox();
  await choose("menuitemradio", "High");
  assert.equal((await label.boundingBox()).height, 144);
  await choose("menuitemcheckbox", "Logarithmic, two decades");
  await choose("menuitemcheckbox", "Shared with other imputed tracks");
  await label.getByText("shared, log").waitFor();
  await choose("menuitemradio", "blue");
  assert.match(await label.locator(".swatch").getAttribute("style"), /0072B2|0, 114, 178/);
  await page.getByRole("button", { name: "Menu of H3K4me3" }).click();
  await shot(page, "track-menu");
  await page.keyboard.press("Escape");
  for (let step = 0; step < 4; step++) await page.keyboard.press("Control+z");
  assert.equal((await label.boundingBox()).height, height);
});

test("tracks are put in order by dragging and by key", async () => {
  const before = await tracks(page);
  const grip = page.getByRole("button", { name: /^Move DNase/ });
  const from = await grip.boundingBox();
  const target = await page.locator("[data-track]").nth(1).boundingBox();
  await page.mouse.move(from.x + 5, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x + 5, target.y + 4, { steps: 8 });
  await page.mouse.up();
  assert.equal((await tracks(page))[1], "DNase");
  await grip.focus();
  await page.keyboard.press("ArrowDown");
  assert.equal((await tracks(page))[2], "DNase");
  await page.keyboard.press("Escape");
  for (let step = 0; step < 2; step++) await page.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await tracks(page), before);
});

test("regions have names and notes, and lead back", async () => {
  await page.getByRole("button", { name: "Mark region" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("RUNX1 <b>promoter</b>");
  await page.getByRole("textbox", { name: "Name" }).press("Tab");
  await page.getByRole("textbox", { name: /^Notes/ }).fill("look again");
  await page.getByRole("textbox", { name: /^Notes/ }).press("Tab");
  await shot(page, "regions");
  assert.equal(await page.locator(".band").textContent(), "RUNX1 <b>promoter</b>");
  await goTo(page, "chr21:10,000,000-10,100,000");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await settled(page);
  assert.equal(await place(page), "chr21:34,900,000-35,500,000");
  await page.getByRole("button", { name: /^Remove RUNX1/ }).click();
});

test("the theme follows the system, and a switch changes it", async () => {
  const dark = () => page.evaluate(() => document.documentElement.hasAttribute("data-dark"));
  assert.equal(await dark(), false);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(150);
  assert.equal(await dark(), true);
  await shot(page, "dark");
  await page.keyboard.press("d");
  assert.equal(await dark(), false);
  await page.keyboard.press("d");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForTimeout(150);
  assert.equal(await dark(), false);
});

test("nothing was complained of, and nothing left the machine", async () => {
  assert.deepEqual(page.told, []);
});
