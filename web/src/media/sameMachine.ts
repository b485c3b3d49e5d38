const CHANNEL = "tongtang.tabs";
const ANSWER_MS = 250;

/**
 * Tells whether another tab of this browser is in a lesson already: two tabs with loudspeaker and microphone on
 * one machine howl. Resolves with false where tabs cannot talk to each other.
 */
export class SameMachine {
  readonly #channel: BroadcastChannel | null;
  /** In a lesson and not silenced: only such a tab makes another one the second. */
  #isLoud = false;

  constructor() {
    this.#channel = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
    if (this.#channel) {
      this.#channel.onmessage = ({ data }) => {
        if (data === "anybody?" && this.#isLoud) this.#channel?.postMessage("here");
      };
    }
  }

  /** Ask whether another tab is loud already; if not, this one is from now on. */
  async enter(): Promise<{ isSecond: boolean }> {
    const isSecond = await this.#ask();
    this.#isLoud = !isSecond;
    return { isSecond };
  }

  becomeLoud(): void {
    this.#isLoud = true;
  }

  leave(): void {
    this.#isLoud = false;
    this.#channel?.close();
  }

  #ask(): Promise<boolean> {
    const channel = this.#channel;
    if (!channel) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MS);
      const listen = ({ data }: MessageEvent) => {
        if (data !== "here") return;
        clearTimeout(timer);
        channel.removeEventListener("message", listen);
        resolve(true);
      };
      channel.addEventListener("message", listen);
      channel.postMessage("anybody?");
    });
  }
}
