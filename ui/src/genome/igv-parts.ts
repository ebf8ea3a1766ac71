// The few parts of igv.js 3.8.10 that we stand on, beyond what its own types tell.

export interface IgvFrame {
  chr: string;
  start: number;
  end: number;
  bpPerPixel: number;
  getChromosome(): { bpLength: number };
}

export interface IgvViewport {
  viewportElement: HTMLElement;
  referenceFrame: IgvFrame;
  repaint(): void;
}

export interface IgvTrackView {
  track: IgvTrack;
  viewports: IgvViewport[];
  setTrackHeight(height: number, force: boolean): void;
  updateViews(): Promise<void>;
}

export interface IgvTrack {
  id: string;
  order: number;
  height: number;
  trackView?: IgvTrackView;
  draw(drawing: IgvDrawing): void;
}

/** What a track is asked to draw: a canvas of three screens' width, or an SVG of one. */
export interface IgvDrawing {
  context: CanvasRenderingContext2D;
  pixelWidth: number;
  pixelHeight: number;
  pixelXOffset: number;
  viewportWidth: number;
  bpStart: number;
  bpPerPixel: number;
  referenceFrame: IgvFrame;
}

export interface IgvLocus {
  chr: string;
  start: number;
  end: number;
}

export interface IgvBrowser {
  columnContainer: HTMLElement;
  trackViews: IgvTrackView[];
  referenceFrameList: IgvFrame[];
  dragObject: unknown;
  roiManager: { updateUserDefinedROISet(region: IgvLocus): Promise<void> };
  keyUpHandler: (event: KeyboardEvent) => void;
  createTrack(config: object): Promise<IgvTrack>;
  addTrack(track: IgvTrack): Promise<IgvTrack>;
  removeTrack(track: IgvTrack): void;
  reorderTracks(): void;
  updateLoci(loci: IgvLocus[]): Promise<boolean>;
  updateViews(): Promise<void>;
  layoutChange(): Promise<void>;
  removeMultiLocusPanel(frame: IgvFrame): Promise<void>;
  toSVG(): string;
  on(event: string, heard: (...args: never[]) => unknown): void;
}
