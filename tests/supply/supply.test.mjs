// What we build on: everything that we ask for by name is in ARCHITECTURE.md with its reason and its keeper, and everything that npm
// fetches is known by its checksum.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path) => readFileSync(join(ROOT, path), "utf8");

/** Crates, npm packages and Python packages that a manifest of ours names. */
function named() {
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--locked", "--format-version", "1"], { cwd: ROOT, maxBuffer: 1 << 26 });
  const crates = JSON.parse(metadata).packages.flatMap(({ dependencies }) => dependencies.map(({ name }) => name));
  const { dependencies, devDependencies } = JSON.parse(read("ui/package.json"));
  const python = ["requirements.txt", "requirements-torch.txt"].flatMap((file) =>
    [...read(`tests/peers/${file}`).matchAll(/^([\w.-]+)==/gm)].map(([, name]) => name),
  );
  const all = [...crates, ...Object.keys(dependencies), ...Object.keys(devDependencies), ...python];
  return new Set(all.filter((name) => !name.startsWith("nascape-")));
}

test("every direct dependency stands in ARCHITECTURE.md with its reason and its keeper, and no other", () => {
  const section = /^## Direct dependencies$(.*?)^## /ms.exec(read("ARCHITECTURE.md"))?.[1] ?? "";
  const rows = [...section.matchAll(/^\| (`.*)\|$/gm)].map(([, row]) => row.split("|").map((cell) => cell.trim()));
  const listed = rows.flatMap(([names, reason, keeper]) => {
    assert.ok(reason?.length > 0 && keeper?.length > 0, `${names} has a reason and a keeper`);
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  });
  assert.deepEqual([...new Set(listed)].sort(), [...named()].sort());
});

test("every npm package is known by its checksum and comes from the public registry", () => {
  const { packages, lockfileVersion } = JSON.parse(read("ui/package-lock.json"));
  assert.equal(lockfileVersion, 3);
  for (const [path, { integrity, resolved, link }] of Object.entries(packages)) {
    if (path === "") continue;
    assert.match(integrity ?? "", /^sha512-[\w+/]{86}==$/, path);
    assert.ok(resolved === undefined || resolved.startsWith("https://registry.npmjs.org/"), `${path} comes from ${resolved}`);
    assert.equal(link, undefined, path);
  }
});

test("every crate is known by its checksum and comes from crates.io", () => {
  const crates = read("Cargo.lock").split("[[package]]").slice(1);
  for (const crate of crates) {
    const [, name] = /^name = "(.*)"$/m.exec(crate);
    const source = /^source = "(.*)"$/m.exec(crate)?.[1];
    if (name.startsWith("nascape-") && source === undefined) continue;
    assert.equal(source, "registry+https://github.com/rust-lang/crates.io-index", name);
    assert.match(crate, /^checksum = "[0-9a-f]{64}"$/m, name);
  }
});
