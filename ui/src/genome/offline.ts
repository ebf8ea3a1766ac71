// What igv.js is given so that it asks nobody: chromosome lengths and bands from the program.

import type { Genome } from "../backend/wire/Genome";

/** igv.js's reference, and how to free it. */
export function offlineReference(genome: Genome): { reference: object; free: () => void } {
  const sizes = text(genome.chromosomes.map(({ name, length }) => `${name}\t${length}`));
  const known = new Set(genome.bands.map(({ chromosome }) => chromosome));
  // A chromosome without known bands is one plain band, so that its ideogram still shows where one is.
  const plain = genome.chromosomes
    .filter(({ name }) => !known.has(name))
    .map(({ name, length }) => `${name}\t0\t${length}\t\tgneg`);
  const bands = text([
    ...genome.bands.map(({ chromosome, start, end, name, stain }) => [chromosome, start, end, name, stain].join("\t")),
    ...plain,
  ]);
  return {
    reference: {
      id: genome.name === "" ? "assay" : genome.name,
      format: "chromsizes",
      fastaURL: sizes,
      cytobandURL: bands,
    },
    free: () => [sizes, bands].forEach((address) => URL.revokeObjectURL(address)),
  };
}

function text(lines: string[]): string {
  return URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
}
