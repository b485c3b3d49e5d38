import type { StillPart } from "../generated/signaling";
import { Store } from "../store";

interface Arriving {
  still: number;
  parts: readonly string[];
}

/** Puts together the stills that arrive in parts. A part that is missing costs its picture, not the next one. */
export class StillReception {
  /** The last whole picture of each publication, as a data URL. */
  readonly pictures = new Store<Readonly<Record<string, string>>>({});
  readonly #arriving = new Map<string, Arriving>();

  add(publication: string, { still, part, parts, data }: Omit<StillPart, "type">): void {
    const before = this.#arriving.get(publication);
    const isNext = before?.still === still && before.parts.length === part;
    if (part !== 0 && !isNext) {
      this.#arriving.delete(publication);
      return;
    }
    const arrived = part === 0 ? [data] : [...(before?.parts ?? []), data];
    if (arrived.length < parts) {
      this.#arriving.set(publication, { still, parts: arrived });
      return;
    }
    this.#arriving.delete(publication);
    const picture = `data:image/jpeg;base64,${arrived.join("")}`;
    this.pictures.set({ ...this.pictures.get(), [publication]: picture });
  }

  /** The picture moves again. */
  forget(publication: string): void {
    this.#arriving.delete(publication);
    const { [publication]: gone, ...others } = this.pictures.get();
    if (gone !== undefined) this.pictures.set(others);
  }

  clear(): void {
    this.#arriving.clear();
    this.pictures.set({});
  }
}
