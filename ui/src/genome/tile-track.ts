import igv from "igv";
import type { IgvDrawing } from "./igv-parts";

/** The type that igv.js knows our tracks by. */
export const TILE_TRACK = "nascape";

interface Painted {
  paint(drawing: IgvDrawing): void;
}

const TrackBase = (igv as unknown as { TrackBase: new (config: object, browser: object) => { config: Painted } }).TrackBase;

/**
 * A track of igv.js that loads nothing: whenever igv.js wants it drawn, what is at hand is painted at once; what comes
 * later is painted again. So a slow answer can never overwrite a newer one, and nothing flickers.
 */
class TileTrack extends TrackBase {
  async getFeatures(): Promise<object[]> {
    return [];
  }

  draw(drawing: IgvDrawing): void {
    this.config.paint(drawing);
  }
}

let registered = false;

/** Makes our type known to igv.js, once. */
export function registerTileTrack(): void {
  if (registered) return;
  (igv as unknown as { registerTrackClass(type: string, track: unknown): void }).registerTrackClass(TILE_TRACK, TileTrack);
  registered = true;
}
