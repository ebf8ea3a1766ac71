// Names that strangers chose, everywhere that the window shows one: they are text, and nothing but text.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { clientOf, openAssay } from "../load/client.mjs";
import { chooseFiles, clean, folderWith, goTo, launch, open, PAIR, serve, settled, shot } from "./window.mjs";

const IMAGE = "<img src=x onerror=alert(1)>";
const SCRIPT = '"></title></script><script>alert(2)</script>';
const LINK = "javascript:alert(3)";
const VECTOR = "<svg onload=alert(4)><a href=javascript:alert(5)>x</a></svg>";
const BACKWARDS = "\u202Egepj.knil\u202C";
const LONG = `long${"x".repeat(10_000)}`;
const NAMES = [IMAGE, SCRIPT, LINK, VECTOR, BACKWARDS, LONG, "{{7*7}}${7*7}", "__proto__", "&lt;b&gt;"];
const PLACE = "chr21:33,031,597-33,041,570";

let browser;
let folder;
let server;
let client;

before(async () => {
  folder = folderWith(...PAIR);
  const lines = (make) => NAMES.map((name, at) => make(name, 33_031_600 + at * 1_000, 33_032_400 + at * 1_000)).join("\n") + "\n";
  writeFileSync(join(folder, `${IMAGE}.bed`), lines((name, start, end) => `chr21\t${start}\t${end}\t${name.replaceAll(" ", "_")}\t500\t+`));
  writeFileSync(
    join(folder, "genes.gtf"),
    lines((name, start, end) => `chr21\tx\tgene\t${start}\t${end}\t.\t+\t.\tgene_id "${start}"; gene_name "${name.replaceAll('"', "'").replaceAll(";", ",")}";`),
  );
  writeFileSync(join(folder, "chromosomes.bed"), NAMES.map((name) => `${name.replaceAll(" ", "_")}\t10\t2000\tx\t1\t+`).join("\n"));
  writeFileSync(join(folder, `${IMAGE}.bw`), "this is no bigWig");
  writeFileSync(join(folder, "broken.bed"), `chr21\t${IMAGE}\t${SCRIPT}\n`);
  const bundle = join(folder, "bundle");
  cpSync(fileURLToPath(new URL("../../models/H3K4me3.cnn", import.meta.url)), bundle, { recursive: true });
  const card = JSON.parse(readFileSync(join(bundle, "model.json"), "utf8"));
  writeFileSync(join(bundle, "model.json"), JSON.stringify({ ...card, name: VECTOR, targets: [{ ...card.targets[0], name: IMAGE }] }));
  browser = await launch();
  server = await serve(folder);
  client = clientOf(server.address);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

/** Nothing in the page was made by a name, and nothing complained or left the machine. */
async function untouched(page) {
  const made = await page.evaluate(() => {
    const roots = [document, document.querySelector(".host")?.shadowRoot].filter((root) => root != null);
    const bad = "img[src=x], script:not([src]), [onload], [onerror], a[href^=javascript], iframe, object, embed";
    return roots.flatMap((root) => [...root.querySelectorAll(bad)].map((element) => element.outerHTML.slice(0, 200)));
  });
  assert.deepEqual(made, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true, "a long name widens nothing");
  assert.deepEqual(page.told, []);
}

async function withAssay() {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "K562.PROseq.minus.bw", "K562.PROseq.plus.bw");
  await settled(page);
  return page;
}

test("names of files, features and genes are text", async () => {
  const page = await withAssay();
  for (const file of [`${IMAGE}.bed`, "genes.gtf"]) {
    await page.getByRole("button", { name: "Add track" }).click();
    await chooseFiles(page, file);
  }
  await goTo(page, PLACE);
  for (const track of [IMAGE, "genes"]) {
    const label = await page.locator("[data-track]", { hasText: track }).first().boundingBox();
    const field = await page.locator(".field").boundingBox();
    for (let at = 0.02; at < 0.98; at += 0.06) {
      await page.mouse.move(field.x + field.width * at, label.y + 10);
      await page.waitForTimeout(30);
    }
  }
  await shot(page, "hostile-features");
  // The box finds genes by name, and shows them.
  for (const text of ["<img", "javascript", "long"]) {
    await page.getByRole("combobox", { name: "Place or gene" }).fill(text);
    await page.getByRole("option").first().waitFor();
    await shot(page, `hostile-found-${text.replace(/\W/g, "")}`);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `Menu of ${IMAGE}` }).click();
  await page.keyboard.press("Escape");
  await untouched(page);
  await page.close();
});

