import type { Backend } from "../backend/backend";
import type { Feature } from "../backend/wire/Feature";
import { StretchStore } from "./stretch-store";

/** Features around what is on the screen. */
export class FeatureStore extends StretchStore<Feature[]> {
  constructor(backend: Pick<Backend, "features">, changed: (tracks: Set<string>) => void) {
    super((request) => backend.features(request), changed);
  }

  /** The features at hand that lie in a stretch, in the order of the genome. */
  get(track: string, chromosome: string, start: number, end: number): Feature[] {
    const features = this.most(track, chromosome, start, end)?.answer ?? [];
    return features.filter((feature) => feature.end > start && feature.start < end);
  }
}
