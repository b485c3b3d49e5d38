import { ApiError } from "../api/client";
import type { PupilMark, RollCall, RollCallDraft } from "../api/types";
import { Store } from "../store";
import { marksOf, NOTHING_UNSENT, onList, type Unsent, unsentCount, without } from "./marks";

/** Ticks that follow each other within this go out together. */
const GATHER_MS = 1_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

/** Where a roll is read and saved. Both may be repeated; they reject with an `ApiError`. */
export interface RollSource {
  read: () => Promise<RollCall>;
  save: (draft: RollCallDraft) => Promise<RollCall>;
}

/** One text that outlives a reload of the page; null: nothing to keep. */
export interface Keep {
  read: () => string | null;
  write: (text: string | null) => void;
}

/** `waiting`: the server cannot be reached, tried again by itself. `refused`: a person has to do something. */
export type Sync = "idle" | "sending" | "waiting" | "refused";

export interface RollState {
  /** As the server last told; null before that. */
  saved: RollCall | null;
  unsent: Unsent;
  sync: Sync;
  /** The stable code of what went wrong last; null when nothing did. */
  problem: string | null;
}

/** One classroom's roll: takes ticks at once, sends them by itself, and keeps what did not arrive. */
export class RollBook {
  readonly state: Store<RollState>;
  readonly #source: RollSource;
  readonly #keep: Keep;
  #reason = "";
  #retries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;
  #isClosed = false;

  constructor(source: RollSource, keep: Keep) {
    this.#source = source;
    this.#keep = keep;
    const unsent = kept(keep.read());
    this.state = new Store<RollState>({ saved: null, unsent, sync: "sending", problem: null });
  }

  /** Read the roll, and send what an earlier page could not. */
  open(): void {
    void this.#go();
  }

  /** Send what waits, and stop. What does not arrive is sent by the next page. */
  close(): void {
    if (unsentCount(this.state.get().unsent) > 0) void this.#go();
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  mark(pupilId: string, mark: PupilMark | null): void {
    this.#edit({ marks: { [pupilId]: mark } });
  }

  /** Mark everybody present who has no mark yet. */
  markRestPresent(): void {
    const { saved, unsent } = this.state.get();
    if (!saved) return;
    const rest = [...marksOf(saved, unsent)].filter(([, mark]) => mark === null);
    this.#edit({ marks: Object.fromEntries(rest.map(([pupil]) => [pupil, "present"])) });
  }

  /** Null: count the marks. */
  typeCount(count: number | null): void {
    this.#edit({ marks: {}, typedCount: count });
  }

  /** Why values are replaced from now on. */
  explain(reason: string): void {
    this.#reason = reason;
  }

  /** Try again now: the network came back, the page is looked at again, or a person asks for it. */
  retry(): void {
    if (this.#isBusy || this.#isClosed) return;
    clearTimeout(this.#timer);
    void this.#go();
  }

  /** Give up what could not be saved. */
  discard(): void {
    this.#setUnsent(NOTHING_UNSENT);
    this.retry();
  }

  #edit(change: Unsent): void {
    const { unsent } = this.state.get();
    this.#setUnsent({ ...unsent, ...change, marks: { ...unsent.marks, ...change.marks } });
    if (!this.#isBusy && this.state.get().sync !== "waiting") this.#later(GATHER_MS);
  }

  #setUnsent(unsent: Unsent): void {
    this.state.update({ unsent });
    this.#keep.write(unsentCount(unsent) > 0 ? JSON.stringify(unsent) : null);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#go(), ms);
  }

  async #go(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { unsent, sync } = this.state.get();
    if (sync === "idle") this.state.update({ sync: "sending" });
    try {
      const saved = await this.#exchange(unsent);
      this.#retries = 0;
      const rest = onList(without(this.state.get().unsent, unsent), saved);
      this.state.update({ saved, sync: "idle", problem: null });
      this.#setUnsent(rest);
      if (unsentCount(rest) > 0) this.#later(GATHER_MS);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #exchange(unsent: Unsent): Promise<RollCall> {
    if (unsentCount(unsent) === 0) return this.#source.read();
    try {
      return await this.#source.save(draftOf(unsent, this.#reason));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "pupil_unknown")) throw error;
      // The roster changed meanwhile: whoever is not on it cannot be marked.
      const now = await this.#source.read();
      const rest = onList(unsent, now);
      return unsentCount(rest) > 0 ? this.#source.save(draftOf(rest, this.#reason)) : now;
    }
  }

  #failed(error: unknown): void {
    const code = error instanceof ApiError ? error.code : "failed";
    if (!isPassing(error)) {
      this.state.update({ sync: "refused", problem: code });
      return;
    }
    this.state.update({ sync: "waiting", problem: code });
    this.#later(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries));
    this.#retries += 1;
  }
}

function draftOf(unsent: Unsent, reason: string): RollCallDraft {
  const draft: RollCallDraft = { marks: { ...unsent.marks }, reason };
  return unsent.typedCount === undefined ? draft : { ...draft, typed_count: unsent.typedCount };
}

/** No network, a server that restarts, or too many at once: it will pass. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

function kept(text: string | null): Unsent {
  try {
    return text ? { ...NOTHING_UNSENT, ...(JSON.parse(text) as Unsent) } : NOTHING_UNSENT;
  } catch {
    return NOTHING_UNSENT;
  }
}
