import { ApiError } from "../api/client";
import type { TaggedAnswer } from "../api/tagged";
import { Store } from "../store";

export interface WatchState<Value> {
  /** What the server said last; null: nothing yet. */
  value: Value | null;
  /** When it last answered, by this machine's clock. */
  atMs: number;
  /** The server's clock minus this machine's. */
  clockOffsetMs: number;
  /** Why the last question had no answer; null: it had one. What is shown was true at `atMs`. */
  error: ApiError | null;
}

/** Asking again changes nothing: signed out, or no right to it. */
const FINAL = [401, 403];

/** Asks the server for something again and again, which costs next to nothing while it stays the same. */
export class Watch<Value> {
  readonly state = new Store<WatchState<Value>>({
    value: null,
    atMs: 0,
    clockOffsetMs: 0,
    error: null,
  });
  readonly #read: (tag: string | null) => Promise<TaggedAnswer<Value>>;
  readonly #everyMs: number;
  #tag: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(read: (tag: string | null) => Promise<TaggedAnswer<Value>>, everyMs: number) {
    this.#read = read;
    this.#everyMs = everyMs;
  }

  /** Ask now, and from now on. */
  readonly start = (): void => {
    clearTimeout(this.#timer);
    this.#round += 1;
    void this.#ask(this.#round);
  };

  readonly stop = (): void => {
    clearTimeout(this.#timer);
    this.#round += 1;
  };

  async #ask(round: number): Promise<void> {
    let answer: TaggedAnswer<Value> | ApiError;
    try {
      answer = await this.#read(this.#tag);
    } catch (error) {
      answer = error instanceof ApiError ? error : new ApiError("failed", String(error), 0);
    }
    // Meanwhile somebody asked again, or went away.
    if (round !== this.#round) return;
    if (answer instanceof ApiError) this.state.update({ error: answer });
    else this.#answered(answer);
    if (answer instanceof ApiError && FINAL.includes(answer.status)) return;
    this.#timer = setTimeout(() => void this.#ask(round), this.#everyMs);
  }

  #answered({ value, tag, nowMs }: TaggedAnswer<Value>): void {
    this.#tag = tag;
    const atMs = Date.now();
    const known = value ?? this.state.get().value;
    this.state.set({ value: known, atMs, clockOffsetMs: nowMs - atMs, error: null });
  }
}
