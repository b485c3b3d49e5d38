/**
 * The server's clock as this page knows it. It runs on the time since the page was opened, so that a PC whose own
 * clock is years off, or is set right in the middle of a lesson, makes no difference.
 */
export class ServerClock {
  readonly #elapsedMs: () => number;
  #offsetMs: number | null = null;

  constructor(elapsedMs: () => number = () => performance.now()) {
    this.#elapsedMs = elapsedMs;
  }

  /** The server said what time it is: ms since 1970, UTC. */
  set(nowMs: number): void {
    this.#offsetMs = nowMs - this.#elapsedMs();
  }

  /** ms since 1970, UTC; null before the server said anything. */
  now(): number | null {
    return this.#offsetMs === null ? null : this.#offsetMs + this.#elapsedMs();
  }
}
