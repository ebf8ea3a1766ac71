// Loaded when a PDF is asked for.

import { jsPDF } from "jspdf";
import "svg2pdf.js";

/** One page of the drawing's size, in vectors. */
export async function toPdf(svg: SVGSVGElement): Promise<Uint8Array<ArrayBuffer>> {
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  const pdf = new jsPDF({ orientation: width > height ? "landscape" : "portrait", unit: "px", format: [width, height], hotfixes: ["px_scaling"] });
  // Text is measured only in a document that is shown.
  svg.style.cssText = "position:fixed;left:-99999px;top:0";
  document.body.append(svg);
  try {
    await pdf.svg(svg, { width, height });
  } finally {
    svg.remove();
  }
  return new Uint8Array(pdf.output("arraybuffer"));
}
