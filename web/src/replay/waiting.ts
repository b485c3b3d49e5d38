/** One track that should show or sound now, as the wait looks at it. */
export interface Awaited {
  trackId: string;
  /** The lesson makes no sense without it: the lead's picture, and every sound that is heard. */
  isEssential: boolean;
  /** It has nothing to play from here on. */
  isStarved: boolean;
}

/** A picture beside the lesson is waited for this long; then the lesson goes on without it. */
export const PATIENCE_MS = 2_500;

export interface Waiting {
  /** The lesson clock stands still for somebody. */
  isWaiting: boolean;
  /** Tracks that are behind and that nobody waits for any more. */
  leftBehind: ReadonlySet<string>;
}

/** Who is waited for, and for how long. Pure: the clock is an argument. */
export class WaitingList {
  #starvedSinceMs = new Map<string, number>();

  /** Call it often; a track that is gone from `awaited` is forgotten. */
  update(awaited: readonly Awaited[], nowMs: number): Waiting {
    const starved = awaited.filter((one) => one.isStarved);
    const names = new Set(starved.map((one) => one.trackId));
    for (const trackId of this.#starvedSinceMs.keys()) {
      if (!names.has(trackId)) this.#starvedSinceMs.delete(trackId);
    }
    const leftBehind = new Set<string>();
    let isWaiting = false;
    for (const { trackId, isEssential } of starved) {
      const sinceMs = this.#starvedSinceMs.get(trackId) ?? nowMs;
      this.#starvedSinceMs.set(trackId, sinceMs);
      if (isEssential || nowMs - sinceMs < PATIENCE_MS) isWaiting = true;
      else leftBehind.add(trackId);
    }
    return { isWaiting, leftBehind };
  }
}
