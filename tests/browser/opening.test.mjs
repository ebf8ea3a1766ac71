import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chooseFiles, clean, folderWith, goTo, inked, launch, open, PAIR, serve, settled, shot, tracks } from "./window.mjs";

let browser;
let folder;
let server;

before(async () => {
  folder = folderWith(...PAIR, "k562-chr21-hg19/K562.H3K4me3.peaks.bed");
  writeFileSync(
    join(folder, "hostile.bed"),
    'chr21\t33031000\t33035000\t<img src=x onerror=alert(1)>\t500\t+\nchr21\t33036000\t33039000\t<script>alert(2)</script>\t500\t-\n',
  );
  writeFileSync(join(folder, "broken.bw"), "this is no bigWig");
  browser = await launch();
  server = await serve(folder);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

test("the empty window says what Nascape does and what to do next", async () => {
  const page = await open(browser, server);
  await page.getByText("imputes H3K4me3").waitFor();
  assert.equal(await page.getByRole("button", { name: "Open assay" }).count(), 2);
  assert.ok(!page.url().includes("token"), "the key stays out of the address bar");
  await shot(page, "empty");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("two files of one experiment become one assay with four imputed tracks", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await shot(page, "file-dialog");
  await chooseFiles(page, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
  await settled(page);
  assert.deepEqual((await tracks(page)).slice(0, 5), ["K562.PROseq", "H3K4me3", "H3K27ac", "H3K27me3", "DNase"]);
  await goTo(page, "chr21:33,031,597-33,041,570");
  const drawn = await inked(page);
  assert.ok(drawn.length >= 5);
  for (const [at, pixels] of drawn.slice(0, 5).entries()) assert.ok(pixels > 500, `track ${at} is drawn (${pixels} pixels)`);
  await shot(page, "assay-open");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("the doctor's findings stand beside the file, and strands can be swapped", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
  await settled(page);
  await page.getByRole("tab", { name: /Assay/ }).click();
  await page.getByText("values are negative").first().waitFor();
  const file = (role) => page.locator(".files li", { has: page.locator(`.${role}`) }).locator(".cut").textContent();
  assert.equal(await file("plus"), "K562.PROseq.plus.bw");
  await page.getByRole("button", { name: "Swap strands" }).click();
  await page.getByText("were exchanged").waitFor();
  assert.equal(await file("plus"), "K562.PROseq.minus.bw");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("observed peaks are drawn over the mark that they are named for", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
  await settled(page);
  await page.getByRole("button", { name: "Add track" }).click();
  await chooseFiles(page, "K562.H3K4me3.peaks.bed");
  await page.getByText("drawn over the imputed marks").waitFor();
  await page.locator("[data-track] .observed").first().waitFor();
  await goTo(page, "chr21:35,000,000-35,400,000");
  await shot(page, "observed");
  await page.getByRole("button", { name: "Show as a track" }).click();
  assert.ok((await tracks(page)).some((name) => name.includes("peaks")));
  assert.deepEqual(page.told, []);
  await page.close();
});

test("names from files are text, never markup", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
  await settled(page);
  await page.getByRole("button", { name: "Add track" }).click();
  await chooseFiles(page, "hostile.bed");
  await page.locator("[data-track]", { hasText: "hostile" }).waitFor();
  await goTo(page, "chr21:33,031,597-33,041,570");
  const label = await page.locator("[data-track]", { hasText: "hostile" }).boundingBox();
  const field = await page.locator(".field").boundingBox();
  await page.mouse.move(field.x + field.width * 0.15, label.y + 10);
  await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
  await shot(page, "hostile-names");
  const marked = await page.evaluate(() => {
    const inside = document.querySelector(".host").shadowRoot;
    return document.querySelectorAll("img[src=x], body script:not([src])").length + inside.querySelectorAll("img[src=x], script").length;
  });
  assert.equal(marked, 0);
  assert.deepEqual(page.told, []);
  await page.close();
});

test("a file that cannot be read is told of in a sentence, and the window lives", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "broken.bw");
  await page.locator(".message.fault").getByText("broken.bw").waitFor();
  await shot(page, "broken-file");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("button", { name: "Open example" }).click();
  await settled(page);
  assert.ok((await tracks(page)).includes("H3K4me3"));
  assert.deepEqual(page.told, []);
  await page.close();
});
