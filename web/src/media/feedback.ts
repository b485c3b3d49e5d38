/** How often levels are taken. */
export const STEP_MS = 50;
/** Over this long they are compared. */
const WINDOW = 10_000 / STEP_MS;
/** Out and back over the network, two jitter buffers and a loudspeaker: from 100 ms to 1.5 s. */
const SHORTEST = 100 / STEP_MS;
const LONGEST = 1_500 / STEP_MS;
const FLOOR_DBFS = -60;
/** Who speaks is over it; where the lead hardly speaks there is nothing to compare. */
const SPEECH_DBFS = -45;
const SPEECH_SHARE = 0.2;
/** Syllables are compared, not phrases: who takes turns or speaks together has those in common by chance. */
const SYLLABLE = 400 / STEP_MS;
/** Correlation of the two: 600 lessons of two people who talk stay under it, 600 rooms that feed back do not. */
const CORRELATION_ON = 0.6;
const CORRELATION_OFF = 0.35;
/** An echo keeps its delay; chance does not. In steps. */
const SAME_DELAY = 2;
const EVERY = 1_000 / STEP_MS;
const TIMES_ON = 3;
const TIMES_OFF = 5;

interface Match {
  correlation: number;
  /** In steps. */
  delay: number;
}

/**
 * Whether a room sends back what it hears from here: its level follows ours, later by a delay that stays. Pure:
 * levels go in every `STEP_MS`, both of the same moment.
 */
export class FeedbackDetector {
  isFeedback = false;
  readonly #sent = new Syllables(WINDOW + LONGEST);
  readonly #heard = new Syllables(WINDOW);
  #steps = 0;
  #delay = -1;
  #times = 0;

  /** dBFS of what leaves here and of what comes from the room. True if `isFeedback` changed. */
  add(sentDbfs: number, heardDbfs: number): boolean {
    this.#sent.add(sentDbfs);
    this.#heard.add(heardDbfs);
    this.#steps += 1;
    if (this.#steps % EVERY !== 0 || this.#steps < WINDOW + LONGEST) return false;
    const match = this.#match();
    return match ? this.#judge(match) : false;
  }

  /** The delay at which the room's level follows ours best; null: too little was said here to tell. */
  #match(): Match | null {
    const spoken = this.#sent.levels.filter((level) => level > SPEECH_DBFS).length;
    if (spoken < SPEECH_SHARE * this.#sent.levels.length) return null;
    let best: Match = { correlation: 0, delay: 0 };
    for (let delay = SHORTEST; delay <= LONGEST; delay += 1) {
      const correlation = pearson(this.#sent.changes, LONGEST - delay, this.#heard.changes);
      if (correlation > best.correlation) best = { correlation, delay };
    }
    return best;
  }

  #judge({ correlation, delay }: Match): boolean {
    const isSameDelay = Math.abs(delay - this.#delay) <= SAME_DELAY;
    if (!this.isFeedback) {
      const isLike = correlation >= CORRELATION_ON;
      this.#times = isLike ? (isSameDelay ? this.#times + 1 : 1) : 0;
      this.#delay = delay;
      if (this.#times < TIMES_ON) return false;
    } else {
      const isUnlike = correlation < CORRELATION_OFF || !isSameDelay;
      this.#times = isUnlike ? this.#times + 1 : 0;
      if (this.#times < TIMES_OFF) return false;
    }
    this.isFeedback = !this.isFeedback;
    this.#times = 0;
    return true;
  }
}

/** The last `most` levels, and by how much each stood out of those just before it. */
class Syllables {
  readonly levels: number[] = [];
  readonly changes: number[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(dbfs: number): void {
    const level = Math.max(FLOOR_DBFS, dbfs);
    const before = this.levels.slice(-SYLLABLE);
    const mean = before.reduce((sum, one) => sum + one, 0) / Math.max(1, before.length);
    this.levels.push(level);
    this.changes.push(before.length > 0 ? level - mean : 0);
    if (this.levels.length > this.#most) this.levels.shift();
    if (this.changes.length > this.#most) this.changes.shift();
  }
}

/** Pearson's r of `b` and as many values of `a` from `from` on; 0 where one of them does not move. */
function pearson(a: readonly number[], from: number, b: readonly number[]): number {
  const n = b.length;
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const x = a[from + i] ?? 0;
    const y = b[i] ?? 0;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const spread = Math.sqrt((sumAA - (sumA * sumA) / n) * (sumBB - (sumB * sumB) / n));
  return spread > n ? (sumAB - (sumA * sumB) / n) / spread : 0;
}
