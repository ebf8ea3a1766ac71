// How igv.js's own parts look inside ours: no margins, hairlines, our fonts, both themes.

const CSS = `
:host { display: block; }
.igv-container { min-height: 0; padding-top: 0; width: 100%; font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; }
.igv-navbar, .igv-navbar-text-button, .igv-loading-spinner-container, .igv-track-label,
.igv-multi-locus-ruler-label, .igv-multi-locus-close-button, .igv-zoom-in-notice-container { display: none !important; }
.igv-viewport { margin-top: 0; background: transparent; }
.igv-column { flex: none; }
.igv-column-shim { width: 1px; margin: 0 2px; background: var(--hairline); }
.igv-scrollbar-column { width: 14px; visibility: hidden; }
.igv-scrollbar-column > div { margin-top: 0; }
.igv-viewport[data-track-type="ruler"], .igv-viewport[data-track-type="ideogram"] { position: sticky; z-index: 20; background: var(--ground); }
.igv-viewport[data-track-type="ideogram"] { top: 6px; margin-top: 6px; cursor: pointer; box-shadow: 0 -6px var(--ground); }
.igv-viewport[data-track-type="ruler"] { top: 22px; cursor: col-resize; box-shadow: 0 1px var(--hairline); }
.igv-viewport:not([data-track-type="ruler"]):not([data-track-type="ideogram"]) { box-shadow: inset 0 -1px var(--hairline); cursor: default; content-visibility: auto; }
.igv-ruler-sweeper { top: 22px; background: color-mix(in srgb, var(--accent) 18%, transparent); }
:host([data-dark]) .igv-viewport[data-track-type="ideogram"] canvas { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen; }
:host([data-dark]) .igv-viewport[data-track-type="ideogram"] canvas { opacity: 0.7; }
`;

/** Lays our sheet over igv.js's, which lives in the host's shadow. */
export function dress(host: HTMLElement): void {
  const shadow = host.shadowRoot;
  if (shadow === null) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
}

/** Height of the ideogram (22) and the ruler (40), which igv.js draws above the first track, margins among them. */
export const HEAD_HEIGHT = 62;
