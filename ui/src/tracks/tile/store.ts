// Tiles on their way and at hand: nearest first, few at a time, cancelled when no longer on the screen.

import type { Backend } from "../../backend/backend";
import { sentence, wasCancelled } from "../../backend/fault";
import type { ImputedBy } from "../../backend/wire/ImputedBy";
import { wantedTiles, type Seen, type Wanted } from "./choice";
import { Shelf } from "./shelf";

/** Whose numbers: an open track's own, or a mark imputed from it. */
export interface Series {
  track: string;
  imputed: ImputedBy | null;
}

/** What names a series among all. */
export function seriesKey({ track, imputed }: Series): string {
  return imputed === null ? track : `${track}\t${imputed.bundle}\t${imputed.target}`;
}

/** Windows may share one program: each counts from a number of its own. */
let lastTicket = Math.floor(Math.random() * 2 ** 48);

/** Names a request for a tile. */
export function newTicket(): number {
  lastTicket += 1;
  return lastTicket;
}

interface Need extends Wanted {
  key: string;
  series: Series;
}

/** Requests on their way at one time: a browser opens six lines to one server, and events and questions need some. */
const LINES = 4;
const SHELF_BYTES = 64 * 1024 * 1024;

/** The tiles of one window. */
export class TileStore {
  private readonly backend: Pick<Backend, "tile" | "cancelTiles">;
  private readonly changed: (series: Set<string>) => void;
  private readonly shelf = new Shelf(SHELF_BYTES);
  private readonly failures = new Map<string, string>();
  private readonly travelling = new Map<string, number>();
  /** What is drawn for a series while its own tile is on the way. */
  private readonly before = new Map<string, string>();
  private needs: Need[] = [];

  /** `changed` hears which series have something new to draw. */
  constructor(backend: Pick<Backend, "tile" | "cancelTiles">, changed: (series: Set<string>) => void) {
    this.backend = backend;
    this.changed = changed;
  }

  /** Tiles that are wanted and not there yet. */
  get pending(): number {
    return this.needs.filter(({ key }) => !this.shelf.has(key) && !this.failures.has(key)).length;
  }

  get bytes(): number {
    return this.shelf.size;
  }

  tile(series: string, chromosome: string, step: number, index: number): Float32Array | undefined {
    const before = this.before.get(series);
    const own = this.shelf.get(tileKey(series, chromosome, step, index));
    return own ?? (before === undefined ? undefined : this.shelf.get(tileKey(before, chromosome, step, index)));
  }

  /** Draws the tiles of one series where those of its successor are not there yet. */
  replace(old: Series, by: Series): void {
    this.before.delete(seriesKey(old));
    this.before.set(seriesKey(by), seriesKey(old));
  }

  failure(series: string, chromosome: string, step: number, index: number): string | undefined {
    return this.failures.get(tileKey(series, chromosome, step, index));
  }

  /** The first failure of a series on the screen. */
  failureOf(series: string): string | undefined {
    if (this.failures.size === 0) return undefined;
    for (const need of this.needs) {
      const failure = seriesKey(need.series) === series ? this.failures.get(need.key) : undefined;
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /**
   * States all that is on the screen, and what would be if it were scrolled. What is no longer wanted is cancelled, what is missing is
   * asked for.
   */
  want(inSight: Series[], seen: Seen[], beyond: Series[] = []): void {
    this.needs = [...needsOf(inSight, seen), ...needsOf(beyond, seen)];
    const keys = new Set(this.needs.map(({ key }) => key));
    const idle = [...this.travelling].filter(([key]) => !keys.has(key));
    for (const [key] of idle) this.travelling.delete(key);
    if (idle.length > 0) void this.backend.cancelTiles(idle.map(([, ticket]) => ticket)).catch(() => undefined);
    this.send();
  }

  /** Asks once more for what failed. */
  retry(series: string): void {
    for (const key of [...this.failures.keys()]) if (key.startsWith(`${series}\n`)) this.failures.delete(key);
    this.changed(new Set([series]));
    this.send();
  }

  /** Forgets every number that comes from an open track, for example when its strands were exchanged. */
  forget(track: string): void {
    const stale = (key: string) => key.startsWith(`${track}\n`) || key.startsWith(`${track}\t`);
    this.shelf.dropWhere(stale);
    for (const key of [...this.failures.keys()]) if (stale(key)) this.failures.delete(key);
    for (const key of [...this.travelling.keys()]) if (stale(key)) this.travelling.delete(key);
    this.send();
  }

  private send(): void {
    for (const need of this.needs) {
      if (this.travelling.size >= LINES) return;
      if (this.shelf.has(need.key) || this.failures.has(need.key) || this.travelling.has(need.key)) continue;
      void this.fetch(need);
    }
  }

  private async fetch({ key, series, chromosome, step, index }: Need): Promise<void> {
    const ticket = newTicket();
    this.travelling.set(key, ticket);
    const stillOurs = () => this.travelling.get(key) === ticket;
    try {
      const tile = await this.backend.tile({ ticket, ...series, chromosome, step, index });
      if (!stillOurs()) return;
      this.shelf.put(key, tile);
    } catch (error) {
      if (!stillOurs()) return;
      if (!wasCancelled(error)) this.failures.set(key, sentence(error));
    } finally {
      if (stillOurs()) this.travelling.delete(key);
    }
    this.changed(new Set([seriesKey(series)]));
    this.send();
  }
}

/** Nearest to the centre first. */
function needsOf(all: Series[], seen: Seen[]): Need[] {
  const needs = all.flatMap((series) =>
    seen.flatMap((stretch) =>
      wantedTiles(stretch, series.imputed !== null).map((wanted) => ({
        ...wanted,
        series,
        key: tileKey(seriesKey(series), wanted.chromosome, wanted.step, wanted.index),
      })),
    ),
  );
  return needs.sort((a, b) => a.distance - b.distance);
}

function tileKey(series: string, chromosome: string, step: number, index: number): string {
  return `${series}\n${chromosome}\n${step}\n${index}`;
}
