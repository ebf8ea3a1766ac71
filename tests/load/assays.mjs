// Simulated assays for a server that is put under load.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM } from "../browser/window.mjs";

/** A folder with `count` assays of the given size. Each is a file of its own; all have the same reads. */
export function folderOfAssays(count, ...simulate) {
  const folder = mkdtempSync(join(tmpdir(), "nascape-load-"));
  const made = join(folder, "made");
  mkdirSync(made);
  execFileSync(PROGRAM, ["simulate", "--output", made, "--quiet", ...simulate], { stdio: "ignore" });
  for (let number = 0; number < count; number++) {
    for (const strand of ["plus", "minus"]) copyFileSync(join(made, `simulated.${strand}.bw`), join(folder, `${nameOf(number)}.${strand}.bw`));
  }
  rmSync(made, { recursive: true });
  return folder;
}

/** The paths of an assay's strands. */
export const strandsOf = (folder, number) => ["plus", "minus"].map((strand) => join(folder, `${nameOf(number)}.${strand}.bw`));

const nameOf = (number) => `assay${String(number + 1).padStart(2, "0")}`;
