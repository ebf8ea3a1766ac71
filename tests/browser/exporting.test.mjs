import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, folderWith, goTo, launch, open, PAIR, PROGRAM, serve, settled, shot } from "./window.mjs";

const REGION = "chr21:35,000,000-35,400,000";
let browser;
let folder;
let server;
let page;
/** Whether `full` is a disk of 64 kB: not every system lets us mount one. */
let small;

before(async () => {
  folder = folderWith(...PAIR, "k562-chr21-hg19/K562.H3K4me3.peaks.bed");
  for (const name of ["out", "sealed", "full"]) mkdirSync(join(folder, name));
  small = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", join(folder, "full")]).status === 0;
  chmodSync(join(folder, "sealed"), 0o500);
  browser = await launch();
  server = await serve(folder, "K562.PROseq.plus.bw", "K562.PROseq.minus.bw", "K562.H3K4me3.peaks.bed");
  page = await open(browser, server);
  await settled(page);
  await goTo(page, REGION);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  if (small) execFileSync("umount", [join(folder, "full")]);
  clean(folder);
});

/** Opens the export dialog, keeps only some marks, chooses a format and a folder, and starts. */
async function start({ marks, format, into = "out", extent }) {
  await page.keyboard.press("Control+e");
  const dialog = page.getByRole("dialog", { name: "Export imputed tracks" });
  for (const mark of ["H3K4me3", "H3K27ac", "H3K27me3", "DNase"]) {
    await dialog.getByRole("checkbox", { name: new RegExp(`^${mark}`) }).setChecked(marks.includes(mark));
  }
  await dialog.getByRole("radio", { name: new RegExp(`^${format}`) }).check();
  if (extent !== undefined) await dialog.getByRole("radio", { name: extent }).check();
  await dialog.getByRole("button", { name: "Choose" }).click();
  const files = page.getByRole("dialog", { name: "Write into which folder?" });
  await files.locator(".path", { hasText: folder }).waitFor();
  // The dialog begins where the last one ended.
  if (!(await files.locator(".path").textContent()).endsWith(folder)) await files.getByRole("button", { name: "Folder above" }).click();
  await files.locator(".path").getByText(folder, { exact: true }).waitFor();
  await files.getByRole("button", { name: into, exact: true }).click();
  await files.locator(".path", { hasText: into }).waitFor();
  await files.getByRole("button", { name: "Choose this folder" }).click();
  await shot(page, `export-${format}`);
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Everything that was written, as paths. */
const written = () => readdirSync(join(folder, "out"), { recursive: true }).map(String);

const last = () => page.locator("#panel > ul > li").first();

test("a region is exported as the bigWig that `nascape impute` writes", async () => {
  await start({ marks: ["H3K4me3"], format: "bigWig" });
  await page.locator("#panel li.finished").first().waitFor({ timeout: 60_000 });
  await shot(page, "job-written");
  const ours = written().find((name) => name.endsWith(".bw"));
  assert.ok(ours, "a bigWig was written");
  const twin = join(folder, "twin");
  execFileSync(PROGRAM, [
    ...["impute", "--plus", join(folder, "K562.PROseq.plus.bw"), "--minus", join(folder, "K562.PROseq.minus.bw")],
    ...["--model", "H3K4me3.blend", "--region", REGION, "--output", twin, "--quiet"],
  ]);
  const theirs = readdirSync(twin).find((name) => name.endsWith(".bw"));
  assert.deepEqual(readFileSync(join(folder, "out", ours)), readFileSync(join(twin, theirs)));
});

test("peaks and bedGraph are exported while browsing goes on", async () => {
  await start({ marks: ["H3K4me3"], format: "narrowPeak" });
  await start({ marks: ["H3K27ac", "DNase"], format: "bedGraph" });
  await goTo(page, "chr21:40,000,000-40,100,000");
  await page.waitForFunction(() => [...document.querySelectorAll("#panel > ul > li")].slice(0, 2).every((job) => job.classList.contains("finished")), null, {
    timeout: 90_000,
  });
  const names = written();
  assert.ok(names.some((name) => name.endsWith(".narrowPeak")) && names.some((name) => /bedgraph/i.test(name)), names.join(" "));
  await goTo(page, REGION);
});

test("a running job can be cancelled and leaves nothing", async () => {
  const before = written();
  await start({ marks: ["H3K4me3", "H3K27ac", "H3K27me3", "DNase"], format: "bigWig", extent: "the whole genome" });
  await last().getByRole("button", { name: /^Cancel/ }).click();
  await page.locator("#panel li.cancelled").waitFor();
  assert.deepEqual(written(), before);
});

test("a folder that may not be written is told of", { skip: process.getuid?.() === 0 ? "root may write anywhere" : false }, async () => {
  await start({ marks: ["H3K4me3"], format: "bigWig", into: "sealed" });
  await page.locator(".message.fault").filter({ hasText: "sealed" }).waitFor();
  await settled(page);
});

test("a disk that is full is told of, nothing is left on it, and browsing goes on", async (t) => {
  if (!small) return t.skip("no small disk can be mounted here");
  await start({ marks: ["H3K27ac"], format: "bigWig", into: "full", extent: "the whole genome" });
  await last().getByText("No space left").waitFor({ timeout: 60_000 });
  await shot(page, "disk-full");
  assert.deepEqual(readdirSync(join(folder, "full")), []);
  await goTo(page, "chr21:41,000,000-41,200,000");
  await goTo(page, REGION);
});

test("imputed against observed is drawn as a figure", async () => {
  await start({ marks: ["H3K4me3"], format: "Figure" });
  await page.waitForFunction(() => document.querySelector("#panel > ul > li")?.classList.contains("finished"), null, { timeout: 60_000 });
  const drawn = written().filter((name) => /figure|observed|K562/.test(name) && /\.(svg|png)$/.test(name));
  assert.ok(drawn.some((name) => name.endsWith(".svg")) && drawn.some((name) => name.endsWith(".png")), written().join(" "));
});

for (const [kind, magic] of [
  ["SVG", "<svg"],
  ["PNG", "\x89PNG"],
  ["PDF", "%PDF"],
]) {
  test(`the view is written as ${kind}`, async () => {
    await page.getByRole("banner").getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: /picture/ }).click();
    const dialog = page.getByRole("dialog", { name: "This view as a picture" });
    await dialog.locator("img").waitFor();
    await shot(page, "picture");
    await dialog.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
    await dialog.getByRole("button", { name: "Save …" }).click();
    const save = page.getByRole("dialog", { name: "Save the picture" });
    await save.getByRole("textbox", { name: "Name" }).fill(`view.${kind.toLowerCase()}`);
    await save.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The picture was written").last().waitFor();
    await dialog.waitFor({ state: "detached" });
    const found = [folder, join(folder, "out")].map((where) => join(where, `view.${kind.toLowerCase()}`)).find(existsSync);
    const bytes = readFileSync(found);
    assert.equal(bytes.subarray(0, magic.length).toString("latin1"), magic);
    assert.ok(bytes.length > 5_000, `${bytes.length} bytes`);
    if (kind === "SVG") for (const word of ["H3K4me3", "chr21:35,000,000"]) assert.ok(bytes.includes(word), word);
  });
}

test("IGV that does not run is told of in a sentence", async () => {
  await page.getByRole("banner").getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Send to IGV" }).click();
  await page.locator(".message.fault").filter({ hasText: "IGV" }).waitFor();
});

test("nothing was complained of, and nothing left the machine", async () => {
  assert.deepEqual(page.told, []);
});
