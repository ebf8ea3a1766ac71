import { sentence } from "../backend/fault";
import type { Seen } from "./tile/choice";

/** Requests on their way at one time: tiles and questions need lines to the server too. */
const LINES = 2;

/** What of a track to fetch. */
export interface StretchRequest {
  track: string;
  chromosome: string;
  start: number;
  end: number;
}

/** An answer, and the stretch that it is of. */
export interface Held<Answer> {
  chromosome: string;
  start: number;
  end: number;
  answer: Answer;
}

/** What lies around what is on the screen, for each track and locus the stretch that came last. */
export class StretchStore<Answer> {
  private readonly ask: (request: StretchRequest) => Promise<Answer>;
  private readonly changed: (tracks: Set<string>) => void;
  /** Whether an answer shows all that there is to see on so many bases. */
  private readonly fine: (held: Held<Answer>, bases: number) => boolean;
  private readonly held = new Map<string, Held<Answer>[]>();
  private readonly asked = new Map<string, Omit<Held<Answer>, "answer">>();
  private readonly failures = new Map<string, string>();
  private wanted: { track: string; seen: Seen }[] = [];

  constructor(
    ask: (request: StretchRequest) => Promise<Answer>,
    changed: (tracks: Set<string>) => void,
    fine: (held: Held<Answer>, bases: number) => boolean = () => true,
  ) {
    this.ask = ask;
    this.changed = changed;
    this.fine = fine;
  }

  failureOf(track: string): string | undefined {
    return this.failures.get(track);
  }

  /** The answer at hand that has most of a stretch; of two that have as much, the one that is of less beside it. */
  most(track: string, chromosome: string, start: number, end: number): Held<Answer> | undefined {
    let best: Held<Answer> | undefined;
    for (const held of this.held.get(track) ?? []) {
      const more = overlap(held, chromosome, start, end) - (best === undefined ? 0 : overlap(best, chromosome, start, end));
      if (more > 0 || (more === 0 && best !== undefined && held.end - held.start < best.end - best.start)) best = held;
    }
    return best;
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
      const held = (this.held.get(track) ?? []).filter((one) => covers(one, chromosome, start, Math.min(end, length)));
      if (this.failures.has(track) || held.some((one) => this.fine(one, end - start))) continue;
      const asked = this.asked.get(`${track}\n${chromosome}`);
      // What is on its way may be too coarse for one who zooms in meanwhile.
      const comes = asked !== undefined && covers(asked, chromosome, start, Math.min(end, length)) && asked.end - asked.start <= 8 * (end - start);
      if (!comes) void this.fetch(track, seen);
    }
  }

  private async fetch(track: string, { chromosome, start, end, length }: Seen): Promise<void> {
    const wide = end - start;
    const stretch = { chromosome, start: Math.max(0, Math.floor(start - wide)), end: Math.min(length, Math.ceil(end + wide)) };
    this.asked.set(`${track}\n${chromosome}`, stretch);
    try {
      const answer = await this.ask({ track, ...stretch });
      // The newest first; enough for several loci side by side.
      this.held.set(track, [{ ...stretch, answer }, ...(this.held.get(track) ?? [])].slice(0, 6));
    } catch (error) {
      this.failures.set(track, sentence(error));
    } finally {
      if (this.asked.get(`${track}\n${chromosome}`) === stretch) this.asked.delete(`${track}\n${chromosome}`);
    }
    this.changed(new Set([track]));
    this.send();
  }
}

type Stretch = Omit<Held<unknown>, "answer">;

/** Bases of a stretch that are held. */
function overlap(held: Stretch, chromosome: string, start: number, end: number): number {
  return held.chromosome === chromosome ? Math.min(end, held.end) - Math.max(start, held.start) : 0;
}

function covers(held: Stretch, chromosome: string, start: number, end: number): boolean {
  return held.chromosome === chromosome && held.start <= Math.max(0, start) && held.end >= end;
}
