// What the window asks of the program. Two transports carry it (`methods.ts`): `tauri.ts` (IPC of the desktop app) and `http.ts`
// (`nascape serve`). Every method is one function of nascape-app; types come from Rust (`wire/`).

import type { About } from "./wire/About";
import type { BamReads } from "./wire/BamReads";
import type { BundleLine } from "./wire/BundleLine";
import type { Checkup } from "./wire/Checkup";
import type { Event } from "./wire/Event";
import type { ExplainRequest } from "./wire/ExplainRequest";
import type { Explanation } from "./wire/Explanation";
import type { ExportRequest } from "./wire/ExportRequest";
import type { Feature } from "./wire/Feature";
import type { FeaturesRequest } from "./wire/FeaturesRequest";
import type { Found } from "./wire/Found";
import type { Genome } from "./wire/Genome";
import type { Job } from "./wire/Job";
import type { JobStep } from "./wire/JobStep";
import type { OpenedSession } from "./wire/OpenedSession";
import type { Opened } from "./wire/Opened";
import type { OpenFiles } from "./wire/OpenFiles";
import type { OpenSession } from "./wire/OpenSession";
import type { Reads } from "./wire/Reads";
import type { ReadsRequest } from "./wire/ReadsRequest";
import type { RetrainingPlan } from "./wire/RetrainingPlan";
import type { RetrainingRequest } from "./wire/RetrainingRequest";
import type { RetrainingVerdict } from "./wire/RetrainingVerdict";
import type { SaveSession } from "./wire/SaveSession";
import type { TileRequest } from "./wire/TileRequest";
import type { TrackInfo } from "./wire/TrackInfo";

export interface Backend {
    about(): Promise<About>;

    /** Asks the user for files. Nothing chosen: an empty list. Chosen files may be opened from then on. */
    pickFiles(title: string): Promise<string[]>;
    /** Asks the user for a folder to write into. */
    pickFolder(title: string): Promise<string | null>;
    /** Asks the user where to save a file that is called `name` unless the user says otherwise. */
    pickSave(title: string, name: string): Promise<string | null>;

    openFiles(request: OpenFiles): Promise<Opened>;
    /** The simulated assay, made when it is first asked for. */
    openExample(): Promise<Opened>;
    closeTrack(track: string): Promise<void>;
    swapStrands(track: string): Promise<TrackInfo>;
    /** Counts a BAM in another way; the track keeps its id. */
    readBamAs(track: string, reads: BamReads): Promise<TrackInfo>;
    checkAssay(track: string): Promise<Checkup>;

    /** The genome of an open track. */
    genome(track: string): Promise<Genome>;
    /** Places that fit what the user typed: regions, or genes by symbol, the best first. */
    find(track: string, text: string): Promise<Found[]>;

    /**
     * Rows of 512 numbers, NaN beyond the chromosome's end and where there is no data:
     * an assay: mean and max of plus, mean and max of minus (values as positive numbers, a base);
     * a signal: mean, max;
     * imputed: mean, max, and the means of the interval's lower and upper ends (NaN where no interval is known).
     */
    tile(request: TileRequest): Promise<Float32Array>;
    cancelTiles(tickets: number[]): Promise<void>;
    features(request: FeaturesRequest): Promise<Feature[]>;
    /** Single reads of a BAM beside the assay. */
    reads(request: ReadsRequest): Promise<Reads>;

    /** Opens a bundle of the user's: its folder, or a `.nascape` file, which is kept. A folder is opened at later starts too. */
    addBundle(path: string): Promise<BundleLine>;
    /** Removes one of the user's bundles: from the disk if it is kept, else from the list. */
    removeBundle(name: string): Promise<void>;
    /** Uses a shipped or kept bundle for its marks from now on. */
    makeDefault(name: string): Promise<void>;
    /** Writes a bundle into one `.nascape` file at a path that `pickSave` gave. */
    exportBundle(name: string, path: string): Promise<void>;
    /** The card, as `nascape models show` prints it. */
    bundleCard(name: string): Promise<string>;
    explain(request: ExplainRequest): Promise<Explanation>;

    /** What a retraining would learn from, choose by and be measured on; a fault where there is too little of either. */
    planRetraining(request: RetrainingRequest): Promise<RetrainingPlan>;
    /** Retrains as a job; epochs, and what would come of it, are told as events. The bundle is kept among the user's. */
    startRetraining(request: RetrainingRequest): Promise<Job>;
    /** The verdict on a retrained bundle. */
    retrainingVerdict(bundle: string): Promise<RetrainingVerdict>;

    startExport(request: ExportRequest): Promise<Job>;
    jobs(): Promise<Job[]>;
    /** Pauses a retraining, goes on with one that was stopped, or has it end with the best that it has learned so far. */
    steerJob(id: number, step: JobStep): Promise<void>;
    /** Cancels a job; nothing is left of it. */
    cancelJob(id: number): Promise<void>;

    saveSession(request: SaveSession): Promise<void>;
    openSession(request: OpenSession): Promise<OpenedSession>;
    /** Writes what the window drew (SVG, PNG, PDF) to a path that `pickSave` gave. */
    savePicture(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
    /** Hands the files of tracks and a locus to IGV Desktop, if it runs on this machine. */
    sendToIgv(tracks: string[], locus: string): Promise<void>;

    /** Calls `heard` for everything that the program tells. Returns how to stop. */
    listen(heard: (event: Event) => void): () => void;
}
