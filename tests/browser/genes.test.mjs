// Genes that come with the program, and what stands in their place where none came.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bases, chooseFiles, clean, folderWith, goTo, inked, launch, open, PAIR, PROGRAM, serve, settled, shot, tracks } from "./window.mjs";

let browser;
let folder;
let server;

before(async () => {
  folder = folderWith(...PAIR);
  // Of the fly, which came without genes.
  writeFileSync(join(folder, "fly.bedGraph"), "chr2L\t100000\t100400\t3\nchr2L\t200000\t200100\t5\n");
  writeFileSync(join(folder, "fly.sizes"), "chr2L\t23513712\n");
  const made = ["--chrom-sizes", join(folder, "fly.sizes"), "--output", join(folder, "fly.bw"), "--quiet"];
  execFileSync(PROGRAM, ["bin", "--signal", join(folder, "fly.bedGraph"), ...made]);
  const gugu = (kind) => `chr2L\tx\t${kind}\t100001\t100400\t.\t-\t.\tgene_id "g"; transcript_id "t"; gene_name "gugu";\n`;
  writeFileSync(join(folder, "fly.gtf"), gugu("transcript") + gugu("exon"));
  browser = await launch();
  server = await serve(folder);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

async function opened(theme, ...files) {
  const page = await open(browser, server, { theme });
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, ...files);
  await settled(page);
  return page;
}

for (const theme of ["light", "dark"]) {
  test(`an assay on hg19 stands over its genes, which the locus box finds (${theme})`, async () => {
    const page = await opened(theme, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
    assert.equal((await tracks(page)).at(-1), "Genes");
    assert.ok((await inked(page)).at(-1) > 500, "genes are drawn in the first view");
    for (const [symbol, first, last] of [
      ["SOD1", 33_031_935, 33_041_243],
      ["APP", 27_252_861, 27_543_446],
      ["IFNAR1", 34_697_214, 34_732_128],
      ["RUNX1", 36_160_098, 36_421_595],
    ]) {
      await page.getByRole("combobox", { name: "Place or gene" }).fill(symbol);
      await page.getByRole("option", { name: new RegExp(`^${symbol}`) }).first().click();
      await settled(page);
      const { start, end } = await bases(page);
      assert.ok(start <= first + 1000 && end >= last - 1000 && start > first - 300_000, `${symbol}: ${start}-${end}`);
    }
    await goTo(page, "chr21:34,500,000-35,100,000");
    await shot(page, `genes-${theme}`);
    await goTo(page, "chr21");
    await shot(page, `genes-far-${theme}`);
    assert.deepEqual(page.told, []);
    await page.close();
  });
}

test("where no genes came with the program, their place says how to add them, and a GTF takes it", async () => {
  const page = await opened("light", "fly.bw");
  assert.deepEqual((await tracks(page)).at(-1), "Genes");
  assert.ok((await inked(page)).at(-1) > 200, "the sentence is drawn");
  await shot(page, "genes-none");
  const before = await tracks(page);
  await page.getByRole("button", { name: "Add track" }).click();
  await chooseFiles(page, "fly.gtf");
  await page.locator("[data-track]", { hasText: "features" }).waitFor();
  await goTo(page, "gugu");
  assert.deepEqual(await tracks(page), [...before.slice(0, -1), "fly"]);
  await shot(page, "genes-own");
  assert.deepEqual(page.told, []);
  await page.close();
});
