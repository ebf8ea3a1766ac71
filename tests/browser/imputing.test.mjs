import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, folderWith, goTo, inked, launch, open, PAIR, serve, settled, shot, spotOf, tracks } from "./window.mjs";

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
  await goTo(page, "chr21:35,000,000-35,400,000");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

test("another bundle's imputation stands beside the first", async () => {
  await page.getByRole("tab", { name: "Models" }).click();
  await page.getByRole("button", { name: "Compare" }).first().click();
  await settled(page);
  assert.equal((await tracks(page)).filter((name) => name === "H3K4me3").length, 2);
  await page.getByRole("combobox", { name: "Bundle of H3K4me3" }).nth(1).selectOption("H3K4me3.cnn");
  await settled(page);
  await page.locator("[data-track] .note", { hasText: "H3K4me3.cnn" }).waitFor();
  for (const pixels of (await inked(page)).slice(1, 3)) assert.ok(pixels > 100);
  await shot(page, "compare");
});

test("a bundle's card can be read", async () => {
  await page.getByRole("button", { name: "Card" }).first().click();
  await page.getByRole("dialog", { name: "H3K4me3.blend" }).locator("pre", { hasText: "H3K4me3" }).waitFor();
  await shot(page, "card");
  await page.keyboard.press("Escape");
});

test("only tiles on the screen are asked for, and those that left it are cancelled", async () => {
  const asked = [];
  const cancelled = [];
  page.on("request", (request) => {
    const body = request.postDataJSON() ?? {};
    if (request.url().endsWith("/api/tile")) asked.push(body.request);
    if (request.url().endsWith("/api/cancel_tiles")) cancelled.push(...body.tickets);
  });
  await page.getByRole("combobox", { name: "Place or gene" }).fill("chr21:20,000,000-28,000,000");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(60);
  await goTo(page, "chr21:41,000,000-41,100,000");
  const bases = ({ step, index }) => [512 * step * index, 512 * step * (index + 1)];
  const last = asked.filter(({ step }) => step <= 100);
  assert.ok(last.length > 0);
  for (const tile of last) {
    const [from, to] = bases(tile);
    assert.ok(to > 41_000_000 - 1 && from < 41_100_000, `tile ${from}-${to} is on the screen`);
  }
  assert.ok(cancelled.length > 0, "what was left behind was cancelled");
});

test("a clicked peak is explained by its reads, in a track and a figure", async () => {
  await goTo(page, "chr21:35,000,000-35,030,000");
  const box = await page.locator(".field").boundingBox();
  const spot = await spotOf(page, "H3K4me3");
  // The promoter at 35,014 kb.
  await page.mouse.click(box.x + (box.width * 14_000) / 30_000, spot.y + 10);
  await page.getByRole("menuitem", { name: /^Explain/ }).click();
  await page.locator("[data-track]", { hasText: "Why H3K4me3" }).waitFor({ timeout: 120_000 });
  await page.locator("figure svg").waitFor();
  await shot(page, "explain");
  const at = (await tracks(page)).indexOf("Why H3K4me3");
  assert.ok((await inked(page))[at] > 50);
});

test("a file that goes away while it is open is told of in its panel, and 'Try again' brings it back", async () => {
  const path = join(folder, "K562.PROseq.plus.bw");
  renameSync(path, `${path}.gone`);
  await goTo(page, "chr21:16,000,000-16,050,000");
  const again = page.getByRole("button", { name: "Try again" }).first();
  await again.waitFor();
  await shot(page, "file-gone");
  assert.match(await again.getAttribute("title"), /K562\.PROseq\.plus\.bw/);
  renameSync(`${path}.gone`, path);
  while ((await page.getByRole("button", { name: "Try again" }).count()) > 0) {
    await page.getByRole("button", { name: "Try again" }).first().click();
    await settled(page);
  }
  assert.ok((await inked(page))[1] > 0);
});

test("nothing was complained of, and nothing left the machine", async () => {
  assert.deepEqual(page.told, []);
});
