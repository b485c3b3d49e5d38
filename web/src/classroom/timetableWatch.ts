import { ApiError } from "../api/client";
import type { TimetableAnswer } from "../api/timetable";
import type { Timetable } from "../api/types";
import { Store } from "../store";
import { ServerClock } from "./serverClock";

export interface TimetableState {
  timetable: Timetable | null;
  /** Whether this browser is a classroom's own PC; `removed`: it was, until somebody took it off the list. */
  pairing: "unknown" | "paired" | "none" | "removed";
  /** The last question had no answer. What is shown was true a moment ago. */
  isOffline: boolean;
  /** How far this PC's clock is ahead of the server's, ms; null before the first answer. */
  aheadMs: number | null;
}

/** How often a timetable is asked for while all is well, some 300 bytes each time: more often when a lesson is near. */
export const EVERY_MS = 60_000;
export const EVERY_MS_NEAR = 20_000;
const NEAR_MS = 30 * 60_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

export interface WatchOptions {
  read: (tag: string | null) => Promise<TimetableAnswer>;
  random?: () => number;
}

/** Keeps this classroom's timetable current. After a refusal it stops until `start`; without an answer it goes on. */
export class TimetableWatch {
  readonly state = new Store<TimetableState>({
    timetable: null,
    pairing: "unknown",
    isOffline: false,
    aheadMs: null,
  });
  readonly clock: ServerClock;
  readonly #options: WatchOptions;
  #tag: string | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(options: WatchOptions, clock = new ServerClock()) {
    this.#options = options;
    this.clock = clock;
  }

  /** Ask now, and from now on. Again: do not wait for the next turn, the network is said to be back. */
  readonly start = (): void => {
    clearTimeout(this.#timer);
    this.#round += 1;
    void this.#ask(this.#round);
  };

  stop(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
  }

  async #ask(round: number): Promise<void> {
    let answer: TimetableAnswer | ApiError;
    try {
      answer = await this.#options.read(this.#tag);
    } catch (error) {
      answer = error instanceof ApiError ? error : new ApiError("failed", String(error), 0);
    }
    // Meanwhile somebody asked again, or went away.
    if (round !== this.#round) return;
    if (answer instanceof ApiError) this.#refused(answer, round);
    else this.#answered(answer, round);
  }

  #answered({ timetable, tag, nowMs, aheadMs }: TimetableAnswer, round: number): void {
    this.#failures = 0;
    this.#tag = tag;
    this.clock.set(nowMs);
    const known = timetable ?? this.state.get().timetable;
    this.state.set({ timetable: known, pairing: "paired", isOffline: false, aheadMs });
    this.#later(isNear(known, nowMs) ? EVERY_MS_NEAR : EVERY_MS, round);
  }

  #refused({ code }: ApiError, round: number): void {
    if (code === "pc_unknown" || code === "pc_revoked") {
      this.#tag = null;
      const pairing = code === "pc_revoked" ? "removed" : "none";
      this.state.set({ timetable: null, pairing, isOffline: false, aheadMs: null });
      return;
    }
    this.#failures += 1;
    this.state.update({ isOffline: true });
    const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    this.#later(full, round);
  }

  /** Jittered over the upper half, so that a county's classrooms do not all ask in the same instant. */
  #later(ms: number, round: number): void {
    const random = this.#options.random ?? Math.random;
    this.#timer = setTimeout(() => void this.#ask(round), ms * (0.5 + random() / 2));
  }
}

function isNear(timetable: Timetable | null, nowMs: number): boolean {
  const lessons = timetable?.lessons ?? [];
  return lessons.some(
    (lesson) => lesson.state !== "ended" && Date.parse(lesson.joins_at) - nowMs < NEAR_MS,
  );
}
