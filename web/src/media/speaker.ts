import { Store } from "../store";

/**
 * Plays the sound of the slots, each in its own element. Pictures are shown elsewhere and muted, so moving a tile
 * never cuts a voice, and exactly one window plays sound.
 */
export class Speaker {
  /** The browser wants a key press or a click before it plays any sound. */
  readonly isBlocked = new Store(false);
  readonly #elements = new Map<string, HTMLAudioElement>();
  #isMuted = false;

  /** Play exactly these: slot to stream. */
  play(streams: ReadonlyMap<string, MediaStream>): void {
    for (const [slot, element] of this.#elements) {
      if (streams.has(slot)) continue;
      element.srcObject = null;
      this.#elements.delete(slot);
    }
    for (const [slot, stream] of streams) {
      const element = this.#elements.get(slot) ?? this.#add(slot);
      if (element.srcObject === stream) continue;
      element.srcObject = stream;
      this.#start(element);
    }
    if (streams.size === 0) this.isBlocked.set(false);
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    for (const element of this.#elements.values()) element.muted = isMuted;
    if (!isMuted) this.unblock();
  }

  /** Does the sound of this slot come out of this machine now? */
  isPlaying(slot: string): boolean {
    const element = this.#elements.get(slot);
    return element !== undefined && !element.paused && !element.muted;
  }

  /** Call from a key press or a click. */
  unblock(): void {
    this.isBlocked.set(false);
    for (const element of this.#elements.values()) this.#start(element);
  }

  /** Call when this page opened a camera or a microphone: from then on a browser lets it play without a gesture. */
  captures(): void {
    if (this.isBlocked.get()) this.unblock();
  }

  close(): void {
    this.play(new Map());
  }

  #add(slot: string): HTMLAudioElement {
    const element = new Audio();
    element.muted = this.#isMuted;
    this.#elements.set(slot, element);
    return element;
  }

  #start(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      if (isRefused && !this.#isMuted) this.isBlocked.set(true);
    });
  }
}
