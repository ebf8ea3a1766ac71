// The view as a file: igv.js's drawing with our labels and axes beside it.

import type { Stage } from "../genome/stage.svelte";
import { HEAD_HEIGHT } from "../genome/look";
import { regionText } from "../genome/locus";
import type { Workspace } from "../session/workspace.svelte";
import { LIGHT } from "../tracks/colour";
import { numberText } from "../tracks/draw/scale";
import { hasAxis, type Track } from "../tracks/track";

export type PictureKind = "svg" | "png" | "pdf";

const LABEL = 172;
const TITLE = 22;
const FONT = "Helvetica, Arial, sans-serif";

/** The bytes of the view in a format. */
export async function picture(kind: PictureKind, workspace: Workspace, stage: Stage): Promise<Uint8Array<ArrayBuffer>> {
  const svg = await wholeSvg(workspace, stage);
  if (kind === "svg") return new TextEncoder().encode(new XMLSerializer().serializeToString(svg));
  if (kind === "png") return toPng(svg);
  return (await import("./pdf")).toPdf(svg);
}

/** Labels and axes at the left of what igv.js draws. */
async function wholeSvg(workspace: Workspace, stage: Stage): Promise<SVGSVGElement> {
  const inner = new DOMParser().parseFromString(await stage.svg(), "image/svg+xml").documentElement;
  const { tracks, loci } = workspace.view;
  const frames = stage.view?.frames ?? [];
  const right = Math.max(...frames.map(({ left, width }) => left + width), 0);
  const top = TITLE + HEAD_HEIGHT;
  const height = top + tracks.reduce((sum, track) => sum + track.height, 0) + 4;
  const svg = element("svg", { width: LABEL + right, height, viewBox: `0 0 ${LABEL + right} ${height}`, "font-family": FONT });
  svg.append(element("rect", { width: LABEL + right, height, fill: LIGHT.ground }));
  frames.forEach(({ left }, at) => {
    const locus = loci[at];
    if (locus !== undefined) svg.append(text(regionText(locus), LABEL + left, 14, 11, LIGHT.ink, "start"));
  });
  svg.append(text(workspace.genome?.name ?? "", 4, 14, 11, LIGHT.faint, "start"));
  const body = element("g", { transform: `translate(${LABEL} ${TITLE})` });
  for (const child of [...inner.children]) {
    if (child.getAttribute("id") !== "svg_output_backdrop") body.append(document.importNode(child, true));
  }
  svg.append(body);
  let y = top;
  for (const track of tracks) {
    svg.append(...labels(track, y, stage.tops.get(track.key) ?? 1));
    y += track.height;
    svg.append(element("line", { x1: 0, x2: LABEL + right, y1: y - 0.5, y2: y - 0.5, stroke: LIGHT.hairline }));
  }
  return svg as SVGSVGElement;
}

function labels(track: Track, y: number, top: number): SVGElement[] {
  const middle = y + track.height / 2;
  const shapes = [
    element("rect", { x: 4, y: middle - 11, width: 8, height: 10, fill: track.colour }),
    text(cut(track.name, 18), 18, middle - 2, 12, LIGHT.ink, "start", 600),
    text(cut(track.note, 24), 18, middle + 11, 10, LIGHT.faint, "start"),
  ];
  if (!hasAxis(track)) return shapes;
  const mirrored = track.source.kind === "assay" || track.source.kind === "explanation";
  return [
    ...shapes,
    text(numberText(top), LABEL - 6, y + 10, 9, LIGHT.faint, "end"),
    text(mirrored ? `-${numberText(top)}` : "0", LABEL - 6, y + track.height - 3, 9, LIGHT.faint, "end"),
  ];
}

function cut(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}

function text(words: string, x: number, y: number, size: number, fill: string, anchor: string, weight = 400): SVGElement {
  const made = element("text", { x, y, fill, "font-size": size, "text-anchor": anchor, "font-weight": weight });
  // Set as text: a name from a file is never markup.
  made.textContent = words;
  return made;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

async function toPng(svg: SVGSVGElement): Promise<Uint8Array<ArrayBuffer>> {
  const scale = 2;
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Number(svg.getAttribute("width")) * scale;
    canvas.height = Number(svg.getAttribute("height")) * scale;
    const context = canvas.getContext("2d");
    context?.scale(scale, scale);
    context?.drawImage(image, 0, 0);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (blob === null) throw new Error("The picture is too large for a PNG here. Save it as SVG or PDF, or make the window smaller.");
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(address);
  }
}