test("names of chromosomes are text", async () => {
  const page = await open(browser, server);
  await page.getByRole("main").getByRole("button", { name: "Open assay" }).click();
  await chooseFiles(page, "chromosomes.bed");
  await page.waitForSelector("[data-track]");
  await page.waitForTimeout(500);
  await shot(page, "hostile-chromosomes");
  await untouched(page);
  await page.close();
});

test("sentences about files that cannot be read are text", async () => {
  const page = await open(browser, server);
  for (const file of [`${IMAGE}.bw`, "broken.bed"]) {
    await page.getByRole("button", { name: "Open assay" }).first().click();
    await chooseFiles(page, file);
    await page.locator(".message.fault").filter({ hasText: file }).waitFor();
  }
  await shot(page, "hostile-faults");
  await untouched(page);
  await page.close();
});

test("names of bundles and marks are text", async () => {
  await client.ask("add_bundle", { path: join(folder, "bundle") });
  const page = await withAssay();
  await page.getByRole("tab", { name: /^Models/ }).click();
  await page.getByRole("button", { name: `Show ${IMAGE}` }).click();
  await page.locator("[data-track]", { hasText: IMAGE }).waitFor();
  await page.locator("#panel li", { hasText: IMAGE }).getByRole("button", { name: "Card" }).click();
  await page.getByRole("dialog").getByText(VECTOR).first().waitFor();
  await shot(page, "hostile-bundle");
  await untouched(page);
  await page.close();
});

test("a session's names and notes are text, in the window and in pictures of it", async () => {
  const assay = await openAssay(client, ["plus", "minus"].map((strand) => join(folder, `K562.PROseq.${strand}.bw`)));
  const track = (name, at) => ({
    key: `k${at}`,
    source: { kind: "assay", track: assay },
    name,
    note: NAMES[(at + 1) % NAMES.length],
    height: 60,
    colour: at === 0 ? `red;background:url(http://evil.example/)` : "#0072B2",
    scale: { kind: "auto" },
    log: false,
    window: "both",
    interval: false,
    observed: null,
  });
  const region = (name, at) => ({ chromosome: "chr21", start: 33_031_600 + at * 900, end: 33_032_400 + at * 900, key: `r${at}`, name, notes: name });
  const loci = [{ chromosome: "chr21", start: 33_031_596, end: 33_041_570 }];
  const view = { version: 1, panel: true, tracks: NAMES.map(track), loci, regions: NAMES.map(region) };
  const path = join(folder, "strange.nascape-session");
  await client.ask("save_session", { request: { path, tracks: [assay], view, window: "test" } });
  const page = await open(browser, server);
  await page.getByRole("button", { name: "Open assay" }).first().click();
  await chooseFiles(page, "strange.nascape-session");
  await settled(page);
  await page.getByRole("tab", { name: /^Regions/ }).click();
  assert.equal(await page.getByRole("textbox", { name: "Name" }).first().inputValue(), IMAGE);
  await shot(page, "hostile-session");
  await untouched(page);
  mkdirSync(join(folder, "pictures"), { recursive: true });
  for (const kind of ["SVG", "PDF"]) {
    await page.getByRole("banner").getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: /picture/ }).click();
    const dialog = page.getByRole("dialog", { name: "This view as a picture" });
    await dialog.locator("img").waitFor();
    await dialog.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
    await dialog.getByRole("button", { name: "Save …" }).click();
    const save = page.getByRole("dialog", { name: "Save the picture" });
    await save.getByRole("textbox", { name: "Name" }).fill(`strange.${kind.toLowerCase()}`);
    await save.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The picture was written").last().waitFor();
    await dialog.waitFor({ state: "detached" });
  }
  const svg = readFileSync(join(folder, "strange.svg"), "utf8");
  assert.ok(svg.includes("&lt;img src=x"), "the name is there, as text");
  const made = await page.evaluate((text) => {
    const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
    return [...drawing.querySelectorAll("*")]
      .filter((element) => ["img", "script", "a", "foreignObject", "parsererror"].includes(element.localName) || [...element.attributes].some(({ name, value }) => name.startsWith("on") || /javascript:|evil\.example/.test(value)))
      .map((element) => element.outerHTML.slice(0, 200));
  }, svg);
  assert.deepEqual(made, []);
  const pdf = readFileSync(join(folder, "strange.pdf"), "latin1");
  for (const word of ["/JavaScript", "/JS", "/Launch", "/URI"]) assert.ok(!pdf.includes(word), word);
  await untouched(page);
  await page.close();
});
