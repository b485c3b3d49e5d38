import type { RecordingTrack } from "../api/types";
import { LessonClock } from "./clock";
import { isActive } from "./selection";
import { correction } from "./sync";
import { WaitingList } from "./waiting";

const TICK_MS = 100;
/** HTMLMediaElement.HAVE_FUTURE_DATA */
const CAN_PLAY = 3;

export interface PlayerState {
  positionMs: number;
  isPlaying: boolean;
  speed: number;
  isMuted: boolean;
  /** Since when (ms of `performance.now()`) the lesson clock stands still for a track without data; null: it does not. */
  waitingSinceMs: number | null;
  /** Pictures that are too slow to be waited for. */
  leftBehind: ReadonlySet<string>;
  /** Tracks that cannot be played at all. */
  failed: ReadonlySet<string>;
}

interface Follower {
  track: RecordingTrack;
  element: HTMLMediaElement;
  isEssential: () => boolean;
}

/**
 * Plays many tracks on one time line: the lesson clock runs, every element follows it.
 *
 * When an element that the lesson needs has no data, the clock waits for it, so that nothing drifts apart.
 */
export class ReplayPlayer {
  #clock: LessonClock;
  #waitingList = new WaitingList();
  #state: PlayerState = {
    positionMs: 0,
    isPlaying: false,
    speed: 1,
    isMuted: false,
    waitingSinceMs: null,
    leftBehind: new Set(),
    failed: new Set(),
  };
  #listeners = new Set<() => void>();
  #followers = new Map<HTMLMediaElement, Follower>();
  #timer: number | undefined;

  constructor(
    readonly durationMs: number,
    startMs = 0,
  ) {
    this.#clock = new LessonClock(durationMs);
    this.#clock.seek(startMs, 0);
    this.#state.positionMs = this.#clock.at(0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): PlayerState => this.#state;

  /** Let an element follow the clock; returns how to let it go. `isEssential`: whether the lesson waits for it now. */
  attach(track: RecordingTrack, element: HTMLMediaElement, isEssential: () => boolean): () => void {
    const follower = { track, element, isEssential };
    const failed = () => this.#setFailed(track.track_id, true);
    const ready = () => this.#follow(follower, true);
    this.#followers.set(element, follower);
    element.preservesPitch = true;
    element.addEventListener("error", failed);
    element.addEventListener("loadedmetadata", ready);
    this.#follow(follower, true);
    return () => {
      element.removeEventListener("error", failed);
      element.removeEventListener("loadedmetadata", ready);
      element.pause();
      this.#followers.delete(element);
      this.#setFailed(track.track_id, false);
    };
  }

  play(): void {
    if (this.#state.isPlaying) return;
    if (this.#state.positionMs >= this.durationMs) this.seek(0);
    this.#set({ isPlaying: true });
    this.#timer = window.setInterval(this.#tick, TICK_MS);
    this.#tick();
  }

  pause(): void {
    window.clearInterval(this.#timer);
    this.#clock.hold(performance.now());
    this.#set({ isPlaying: false, waitingSinceMs: null });
    for (const { element } of this.#followers.values()) element.pause();
  }

  toggle(): void {
    if (this.#state.isPlaying) this.pause();
    else this.play();
  }

  seek(positionMs: number): void {
    const now = performance.now();
    this.#clock.seek(positionMs, now);
    this.#set({ positionMs: this.#clock.at(now) });
    for (const follower of this.#followers.values()) this.#follow(follower, true);
  }

  /** 1 is real time; the pitch stays. */
  setSpeed(speed: number): void {
    this.#clock.setSpeed(speed, performance.now());
    this.#set({ speed });
    for (const follower of this.#followers.values()) this.#follow(follower, false);
  }

  setMuted(isMuted: boolean): void {
    this.#set({ isMuted });
  }

  close(): void {
    this.pause();
    this.#followers.clear();
    this.#listeners.clear();
  }

  #tick = (): void => {
    const now = performance.now();
    const awaited = [...this.#followers.values()]
      .filter(({ track }) => isActive(track, this.#clock.at(now)))
      .map((one) => ({
        trackId: one.track.track_id,
        isEssential: one.isEssential(),
        isStarved: isStarved(one.element),
      }));
    const { isWaiting, leftBehind } = this.#waitingList.update(awaited, now);
    if (isWaiting) this.#clock.hold(now);
    else this.#clock.run(now);
    const positionMs = this.#clock.at(now);
    this.#set({
      positionMs,
      waitingSinceMs: isWaiting ? (this.#state.waitingSinceMs ?? now) : null,
      leftBehind: sameOr(this.#state.leftBehind, leftBehind),
    });
    if (positionMs >= this.durationMs) {
      this.pause();
      return;
    }
    for (const follower of this.#followers.values()) this.#follow(follower, false);
  };

  #follow({ track, element }: Follower, isSeek: boolean): void {
    const { speed, isPlaying, waitingSinceMs } = this.#state;
    const positionMs = this.#clock.at(performance.now());
    if (element.error || element.readyState === 0) return;
    const wantedS = (positionMs - track.starts_ms) / 1000;
    if (!isActive(track, positionMs)) {
      if (!element.paused) element.pause();
      if (wantedS < 0 && element.currentTime !== 0) element.currentTime = 0;
      return;
    }
    const { isJump, playbackRate } = correction(element.currentTime - wantedS, speed);
    if (isSeek || (isJump && !element.seeking)) element.currentTime = Math.max(0, wantedS);
    if (element.playbackRate !== playbackRate) element.playbackRate = playbackRate;
    const shouldPlay = isPlaying && waitingSinceMs === null && !element.ended;
    if (shouldPlay && element.paused) element.play().catch(this.#refused);
    else if (!shouldPlay && !element.paused) element.pause();
  }

  #refused = (error: unknown): void => {
    // A pause that overtakes a play ends it with AbortError: nothing is wrong then.
    if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
  };

  #setFailed(trackId: string, hasFailed: boolean): void {
    if (this.#state.failed.has(trackId) === hasFailed) return;
    const failed = new Set(this.#state.failed);
    if (hasFailed) failed.add(trackId);
    else failed.delete(trackId);
    this.#set({ failed });
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function isStarved(element: HTMLMediaElement): boolean {
  if (element.error || element.ended) return false;
  return element.readyState < CAN_PLAY || element.seeking;
}

function sameOr<Value>(old: ReadonlySet<Value>, now: ReadonlySet<Value>): ReadonlySet<Value> {
  return old.size === now.size && [...now].every((one) => old.has(one)) ? old : now;
}
