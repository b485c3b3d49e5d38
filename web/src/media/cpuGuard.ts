/** Totals of a connection in seconds: how long a picture suffered for lack of CPU, how long the busiest encoder worked. */
export interface EncoderFigures {
  cpuLimitedS: number;
  encodeS: number;
}

const WINDOW_MS = 8_000;
const SHORTEST_MS = 6_000;
/** Of the window: the browser says that the CPU is what limits the picture. */
const LIMITED_SHARE = 0.5;
/** Of the window: an encoder that works all the time drops frames before anybody says so. */
const BUSY_SHARE = 0.85;
/** Small pictures cost a sixth: who is idle with them may do with large ones. */
const IDLE_SHARE = 0.35;
const FIRST_CALM_MS = 60_000;
const LONGEST_CALM_MS = 600_000;
/** Large pictures that failed within this long were tried too early. */
const TRIAL_MS = 60_000;

type Sample = EncoderFigures & { atMs: number };

/**
 * Whether this PC is too slow for the large picture. It is tried again after a minute of calm, and after twice as long
 * each time that was too early. Pure: time comes with the sample.
 */
export class CpuGuard {
  isSlow = false;
  #samples: Sample[] = [];
  #calmSinceMs = 0;
  #calmMs = FIRST_CALM_MS;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  /** True if `isSlow` changed. */
  sample(atMs: number, figures: EncoderFigures): boolean {
    const last = this.#samples.at(-1);
    // A new connection counts from zero.
    if (last && figures.encodeS < last.encodeS) this.#samples = [];
    this.#samples.push({ atMs, ...figures });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    const spanMs = atMs - (first?.atMs ?? atMs);
    if (!first || spanMs < SHORTEST_MS) return false;
    const limited = (figures.cpuLimitedS - first.cpuLimitedS) / (spanMs / 1000);
    const busy = (figures.encodeS - first.encodeS) / (spanMs / 1000);
    return this.isSlow ? this.#recover(atMs, limited, busy) : this.#give(atMs, limited, busy);
  }

  #give(atMs: number, limited: number, busy: number): boolean {
    if (limited < LIMITED_SHARE && busy < BUSY_SHARE) return false;
    const wasTooEarly = atMs - this.#triedAtMs < TRIAL_MS;
    this.#calmMs = wasTooEarly ? Math.min(LONGEST_CALM_MS, 2 * this.#calmMs) : FIRST_CALM_MS;
    return this.#set(true, atMs);
  }

  #recover(atMs: number, limited: number, busy: number): boolean {
    if (limited >= LIMITED_SHARE || busy >= IDLE_SHARE) this.#calmSinceMs = atMs;
    if (atMs - this.#calmSinceMs < this.#calmMs) return false;
    this.#triedAtMs = atMs;
    return this.#set(false, atMs);
  }

  #set(isSlow: boolean, atMs: number): boolean {
    this.isSlow = isSlow;
    this.#calmSinceMs = atMs;
    // What was before says nothing of the other size.
    this.#samples = [];
    return true;
  }
}
