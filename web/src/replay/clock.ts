/** Where the lesson stands: runs at a speed, holds, jumps. Pure: `nowMs` is any monotonic clock, given by the caller. */
export class LessonClock {
  #positionMs = 0;
  #sinceMs: number | null = null;
  #speed = 1;

  constructor(readonly durationMs: number) {}

  get isRunning(): boolean {
    return this.#sinceMs !== null;
  }

  get speed(): number {
    return this.#speed;
  }

  at(nowMs: number): number {
    const ranMs = this.#sinceMs === null ? 0 : Math.max(0, nowMs - this.#sinceMs) * this.#speed;
    return Math.min(this.#positionMs + ranMs, this.durationMs);
  }

  run(nowMs: number): void {
    if (this.#sinceMs === null) this.#sinceMs = nowMs;
  }

  hold(nowMs: number): void {
    this.#positionMs = this.at(nowMs);
    this.#sinceMs = null;
  }

  seek(positionMs: number, nowMs: number): void {
    this.#positionMs = Math.min(Math.max(0, positionMs), this.durationMs);
    if (this.#sinceMs !== null) this.#sinceMs = nowMs;
  }

  setSpeed(speed: number, nowMs: number): void {
    this.seek(this.at(nowMs), nowMs);
    this.#speed = speed;
  }
}
