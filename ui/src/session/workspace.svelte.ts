// The window's state: what is open, how it is arranged, what was before.

import { SvelteMap } from "svelte/reactivity";
import type { Backend } from "../backend/backend";
import type { About } from "../backend/wire/About";
import type { Checkup } from "../backend/wire/Checkup";
import type { Event } from "../backend/wire/Event";
import type { Genome } from "../backend/wire/Genome";
import type { Job } from "../backend/wire/Job";
import type { AddressAnswer } from "../backend/wire/AddressAnswer";
import type { NewAddress } from "../backend/wire/NewAddress";
import type { OpenedSession } from "../backend/wire/OpenedSession";
import type { TrackInfo } from "../backend/wire/TrackInfo";
import { samePlace, type Locus } from "../genome/locus";
import { isProvisional, type Track } from "../tracks/track";
import { Messages } from "./messages.svelte";
import { newKey } from "./defaults";
import { back, forth, keep, noHistory, type History } from "./undo";
import { EMPTY, withTrack, type View } from "./view";

/** What an epoch of a retraining reached. */
export type Epoch = Extract<Event, { kind: "epoch" }>;

/** A session to open, with what the user has said so far of its files and addresses. `path` is null for the autosave. */
export interface AskedSession {
  path: string | null;
  moved: [string, string][];
  answers: AddressAnswer[];
}

export type Tab = "assay" | "models" | "jobs" | "regions" | "explain";

/** Moves that follow each other within this time are undone as one. */
const ONE_MOVE = 900;

/** What there is to come back to: without tracks of bundles that are still being trained. */
function lasting(view: View): View {
  return { ...view, tracks: view.tracks.filter((track) => !isProvisional(track)) };
}

export class Workspace {
  readonly backend: Backend;
  /** Names this window among those that share one program. */
  readonly window = newKey();
  readonly messages = new Messages();
  about = $state.raw<About | null>(null);
  opened = new SvelteMap<string, TrackInfo>();
  checkups = new SvelteMap<string, Checkup>();
  genome = $state.raw<Genome | null>(null);
  /** The assay that marks are imputed from, by its open track. */
  assay = $state<string | null>(null);
  view = $state.raw<View>(EMPTY);
  jobs = $state.raw<readonly Job[]>([]);
  /** The epochs of each retraining, by the bundle that comes of it. */
  epochs = new SvelteMap<string, readonly Epoch[]>();
  tab = $state<Tab>("assay");
  panelOpen = $state(true);
  /** The session's file, once it was saved. */
  path = $state<string | null>(null);
  busy = $state<string | null>(null);
  /** A session of which files were not found, until the user has said where they are. */
  missing = $state.raw<{ session: OpenedSession; asked: AskedSession } | null>(null);
  /** A session that names addresses, until the user has said of each whether to fetch it. */
  unanswered = $state.raw<{ addresses: NewAddress[]; asked: AskedSession } | null>(null);
  /** Files of which the assembly must be asked for. */
  unsure = $state.raw<string[] | null>(null);
  /** What is being explained, in words. */
  explaining = $state<string | null>(null);
  /** The key of the explanation that the side panel shows. */
  explained = $state<string | null>(null);
  /** Pixels from top to bottom for ideogram, ruler and tracks. */
  room = $state(0);
  private history = $state.raw<History<View>>(noHistory());
  private moved = 0;
  /** True when something was changed since the last save. */
  changed = $state(false);

  constructor(backend: Backend) {
    this.backend = backend;
  }

  get canUndo(): boolean {
    return this.history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.history.future.length > 0;
  }

  get assayInfo(): TrackInfo | undefined {
    return this.assay === null ? undefined : this.opened.get(this.assay);
  }

  track(key: string): Track | undefined {
    return this.view.tracks.find((track) => track.key === key);
  }

  /** Changes the view, so that it can be undone. */
  change(next: View): void {
    this.history = keep(this.history, lasting(this.view));
    this.moved = 0;
    this.set(next);
  }

  /** Changes what the user did not: nothing to undo, nothing to save. */
  showMeanwhile(next: View): void {
    this.view = next;
  }

  /** Changes one track, so that it can be undone. */
  changeTrack(key: string, change: Partial<Track>): void {
    this.change(withTrack(this.view, key, change));
  }

  /** Takes the loci of the screen over. A row of moves is one step of undo. */
  movedTo(loci: readonly Locus[]): void {
    const now = this.view.loci;
    if (now.length === loci.length && loci.every((locus, at) => samePlace(locus, now[at] ?? locus))) return;
    const time = performance.now();
    if (this.moved === 0 || time - this.moved > ONE_MOVE) this.history = keep(this.history, lasting(this.view));
    this.moved = time;
    this.set({ ...this.view, loci });
  }

  /** Begins anew, with nothing to undo. */
  begin(view: View): void {
    this.history = noHistory();
    this.view = view;
  }

  undo(): void {
    this.go(back(this.history, this.view));
  }

  redo(): void {
    this.go(forth(this.history, this.view));
  }

  show(tab: Tab): void {
    this.tab = tab;
    this.panelOpen = true;
  }

  private go(step: { state: View; history: History<View> } | null): void {
    if (step === null) return;
    this.history = step.history;
    this.moved = 0;
    this.set(step.state);
  }

  private set(view: View): void {
    this.view = view;
    this.changed = true;
  }
}
