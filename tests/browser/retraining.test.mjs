import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clean, folderWith, goTo, launch, open, serve, settled, shot, tracks } from "./window.mjs";

const MCF7 = ["plus.bw", "minus.bw"].map((strand) => `chr22-hg38/MCF7.nascent.${strand}`);
const PEAKS = "MCF7.H3K4me3.peaks.bed";
/** Against hanging. */
const PATIENCE = 300_000;

let browser;
let folder;
let server;
let page;

before(async () => {
  folder = folderWith(...MCF7, `chr22-hg38/${PEAKS}`);
  browser = await launch();
  server = await serve(folder, "MCF7.nascent.plus.bw", "MCF7.nascent.minus.bw", PEAKS);
  page = await open(browser, server);
  await settled(page);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

/** The track of a bundle in training. */
const newEpoch = {
  get note() {
    return page.locator("[data-track] .note", { hasText: /^new, epoch \d+$/ }).first();
  },
  waitFor: (options) => newEpoch.note.waitFor(options),
  count: () => newEpoch.note.count(),
};

const kept = (name, file = "model.json") => join(folder, ".state/nascape/bundles", name, file);

/** The dialog, opened from the models panel for the paper's network. */
async function retrainDialog() {
  await page.getByRole("tab", { name: "Models" }).click();
  await page.getByRole("combobox", { name: "Bundle of H3K4me3" }).first().selectOption("H3K4me3.cnn");
  await settled(page);
  await page.getByRole("button", { name: "Retrain …" }).first().click();
  return page.getByRole("dialog", { name: "Retrain where the mark is known" });
}

async function learnFrom(dialog, regions) {
  await dialog.getByRole("radio", { name: "these regions" }).check();
  await dialog.getByRole("textbox", { name: /Regions/ }).fill(regions);
}

test("what there is too little of is told before anything is trained", async () => {
  const dialog = await retrainDialog();
  await learnFrom(dialog, "chr22:28,500,001-28,550,000");
  await dialog.getByText("50,000 bp are too little to learn from").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Retrain", exact: true }).isDisabled());
  await shot(page, "retrain-too-little");
  await learnFrom(dialog, "chr22");
  await dialog.getByText("nothing is left to measure").waitFor();
  await page.keyboard.press("Escape");
});

test("a bundle is retrained on a region, judged elsewhere, kept, shown beside the old one, and handed on", async () => {
  await goTo(page, "chr22:38,000,000-38,200,000");
  const dialog = await retrainDialog();
  await learnFrom(dialog, "chr22:28,500,001-30,500,000");
  await dialog.getByText(/bins of 50 bp to learn from/).waitFor();
  await dialog.getByRole("textbox", { name: "Call it" }).fill("H3K4me3.MCF7");
  await dialog.getByText(/bins of 50 bp to learn from/).waitFor();
  await shot(page, "retrain-dialog");
  const old = (await tracks(page)).length;
  await dialog.getByRole("button", { name: "Retrain", exact: true }).click();
  await page.getByRole("img", { name: "Loss by epoch" }).waitFor({ timeout: PATIENCE });
  // What it would be now stands beside what it was.
  await newEpoch.waitFor({ timeout: PATIENCE });
  await shot(page, "retrain-running");
  await page.getByRole("button", { name: "Pause Retrain H3K4me3.cnn into H3K4me3.MCF7" }).click();
  await page.getByText("Paused. What was learned so far is kept").waitFor({ timeout: PATIENCE });
  await shot(page, "retrain-paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText(/where neither bundle learned/).waitFor({ timeout: PATIENCE });
  await settled(page);
  await shot(page, "retrain-verdict");
  assert.equal(await newEpoch.count(), 0);
  const verdict = JSON.parse(readFileSync(kept("H3K4me3.MCF7", "retraining/verdict.json")));
  await page.getByText(verdict.sentence).first().waitFor();
  assert.equal((await tracks(page)).length, old + 1, "the bundle has taken the place of its epochs");
  await page.locator("[data-track] .note", { hasText: "H3K4me3.MCF7" }).waitFor();
  await shot(page, "retrain-beside");

  await page.getByRole("tab", { name: "Models" }).click();
  await page.getByRole("button", { name: "Hand on …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("was written. A colleague").waitFor();
  assert.ok(existsSync(join(folder, "H3K4me3.MCF7.nascape")));
});

test("the name of a bundle is taken once, and it is removed only when asked twice", async () => {
  const dialog = await retrainDialog();
  await dialog.getByRole("textbox", { name: "Call it" }).fill("H3K4me3.MCF7");
  await dialog.getByText("you have a bundle of that name").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove", exact: true }).first().click();
  assert.ok(existsSync(kept("H3K4me3.MCF7")));
  await page.getByRole("button", { name: "Remove for good" }).click();
  await page.getByRole("button", { name: "Hand on …" }).waitFor({ state: "detached" });
  assert.ok(!existsSync(kept("H3K4me3.MCF7")));
  assert.deepEqual(page.told, []);
});

/** Starts a retraining that would be called `name`, and waits for its first epoch. */
async function begin(name) {
  const dialog = await retrainDialog();
  await learnFrom(dialog, "chr22:28,500,001-30,500,000");
  await dialog.getByRole("textbox", { name: "Call it" }).fill(name);
  await dialog.getByText(/bins of 50 bp to learn from/).waitFor();
  await dialog.getByRole("button", { name: "Retrain", exact: true }).click();
  await newEpoch.waitFor({ timeout: PATIENCE });
}

test("a retraining is cancelled by keyboard, and what was learned is kept", async () => {
  await begin("H3K4me3.early");
  await page.getByRole("button", { name: "Cancel Retrain H3K4me3.cnn into H3K4me3.early" }).focus();
  await page.keyboard.press("Enter");
  const choice = page.getByRole("group", { name: "Cancel Retrain H3K4me3.cnn into H3K4me3.early" });
  await shot(page, "retrain-cancel");
  assert.equal(await choice.getByRole("button", { name: "Keep the best epoch" }).evaluate((button) => button === document.activeElement), true);
  await page.keyboard.press("Enter");
  const job = page.locator("li", { hasText: "into H3K4me3.early" });
  await job.getByText(/where neither bundle learned/).waitFor({ timeout: PATIENCE });
  // The tuned network is a member, unless others do better without it; the old one learned for 40 epochs.
  const networks = readdirSync(kept("H3K4me3.early", ".")).filter((member) => member.endsWith(".cnn"));
  const learned = networks.map((member) => JSON.parse(readFileSync(kept("H3K4me3.early", `${member}/model.json`))).training.epochs);
  const old = JSON.parse(readFileSync(new URL("../../models/H3K4me3.cnn/model.json", import.meta.url))).training.epochs;
  for (const epochs of learned.filter((epochs) => JSON.stringify(epochs) !== JSON.stringify(old))) assert.ok(epochs.length < 40);
});

test("a retraining outlives the program: it is offered again, and gone on with or discarded", async () => {
  await begin("H3K4me3.again");
  assert.deepEqual(page.told, []);
  await server.kill();
  await page.close();
  server = await serve(folder, "MCF7.nascent.plus.bw", "MCF7.nascent.minus.bw", PEAKS);
  page = await open(browser, server);
  await settled(page);
  await page.getByRole("tab", { name: "Jobs" }).click();
  await page.getByText("Interrupted when Nascape ended").waitFor({ timeout: PATIENCE });
  assert.equal(await page.getByRole("heading", { name: "Retrain H3K4me3.cnn into H3K4me3.again" }).count(), 1);
  await shot(page, "retrain-interrupted");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("img", { name: "Loss by epoch" }).waitFor({ timeout: PATIENCE });
  await page.getByRole("button", { name: "Pause Retrain" }).click();
  await page.getByRole("button", { name: "Discard" }).click({ timeout: PATIENCE });
  await page.getByText("nothing is left of it").waitFor();
  assert.deepEqual(page.told, []);
  assert.deepEqual(readdirSync(join(folder, ".state/nascape/retraining")), []);
});
