import type { WatchReport } from "../api/types";
import type { PlayerState } from "./player";
import { WatchedIntervals } from "./watched";

/** While it plays, a report goes out this often. */
export const REPORT_MS = 15_000;
/** Of one report; the server takes no more. */
const MAX_INTERVALS = 100;

/** Tells where a viewer is and what they have watched, at a bounded rate. Pure: time and delivery are given. */
export class WatchReporter {
  #intervals = new WatchedIntervals();
  #positionMs = 0;
  #reportedAtMs: number | null = null;
  #hasNews = false;
  #wasPlaying = false;

  /** `send` may fail: what was watched is told again with the next report. */
  constructor(readonly send: (report: WatchReport) => Promise<unknown>) {}

  /** Give it every state of the player. */
  observe(state: PlayerState, nowMs: number): void {
    const moves = state.isPlaying && state.waitingSinceMs === null;
    if (moves) this.#intervals.plays(state.positionMs, nowMs);
    else this.#intervals.breaks();
    // Somebody who has only opened the page has not stopped anywhere.
    if (moves) this.#hasNews = true;
    this.#positionMs = state.positionMs;
    const hasStopped = this.#wasPlaying && !state.isPlaying;
    this.#wasPlaying = state.isPlaying;
    this.#reportedAtMs ??= nowMs;
    if (hasStopped || nowMs - this.#reportedAtMs >= REPORT_MS) this.flush(nowMs);
  }

  /** Tell what there is now: the page is about to be left. */
  flush(nowMs: number): void {
    if (!this.#hasNews) return;
    this.#hasNews = false;
    this.#reportedAtMs = nowMs;
    const watched = this.#intervals.take(MAX_INTERVALS);
    this.send({ position_ms: Math.round(this.#positionMs), watched }).catch(() => {
      this.#intervals.putBack(watched);
      this.#hasNews = true;
    });
  }
}
