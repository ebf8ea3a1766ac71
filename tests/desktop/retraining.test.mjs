// Retraining in the real window, by the program nascape that lies beside it: a mark that was measured, learned, judged and drawn.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { invoke, needed, settled, start } from "./app.mjs";
import { until } from "./webdriver.mjs";

const data = join(needed("NASCAPE_DATA"), "chr22-hg38");
const strands = ["--plus", join(data, "MCF7.nascent.plus.bw"), "--minus", join(data, "MCF7.nascent.minus.bw")];

let app;

before(async () => {
  app = await start({ args: [...strands, join(data, "MCF7.H3K4me3.peaks.bed")] });
});

after(async () => app?.close());

test("a_bundle_is_retrained_beside_the_window_paused_gone_on_with_and_judged", async () => {
  await settled(app);
  await press("Models");
  await choose('select[aria-label="Bundle of H3K4me3"]', "H3K4me3.cnn");
  await settled(app);
  await press("Retrain …");
  await app.run(`[...document.querySelectorAll("label")].find((one) => one.textContent.includes("these regions")).querySelector("input").click()`);
  await fill('input[aria-label^="Regions"]', "chr22:28,500,001-30,500,000");
  await says("bins of 50 bp to learn from");
  await picture("retrain-dialog");
  await press("Retrain");
  await says("new, epoch");
  await picture("retrain-running");
  await press("Pause");
  await says("Paused. What was learned so far is kept");
  assert.equal((await invoke(app, "jobs", {}))[0].state, "paused");
  await press("Resume");
  await says("where neither bundle learned");
  await settled(app);
  await picture("retrain-verdict");
  const { bundles } = await invoke(app, "about", {});
  assert.ok(bundles.some(({ name, shipped }) => name.startsWith("H3K4me3.MCF7") && !shipped));
});

/** Clicks the button or tab whose words begin so. */
async function press(words) {
  const script = `const [words] = arguments;
    const all = [...document.querySelectorAll("button")];
    const found = all.find((one) => one.textContent.trim() === words && !one.disabled) ?? all.find((one) => one.textContent.trim().startsWith(words) && !one.disabled);
    found?.click();
    return found !== undefined;`;
  await until(`there is a button ${words}`, () => app.run(script, words));
}

function choose(selector, value) {
  const script = `const [selector, value] = arguments;
    const field = document.querySelector(selector);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));`;
  return app.run(script, selector, value);
}

function fill(selector, value) {
  const script = `const [selector, value] = arguments;
    const field = document.querySelector(selector);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));`;
  return app.run(script, selector, value);
}

/** Waits for words; training may take a while on a machine in use. */
function says(words) {
  return until(`the window says '${words}'`, () => app.run("return document.body.innerText.includes(arguments[0])", words), 200_000);
}

/** Kept where SHOTS says, for who looks at a failure. */
async function picture(name) {
  const pictures = process.env.SHOTS;
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await app.screenshot(join(pictures, `window-${name}.png`));
}
