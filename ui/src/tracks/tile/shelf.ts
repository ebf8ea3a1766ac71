// Tiles that have come, kept up to a number of bytes; the ones not looked at for longest go first.

/** A bounded store of tiles by key. */
export class Shelf {
  private readonly tiles = new Map<string, Float32Array>();
  private bytes = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.bytes;
  }

  has(key: string): boolean {
    return this.tiles.has(key);
  }

  get(key: string): Float32Array | undefined {
    const tile = this.tiles.get(key);
    if (tile !== undefined) {
      this.tiles.delete(key);
      this.tiles.set(key, tile);
    }
    return tile;
  }

  put(key: string, tile: Float32Array): void {
    this.drop(key);
    this.tiles.set(key, tile);
    this.bytes += tile.byteLength;
    for (const oldest of this.tiles.keys()) {
      if (this.bytes <= this.limit) break;
      if (oldest !== key) this.drop(oldest);
    }
  }

  dropWhere(unwanted: (key: string) => boolean): void {
    for (const key of [...this.tiles.keys()]) if (unwanted(key)) this.drop(key);
  }

  private drop(key: string): void {
    const tile = this.tiles.get(key);
    if (tile === undefined) return;
    this.bytes -= tile.byteLength;
    this.tiles.delete(key);
  }
}
