// The Okabe-Ito colours, the same on screen, in exports and in figures (DESIGN.md, 'The look').

export const PLUS = "#0072B2";
export const MINUS = "#D55E00";

const MARKS: Readonly<Record<string, string>> = {
  h3k4me3: "#CC79A7",
  h3k27ac: "#E69F00",
  h3k27me3: "#009E73",
  dnase: "#56B4E9",
};

/** The colour of what has none of its own. */
export const MARK_GREY = "#7F7F7F";

/** What a user may choose from: the set, and a grey. */
export const PALETTE: readonly { name: string; value: string }[] = [
  { name: "purple", value: "#CC79A7" },
  { name: "orange", value: "#E69F00" },
  { name: "green", value: "#009E73" },
  { name: "sky", value: "#56B4E9" },
  { name: "blue", value: "#0072B2" },
  { name: "vermilion", value: "#D55E00" },
  { name: "yellow", value: "#F0E442" },
  { name: "grey", value: MARK_GREY },
];

/** The colour of a mark; grey for one that has none of its own. */
export function markColour(target: string): string {
  return MARKS[target.toLowerCase()] ?? MARK_GREY;
}

/** A colour with an opacity from 0 to 1. */
export function faded(colour: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${opacity})`;
}

/** What the ground and the ink of a drawing are. */
export interface Ground {
  dark: boolean;
  ink: string;
  faint: string;
  hairline: string;
  ground: string;
  fault: string;
}

export const LIGHT: Ground = {
  dark: false,
  ink: "#1b1f24",
  faint: "#5c6570",
  hairline: "#d9dde2",
  ground: "#ffffff",
  fault: "#b3261e",
};

export const DARK: Ground = {
  dark: true,
  ink: "#e6e9ed",
  faint: "#9aa4b0",
  hairline: "#2c333b",
  ground: "#14171a",
  fault: "#ff8a80",
};
