/** What to do about one connection's path. */
export type Remedy = "none" | "restart_ice" | "new_peer";

export interface PathSample {
  atMs: number;
  isConnected: boolean;
  /** Payload bytes that ever arrived on this connection. */
  receivedBytes: number;
  /** Whether anything should be arriving now. */
  isExpected: boolean;
  /** Another connection on the same road is broken: half the silence is enough. */
  isSuspected?: boolean;
}

/**
 * How long a remedy gets before the next, stronger one. An ICE restart is done within a second or not at all: where
 * UDP is suddenly blocked Chromium stays on the dead pair for seconds, and a new peer takes TCP at once.
 */
const PATIENCE_MS = [1_500, 4_000, 8_000] as const;

/**
 * Notices that nothing arrives any more long before ICE gives up: an interface change kills the browser's sockets
 * without a sign. First an ICE restart, then new peers, ever less often. Pure: time comes with the sample.
 */
export class PathWatch {
  readonly #silenceMs: number;
  #receivedBytes = 0;
  #wasConnected = false;
  #quietSinceMs: number | null = null;
  #remedies = 0;
  #nextRemedyMs = 0;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** Packets have been missing for so long that something is being done about it. */
  get isBroken(): boolean {
    return this.#remedies > 0;
  }

  sample(sample: PathSample): Remedy {
    const { atMs, isConnected, receivedBytes, isExpected } = sample;
    const silenceMs = sample.isSuspected ? this.#silenceMs / 2 : this.#silenceMs;
    this.#wasConnected ||= isConnected;
    // What arrives on a connection that is cut has no way back: only the other direction is blocked.
    const isCut = this.#wasConnected && !isConnected;
    const isFlowing = receivedBytes > this.#receivedBytes && !isCut;
    this.#receivedBytes = receivedBytes;
    if (isFlowing || !isExpected) {
      this.#quietSinceMs = atMs;
      this.#remedies = 0;
      this.#nextRemedyMs = 0;
      return "none";
    }
    this.#quietSinceMs ??= atMs;
    // A connection that is still being made has ICE's own timers, unless our remedy started it.
    if (!this.#wasConnected && this.#remedies === 0) {
      this.#quietSinceMs = atMs;
      return "none";
    }
    if (atMs - this.#quietSinceMs < silenceMs || atMs < this.#nextRemedyMs) return "none";
    this.#nextRemedyMs = atMs + (PATIENCE_MS[Math.min(this.#remedies, 2)] ?? 8_000);
    this.#remedies += 1;
    return this.#remedies === 1 ? "restart_ice" : "new_peer";
  }

  /** A new peer counts from zero, but the escalation goes on. */
  newPeer(): void {
    this.#receivedBytes = 0;
    this.#wasConnected = false;
  }
}
