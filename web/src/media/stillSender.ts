import type { SourceName, StillSend } from "../generated/signaling";

const PERIOD_MS = 5_000;

export type SendStill = (part: Omit<StillSend, "id">) => Promise<unknown>;

/** Sends a still of a source every few seconds while somebody wants it, its parts spread over that time. */
export class StillSender {
  readonly #capture: (source: SourceName) => Promise<string[] | null>;
  readonly #send: SendStill;
  readonly #wanted = new Set<SourceName>();
  readonly #running = new Set<SourceName>();
  #still = 0;

  constructor(capture: (source: SourceName) => Promise<string[] | null>, send: SendStill) {
    this.#capture = capture;
    this.#send = send;
  }

  setWanted(source: SourceName, isWanted: boolean): void {
    if (!isWanted) this.#wanted.delete(source);
    else {
      this.#wanted.add(source);
      if (!this.#running.has(source)) void this.#run(source);
    }
  }

  close(): void {
    this.#wanted.clear();
  }

  async #run(source: SourceName): Promise<void> {
    this.#running.add(source);
    while (this.#wanted.has(source)) {
      const parts = await this.#capture(source);
      if (parts) await this.#sendParts(source, parts);
      else await delay(PERIOD_MS);
    }
    this.#running.delete(source);
  }

  async #sendParts(source: SourceName, parts: readonly string[]): Promise<void> {
    this.#still += 1;
    const still = this.#still;
    for (const [part, data] of parts.entries()) {
      if (!this.#wanted.has(source)) return;
      // Refused or cut: this picture is lost, the next one is not.
      this.#send({ type: "still.send", source, still, part, parts: parts.length, data }).catch(
        () => undefined,
      );
      await delay(PERIOD_MS / parts.length);
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
