// The built app, in a real window, with the real experiment of K562.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { drawn, invoke, MARKS, needed, settled, start } from "./app.mjs";
import { until } from "./webdriver.mjs";

const run = promisify(execFile);
const assay = join(needed("NASCAPE_DATA"), "k562-chr21-hg19");
const strands = ["--plus", join(assay, "K562.PROseq.plus.bw"), "--minus", join(assay, "K562.PROseq.minus.bw")];
const region = "chr21:33,000,001-33,400,000";
const place = 'input[aria-label="Place or gene"]';
const ENTER = "\uE007";

let app;
let folder;

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "nascape-window-")));
  await mkdir(join(folder, "exported"));
  app = await start({ args: strands, picked: [join(folder, "exported")] });
});

after(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

test("files_of_the_command_line_are_shown_with_four_imputed_tracks", async () => {
  const pixels = await settled(app);
  await picture("opened");
  assert.deepEqual(Object.keys(pixels), Object.keys(MARKS));
});

test("the_locus_box_goes_to_a_region", async () => {
  await app.click(place);
  await app.type(place, region + ENTER);
  await until("the box shows the region", async () => (await app.run(`return document.querySelector('${place}').value`)) === region);
  await settled(app);
  await picture("region");
  // More than a stray line: 400 kb with genes have peaks of every mark.
  for (const [mark, count] of Object.entries(await drawn(app))) assert.ok(count > 100, `${mark}: ${count} pixels`);
});

test("an_exported_region_is_what_nascape_impute_writes", async () => {
  const { bundles } = await invoke(app, "about", {});
  const imputed = bundles
    .filter((bundle) => bundle.default && bundle.targets.some(({ name }) => name in MARKS))
    .map(({ name, targets }) => ({ bundle: name, target: targets[0].name }));
  assert.equal(imputed.length, 4);
  const track = (await invoke(app, "open_files", { request: { paths: [strands[1], strands[3]], assembly: null, apart: false } })).tracks[0].id;
  const request = { track, imputed, format: "big_wig", regions: [region], intervals: false, fdr: null, observed: null };
  const { id } = await invoke(app, "start_export", { request: { ...request, folder: join(folder, "exported") } });
  const job = await until("the export is over", async () =>
    (await invoke(app, "jobs", {})).find((job) => job.id === id && !["waiting", "running"].includes(job.state)),
  );
  assert.equal(job.state, "finished", job.message);
  await run(needed("NASCAPE"), ["impute", ...strands, "--region", region, "--output", join(folder, "imputed"), "--quiet"]);
  for (const mark of Object.keys(MARKS)) {
    const file = job.outputs.find((path) => path.endsWith(`/${mark}.bw`));
    const [exported, imputed] = [await bins(file), await bins(join(folder, "imputed", `${mark}.bw`))];
    assert.ok(imputed.length > 100, `${mark}: ${imputed.length} values`);
    assert.deepEqual(exported, imputed, mark);
  }
});

test("a_picture_arrives_byte_by_byte_at_a_path_of_any_letters_that_was_picked", async () => {
  const bytes = [0x89, 0x50, 0, 255, 10, 13];
  const save = (path) => {
    const script = `const [bytes, path] = arguments;
      return window.__TAURI_INTERNALS__
        .invoke("save_picture", new Uint8Array(bytes), { headers: { "nascape-path": path } })
        .then(() => "", (fault) => fault.message);`;
    return app.run(script, bytes, JSON.stringify(path).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`));
  };
  const path = join(folder, "exported", "Größe µ 图 🧬.png");
  assert.equal(await save(path), "");
  assert.deepEqual([...(await readFile(path))], bytes);
  assert.match(await save(join(folder, "elsewhere.png")), /was not chosen by you/);
});

test("the_page_can_call_its_own_commands_only_and_open_what_was_picked_only", async () => {
  for (const command of ["plugin:dialog|open", "plugin:window|close", "plugin:log|log"]) {
    await assert.rejects(invoke(app, command, {}), /not allowed/);
  }
  const { faults } = await invoke(app, "open_files", { request: { paths: ["/etc/passwd"], assembly: null, apart: false } });
  assert.match(faults[0].message, /was not chosen by you/);
});

test("the_page_leads_nowhere_and_opens_no_other_window", async () => {
  let asked = 0;
  const elsewhere = createServer((_, answer) => {
    asked += 1;
    answer.end("elsewhere");
  });
  await new Promise((done) => elsewhere.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${elsewhere.address().port}/`;
  const before = await app.run("return location.href");
  for (const script of [
    "location.href = arguments[0]",
    "window.open(arguments[0])",
    "const link = Object.assign(document.createElement('a'), { href: arguments[0], target: '_blank' }); document.body.append(link); link.click(); link.remove()",
    "const form = Object.assign(document.createElement('form'), { action: arguments[0], method: 'post' }); document.body.append(form); form.submit(); form.remove()",
    "const frame = Object.assign(document.createElement('iframe'), { src: arguments[0] }); document.body.append(frame); setTimeout(() => frame.remove(), 200)",
    "new Image().src = arguments[0]",
    "fetch(arguments[0]).catch(() => undefined)",
  ]) {
    await app.run(script, url);
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(await app.run("return location.href"), before, script);
  }
  elsewhere.close();
  assert.equal(asked, 0);
});

test("an_address_that_nobody_named_is_not_asked_for", async () => {
  const request = { paths: ["http://127.0.0.1:9/x.bw", "http://169.254.169.254/x.bw"], assembly: null, apart: true };
  const { faults } = await invoke(app, "open_files", { request });
  assert.equal(faults.length, 2);
  for (const { message } of faults) assert.match(message, /you did not name yourself/);
});

/** The numbers of a bigWig in the region, as text. */
async function bins(file) {
  const output = join(folder, "bins.bedGraph");
  await run(needed("NASCAPE"), ["bin", "--signal", file, "--summary", "mean", "--region", region, "--output", output, "--quiet"]);
  return (await readFile(output, "utf8")).trim().split("\n");
}

/** Kept where SHOTS says, for who looks at a failure. */
async function picture(name) {
  const pictures = process.env.SHOTS;
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await app.screenshot(join(pictures, `window-${name}.png`));
}
