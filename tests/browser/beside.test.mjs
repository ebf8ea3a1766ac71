// What stands beside an assay: annotations, reads of a BAM, bundles of others; and a second window.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chooseFiles, clean, folderWith, goTo, inked, launch, open, PAIR, place, PROGRAM, serve, settled, shot, tracks } from "./window.mjs";

const BAM = "MCF7.GROseq.chr7.hg19.bam";
let browser;
let folder;
let server;

before(async () => {
  folder = folderWith(...PAIR, `formats/${BAM}`);
  const gene = (id, name) => `gene_id "${id}"; transcript_id "${id}.1"; gene_name "${name}";`;
  writeFileSync(
    join(folder, "genes.gtf"),
    `chr21\ttest\ttranscript\t33031935\t33041243\t.\t+\t.\t${gene("E1", "SOD1")}\n` +
      `chr21\ttest\texon\t33031935\t33032154\t.\t+\t.\t${gene("E1", "SOD1")}\n` +
      `chr21\ttest\texon\t33036103\t33036199\t.\t+\t.\t${gene("E1", "SOD1")}\n` +
      `chr21\ttest\texon\t33040784\t33041243\t.\t+\t.\t${gene("E1", "SOD1")}\n`,
  );
  const bundle = join(folder, "colleague");
  cpSync(fileURLToPath(new URL("../../models/H3K4me3.cnn", import.meta.url)), bundle, { recursive: true });
  const card = join(bundle, "model.json");
  writeFileSync(card, JSON.stringify({ ...JSON.parse(readFileSync(card, "utf8")), name: "colleague" }));
  execFileSync(PROGRAM, ["models", "export", bundle, "--output", join(folder, "colleague.nascape"), "--quiet"]);
  browser = await launch();
  server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

async function ownPage(look = {}) {
  const page = await open(browser, server, look);
  await settled(page);
  return page;
}

async function add(page, name) {
  await page.getByRole("button", { name: "Add track" }).click();
  await chooseFiles(page, name);
}

const track = (page, name) => page.locator("[data-track]", { hasText: name });

test("the first view holds transcription of both strands, in tracks that fill the window", async () => {
  const page = await ownPage();
  for (const pixels of (await inked(page)).slice(0, 5)) assert.ok(pixels > 500, `${pixels} pixels`);
  const last = await page.locator("[data-track]").last().boundingBox();
  assert.ok(last.y + last.height > 600, "little is left empty");
  await shot(page, "first-view");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("a GTF of the user's gives genes with exons, which the locus box finds", async () => {
  const page = await ownPage();
  await add(page, "genes.gtf");
  await track(page, "features").waitFor();
  await page.getByRole("combobox", { name: "Place or gene" }).fill("SOD1");
  await page.getByRole("option", { name: /SOD1/ }).first().click();
  await settled(page);
  const { start, end } = /(?<start>[\d,]+)-(?<end>[\d,]+)/.exec(await place(page)).groups;
  const base = (text) => Number(text.replaceAll(",", ""));
  assert.ok(base(start) <= 33_031_935 && base(end) >= 33_041_243, await place(page));
  assert.ok((await inked(page)).at(-1) > 200);
  await shot(page, "gtf");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("a BAM beside the assay shows how many reads cover each base, and close up each of them", async () => {
  const page = await ownPage({ height: 1100 });
  await add(page, BAM);
  await track(page, "reads and coverage").waitFor();
  await goTo(page, "chr7:5,500,000-5,620,000");
  assert.ok((await inked(page)).at(-1) > 200);
  await shot(page, "bam-coverage");
  await goTo(page, "chr7:5,566,000-5,571,000");
  await page.waitForTimeout(400);
  const close = (await inked(page)).at(-1);
  assert.ok(close > 3000, `${close} pixels`);
  await shot(page, "bam-beside");
  await goTo(page, "chr7:5,568,000-5,568,700");
  // Over the first row of reads, below the coverage.
  const label = await track(page, "reads and coverage").boundingBox();
  const field = await page.locator(".field").boundingBox();
  const told = page.locator(".pointer .value");
  let value = "";
  for (let part = 0.05; part < 1 && !value.includes("quality"); part += 0.01) {
    await page.mouse.move(field.x + field.width * part, label.y + 49);
    value = (await told.count()) === 0 ? "" : await told.textContent();
  }
  assert.match(value, /^n {2}chr7:5,56[\d,]+-5,56[\d,]+ \([+-]\) {2}\d+M {2}no mapping quality$/);
  await shot(page, "bam-close");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("where more reads are than have room, a sentence says so", async () => {
  const page = await ownPage({ theme: "dark", height: 1100 });
  await add(page, BAM);
  await track(page, "reads and coverage").waitFor();
  await goTo(page, "chr7:100,026,000-100,027,400");
  await page.waitForTimeout(400);
  await shot(page, "bam-deep-dark");
  assert.deepEqual(page.told, []);
  await page.close();
});

test("a BAM as the assay is PRO-seq until the user says GRO-seq, and a session remembers it", async () => {
  const bare = await serve(folder);
  const page = await open(browser, bare);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, BAM);
  await settled(page);
  const library = page.getByRole("combobox", { name: "The BAM holds" });
  assert.equal(await library.inputValue(), "pro");
  await page.getByText("look swapped").or(page.getByText("exchanged")).first().waitFor();
  await library.selectOption("gro");
  await page.getByText("is read as GRO-seq").waitFor();
  await page.getByText("look swapped").waitFor({ state: "detached" });
  await shot(page, "bam-assay");
  await page.keyboard.press("Control+s");
  const save = page.getByRole("dialog", { name: "Save the session" });
  await save.getByRole("textbox", { name: "Name" }).fill("bam.nascape-session");
  await save.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Session saved").waitFor();
  assert.deepEqual(page.told, []);
  await page.close();
  const again = await open(browser, bare);
  await again.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(again, "bam.nascape-session");
  await settled(again);
  assert.equal(await again.getByRole("combobox", { name: "The BAM holds" }).inputValue(), "gro");
  assert.deepEqual(again.told, []);
  await again.close();
  await bare.stop();
});

test("a colleague's bundle is opened and stands beside the others", async () => {
  const page = await ownPage();
  await add(page, "colleague.nascape");
  await page.getByRole("tab", { name: "Models" }).click();
  await page.getByRole("button", { name: "Compare" }).first().click();
  const choice = page.getByRole("combobox", { name: "Bundle of H3K4me3" }).nth(1);
  const own = await choice.locator("option", { hasText: "colleague" }).first().getAttribute("value");
  await choice.selectOption(own);
  await settled(page);
  assert.equal((await tracks(page)).filter((name) => name === "H3K4me3").length, 2);
  assert.ok((await inked(page))[2] > 100);
  assert.deepEqual(page.told, []);
  await page.close();
});

test("a bundle's folder is known at the next start, told when it is gone, and forgotten", async () => {
  const begin = async () => {
    const another = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw");
    const page = await open(browser, another);
    await settled(page);
    await page.getByRole("tab", { name: "Models" }).click();
    const end = async () => {
      assert.deepEqual(page.told, []);
      await page.close();
      await another.stop();
    };
    return { page, end };
  };
  const mine = (page) => page.getByRole("combobox", { name: "Bundle of H3K4me3" }).first().locator("option", { hasText: join(folder, "colleague") });

  const first = await begin();
  await first.page.getByRole("button", { name: "Add your bundle" }).click();
  const dialog = first.page.getByRole("dialog", { name: /Open a bundle/ });
  await dialog.getByRole("button", { name: "colleague", exact: true }).click();
  await dialog.getByRole("button", { name: "Choose this folder" }).click();
  await first.page.getByText("can be chosen now").waitFor();
  await first.end();

  const second = await begin();
  assert.equal(await mine(second.page).count(), 1);
  await second.end();

  renameSync(join(folder, "colleague"), join(folder, "elsewhere"));
  const third = await begin();
  const gone = third.page.locator(".message.fault").filter({ hasText: "was moved or deleted" });
  await gone.waitFor();
  assert.equal(await mine(third.page).count(), 0);
  await shot(third.page, "bundle-gone");
  await gone.getByRole("button", { name: "Forget it" }).click();
  await third.page.getByRole("list", { name: "Bundles that were not found" }).waitFor({ state: "detached" });
  await third.end();

  const fourth = await begin();
  assert.equal(await fourth.page.locator(".message.fault").count(), 0);
  await fourth.end();
});

test("of two windows on one session the second to save is told, and loses nothing", async () => {
  const [one, other] = [await ownPage(), await ownPage()];
  await one.keyboard.press("Control+s");
  const save = one.getByRole("dialog", { name: "Save the session" });
  await save.getByRole("textbox", { name: "Name" }).fill("shared.nascape-session");
  await save.getByRole("button", { name: "Save", exact: true }).click();
  await one.getByText("Session saved").waitFor();
  await other.keyboard.press("Control+o");
  await chooseFiles(other, "shared.nascape-session");
  await settled(other);
  for (const page of [one, other]) await page.getByRole("button", { name: "Mark region" }).click();
  await one.keyboard.press("Control+s");
  await one.getByText("Session saved").last().waitFor();
  await one.waitForTimeout(300);
  await other.keyboard.press("Control+s");
  await other.locator(".message.fault").filter({ hasText: "saved by another window" }).waitFor();
  await shot(other, "two-windows");
  // Both go on, each with tiles of its own.
  await Promise.all([goTo(one, "chr21:40,000,000-41,000,000"), goTo(other, "chr21:30,000,000-31,000,000")]);
  for (const page of [one, other]) {
    for (const pixels of (await inked(page)).slice(1, 5)) assert.ok(pixels > 100);
    assert.deepEqual(page.told, []);
    await page.close();
  }
});
