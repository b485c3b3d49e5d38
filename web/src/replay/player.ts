import type { RecordingTrack } from "../api/types";

/** How far a track may be off the lesson clock before it is nudged, and before it is moved, in seconds. */
const NUDGE_S = 0.02;
const JUMP_S = 0.3;
/** A nudge changes the speed by at most this much: nobody hears it. */
const MAX_NUDGE = 0.08;
const TICK_MS = 100;
/** HTMLMediaElement.HAVE_FUTURE_DATA */
const CAN_PLAY = 3;
/** Tracks are loaded this long before they start, in milliseconds. */
const AHEAD_MS = 4_000;

export interface PlayerState {
  positionMs: number;
  isPlaying: boolean;
  isBuffering: boolean;
  hasFailed: boolean;
}

/** Tracks that sound or show at a position, and those that are about to. */
export function tracksNear(
  tracks: readonly RecordingTrack[],
  positionMs: number,
): RecordingTrack[] {
  return tracks.filter(
    (track) =>
      positionMs >= track.starts_ms - AHEAD_MS && positionMs < track.starts_ms + track.duration_ms,
  );
}

export function isActive(track: RecordingTrack, positionMs: number): boolean {
  return positionMs >= track.starts_ms && positionMs < track.starts_ms + track.duration_ms;
}

/**
 * Plays many tracks on one time line: the lesson clock runs, every element follows it.
 *
 * When an element that should sound has no data, the clock waits for it, so that nothing drifts apart.
 */
export class ReplayPlayer {
  #state: PlayerState = {
    positionMs: 0,
    isPlaying: false,
    isBuffering: false,
    hasFailed: false,
  };
  #listeners = new Set<() => void>();
  #elements = new Map<string, { track: RecordingTrack; element: HTMLMediaElement }>();
  #lastTick = 0;
  #timer: number | undefined;

  constructor(readonly durationMs: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): PlayerState => this.#state;

  /** Let an element follow the clock; returns how to let it go. */
  attach(track: RecordingTrack, element: HTMLMediaElement): () => void {
    this.#elements.set(track.track_id, { track, element });
    element.addEventListener("error", this.#failed);
    this.#follow(track, element, false);
    return () => {
      element.removeEventListener("error", this.#failed);
      element.pause();
      if (this.#elements.get(track.track_id)?.element === element) {
        this.#elements.delete(track.track_id);
      }
    };
  }

  play(): void {
    if (this.#state.isPlaying) return;
    if (this.#state.positionMs >= this.durationMs) this.#set({ positionMs: 0 });
    this.#set({ isPlaying: true });
    this.#lastTick = performance.now();
    this.#timer = window.setInterval(this.#tick, TICK_MS);
    this.#tick();
  }

  pause(): void {
    window.clearInterval(this.#timer);
    this.#set({ isPlaying: false, isBuffering: false });
    for (const { element } of this.#elements.values()) element.pause();
  }

  toggle(): void {
    if (this.#state.isPlaying) this.pause();
    else this.play();
  }

  seek(positionMs: number): void {
    this.#set({ positionMs: Math.min(Math.max(0, positionMs), this.durationMs) });
    this.#lastTick = performance.now();
    for (const { track, element } of this.#elements.values()) this.#follow(track, element, true);
  }

  close(): void {
    this.pause();
    this.#elements.clear();
    this.#listeners.clear();
  }

  #tick = (): void => {
    const now = performance.now();
    const isBuffering = [...this.#elements.values()].some(({ track, element }) =>
      this.#isStarved(track, element),
    );
    const passed = isBuffering ? 0 : now - this.#lastTick;
    this.#lastTick = now;
    const positionMs = Math.min(this.#state.positionMs + passed, this.durationMs);
    this.#set({ positionMs, isBuffering });
    if (positionMs >= this.durationMs) {
      this.pause();
      return;
    }
    for (const { track, element } of this.#elements.values()) this.#follow(track, element, false);
  };

  #isStarved(track: RecordingTrack, element: HTMLMediaElement): boolean {
    if (!isActive(track, this.#state.positionMs) || element.error || element.ended) return false;
    return element.readyState < CAN_PLAY || element.seeking;
  }

  #follow(track: RecordingTrack, element: HTMLMediaElement, isSeek: boolean): void {
    const wantedS = (this.#state.positionMs - track.starts_ms) / 1000;
    if (element.error || element.readyState === 0) return;
    if (!isActive(track, this.#state.positionMs)) {
      if (!element.paused) element.pause();
      if (wantedS < 0 && element.currentTime !== 0) element.currentTime = 0;
      return;
    }
    const offS = element.currentTime - wantedS;
    if (isSeek || Math.abs(offS) > JUMP_S) {
      if (!element.seeking || isSeek) element.currentTime = Math.max(0, wantedS);
    }
    element.playbackRate =
      Math.abs(offS) > NUDGE_S && Math.abs(offS) <= JUMP_S
        ? 1 - Math.min(Math.max(offS, -MAX_NUDGE), MAX_NUDGE)
        : 1;
    const shouldPlay = this.#state.isPlaying && !this.#state.isBuffering && !element.ended;
    if (shouldPlay && element.paused) element.play().catch(() => this.pause());
    else if (!shouldPlay && !element.paused) element.pause();
  }

  #failed = (): void => this.#set({ hasFailed: true });

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
