import type { Backend } from "../backend/backend";
import { sentence } from "../backend/fault";
import type { Feature } from "../backend/wire/Feature";
import type { Seen } from "./tile/choice";

/** Requests on their way at one time: tiles and questions need lines to the server too. */
const LINES = 2;

interface Held {
  chromosome: string;
  start: number;
  end: number;
  features: Feature[];
}

/** Features around what is on the screen, for each track and locus the stretch that came last. */
export class FeatureStore {
  private readonly backend: Pick<Backend, "features">;
  private readonly changed: (tracks: Set<string>) => void;
  private readonly held = new Map<string, Held[]>();
  private readonly asked = new Map<string, Held>();
  private readonly failures = new Map<string, string>();
  private wanted: { track: string; seen: Seen }[] = [];

  constructor(backend: Pick<Backend, "features">, changed: (tracks: Set<string>) => void) {
    this.backend = backend;
    this.changed = changed;
  }

  failureOf(track: string): string | undefined {
    return this.failures.get(track);
  }

  /** The features at hand that lie in a stretch, in the order of the genome. */
  get(track: string, chromosome: string, start: number, end: number): Feature[] {
    let best: Held | undefined;
    for (const held of this.held.get(track) ?? []) {
      if (overlap(held, chromosome, start, end) > (best === undefined ? 0 : overlap(best, chromosome, start, end))) best = held;
    }
    return best === undefined ? [] : best.features.filter((feature) => feature.end > start && feature.start < end);
  }

  /** States what is on the screen, what is to come first in front. */
  want(tracks: string[], seen: Seen[]): void {
    this.wanted = tracks.flatMap((track) => seen.map((stretch) => ({ track, seen: stretch })));
    this.send();
  }

  retry(track: string): void {
    this.failures.delete(track);
    this.changed(new Set([track]));
  }

  private send(): void {
    for (const { track, seen } of this.wanted) {
      if (this.asked.size >= LINES) return;
      const { chromosome, start, end, length } = seen;
      const covered = (one: Held | undefined) => one !== undefined && covers(one, chromosome, start, Math.min(end, length));
      if (this.failures.has(track) || (this.held.get(track) ?? []).some(covered)) continue;
      if (!covered(this.asked.get(`${track}\n${chromosome}`))) void this.fetch(track, seen);
    }
  }

  private async fetch(track: string, { chromosome, start, end, length }: Seen): Promise<void> {
    const wide = end - start;
    const from = Math.max(0, Math.floor(start - wide));
    const to = Math.min(length, Math.ceil(end + wide));
    const held: Held = { chromosome, start: from, end: to, features: [] };
    this.asked.set(`${track}\n${chromosome}`, held);
    try {
      held.features = await this.backend.features({ track, chromosome, start: from, end: to });
      // The newest first; enough for several loci side by side.
      this.held.set(track, [held, ...(this.held.get(track) ?? [])].slice(0, 6));
    } catch (error) {
      this.failures.set(track, sentence(error));
    } finally {
      if (this.asked.get(`${track}\n${chromosome}`) === held) this.asked.delete(`${track}\n${chromosome}`);
    }
    this.changed(new Set([track]));
    this.send();
  }
}

/** Bases of a stretch that are held. */
function overlap(held: Held, chromosome: string, start: number, end: number): number {
  return held.chromosome === chromosome ? Math.min(end, held.end) - Math.max(start, held.start) : 0;
}

function covers(held: Held, chromosome: string, start: number, end: number): boolean {
  return held.chromosome === chromosome && held.start <= Math.max(0, start) && held.end >= end;
}
