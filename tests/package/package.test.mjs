// The .deb that `make app` built, unpacked into a folder: what it holds, and whether that works with nothing else of ours there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const [deb, root, data] = ["NASCAPE_DEB", "NASCAPE_PACKAGE", "NASCAPE_DATA"].map((name) => {
  if (process.env[name] === undefined) throw new Error(`${name} is not set: run me by make test-app`);
  return process.env[name];
});
const assay = join(data, "k562-chr21-hg19");
// As little as a user's shell has.
const env = { PATH: "/usr/bin:/bin", HOME: root };
const nascape = join(root, "usr/bin/nascape");

let folder;
before(async () => (folder = await mkdtemp(join(tmpdir(), "nascape-package-"))));
after(() => rm(folder, { recursive: true, force: true }));

test("it says what it needs", async () => {
  const field = async (name) => (await run("dpkg-deb", ["--field", deb, name])).stdout.trim();
  const depends = await field("Depends");
  for (const library of ["libwebkit2gtk-4.1-0", "libgtk-3-0", "libc6"]) assert.ok(depends.includes(library), depends);
  assert.deepEqual([await field("Package"), await field("Section")], ["nascape", "science"]);
});

test("it holds programs, licences, manual pages, icons", async () => {
  for (const path of [
    "bin/nascape",
    "bin/nascape-desktop",
    "lib/nascape/xgboost/lib/libxgboost.so.3",
    "share/doc/nascape/copyright",
    "share/doc/nascape/changelog.gz",
    "share/man/man1/nascape.1.gz",
    "share/man/man1/nascape-desktop.1.gz",
    "share/mime/packages/nascape.xml",
    ...["32x32", "128x128", "256x256@2"].map((size) => `share/icons/hicolor/${size}/apps/nascape-desktop.png`),
  ]) {
    await access(join(root, "usr", path));
  }
  const licences = await readFile(join(root, "usr/share/doc/nascape/copyright"), "utf8");
  for (const words of ["libxgboost.so.3", "Apache-2.0", "GCC RUNTIME LIBRARY EXCEPTION"]) assert.ok(licences.includes(words), words);
});

test("its desktop entry opens bigWigs, sessions and bundles, of kinds that it describes", async () => {
  const text = await readFile(join(root, "usr/share/applications/Nascape.desktop"), "utf8");
  const entry = Object.fromEntries(text.split("\n").filter((line) => line.includes("=")).map((line) => line.split(/=(.*)/).slice(0, 2)));
  assert.deepEqual([entry.Exec, entry.Icon], ["nascape-desktop %F", "nascape-desktop"]);
  const kinds = entry.MimeType.split(";").filter(Boolean);
  const described = await readFile(join(root, "usr/share/mime/packages/nascape.xml"), "utf8");
  assert.deepEqual([...described.matchAll(/mime-type type="([^"]+)"/g)].map(([, kind]) => kind).sort(), kinds.sort());
  for (const ending of ["bw", "bigWig", "nascape", "nascape-session"]) assert.ok(described.includes(`glob pattern="*.${ending}"`), ending);
});

test("its program finds its libraries within the package, has the shipped bundles, and trains trees", async () => {
  const program = join(root, "usr/lib/nascape/xgboost/lib/nascape");
  for (const file of [program, join(root, "usr/lib/nascape/xgboost/lib/libxgboost.so.3"), join(root, "usr/bin/nascape-desktop")]) {
    const { stdout } = await run("ldd", [file], { env });
    assert.ok(!stdout.includes("not found"), stdout);
    // Nobody who may write elsewhere gives them others.
    const { stdout: entries } = await run("readelf", ["-d", file]);
    for (const [, place] of entries.matchAll(/(?:RUNPATH|RPATH).*\[(.*)\]/g)) assert.match(place, /^\$ORIGIN[^:]*$/);
    for (const [, name, place] of stdout.matchAll(/(lib(?:xgboost|gomp)\S*) => (\S+)/g)) assert.ok(place.startsWith(root), `${name}: ${place}`);
  }
  const listed = JSON.parse((await run(nascape, ["models", "list", "--json"], { env })).stdout);
  assert.ok(listed.filter(({ shipped }) => shipped).length >= 15, `${listed.length} bundles`);
  const strands = ["plus", "minus"].flatMap((strand) => [`--${strand}`, join(assay, `K562.PROseq.${strand}.bw`)]);
  const target = ["--target", `H3K4me3=${join(assay, "K562.H3K4me3.peaks.bed")}`, "--architecture", "xgboost-regressor"];
  const parts = ["--train", "chr21:33,000,001-33,300,000", "--validation", "chr21:34,500,001-34,700,000"];
  await run(nascape, ["train", ...strands, ...target, ...parts, "--output", join(folder, "trees"), "--quiet"], { env });
  await access(join(folder, "trees/forest.ubj"));
});
