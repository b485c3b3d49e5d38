/** A piece of the lesson that was watched, on its time line. */
export interface Interval {
  from_ms: number;
  to_ms: number;
}

const TOP_SPEED = 2;
/** Clocks of page and media may be this far apart without a jump between them. */
const SLACK_MS = 300;

/** Collects what was watched as intervals that do not overlap. Pure: time is an argument. */
export class WatchedIntervals {
  #intervals: Interval[] = [];
  #last: { positionMs: number; nowMs: number } | null = null;

  /** The lesson plays and stands at `positionMs`; call it often while it plays. Jumps are told from playing. */
  plays(positionMs: number, nowMs: number): void {
    const last = this.#last;
    this.#last = { positionMs, nowMs };
    if (last === null || positionMs <= last.positionMs) return;
    if (positionMs - last.positionMs > (nowMs - last.nowMs) * TOP_SPEED + SLACK_MS) return;
    this.putBack([{ from_ms: last.positionMs, to_ms: positionMs }]);
  }

  /** It stopped: what comes next does not follow on what was. */
  breaks(): void {
    this.#last = null;
  }

  /** What was watched since the last call, at most `limit` intervals; the rest stays for the next one. */
  take(limit: number): Interval[] {
    return this.#intervals.splice(0, limit).map(({ from_ms, to_ms }) => ({
      from_ms: Math.round(from_ms),
      to_ms: Math.round(to_ms),
    }));
  }

  /** It was not delivered: it belongs to the next report. */
  putBack(intervals: readonly Interval[]): void {
    this.#intervals = merged([...this.#intervals, ...intervals]);
  }
}

/** The same stretches without overlap, in order. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const one of [...intervals].sort((a, b) => a.from_ms - b.from_ms)) {
    const last = result.at(-1);
    if (last && one.from_ms <= last.to_ms) {
      result[result.length - 1] = { ...last, to_ms: Math.max(last.to_ms, one.to_ms) };
    } else result.push(one);
  }
  return result;
}
