import type { Deck, Decks } from "../api/types";
import { Store } from "../store";

export type Rendition = "sharp" | "light" | "thumb";

/** Where the picture of a page is; the same address for hours, so that the browser has it once. */
export const pageUrl = (deck: Deck, page: number, rendition: Rendition) =>
  `${deck.folder}/pages/${page}/${rendition}?${deck.query}`;

export const fileUrl = (deck: Deck) => `${deck.folder}/file?${deck.query}`;

export interface Shelf {
  /** Null before the first answer. */
  list: Decks | null;
  /** Why the last try failed: a stable code. */
  failure: string | null;
}

const WHILE_PREPARING_MS = 1_000;
const AGAIN_MS = 3_000;
const LONGEST_MS = 30_000;
const FRESH_MS = 5_000;

/** The decks of one lesson as the server last listed them; asked again while one is prepared, or a try failed. */
export class DeckShelf {
  readonly state = new Store<Shelf>({ list: null, failure: null });
  readonly #load: () => Promise<Decks>;
  readonly #codeOf: (error: unknown) => string;
  #isLoading = false;
  #isWantedAgain = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(load: () => Promise<Decks>, codeOf: (error: unknown) => string) {
    this.#load = load;
    this.#codeOf = codeOf;
  }

  deck(deckId: string): Deck | undefined {
    return this.state.get().list?.decks.find((deck) => deck.deck_id === deckId);
  }

  /** Ask now; one request at a time. */
  refresh(): void {
    this.#isClosed = false;
    clearTimeout(this.#timer);
    if (this.#isLoading) {
      this.#isWantedAgain = true;
      return;
    }
    this.#isLoading = true;
    this.#askedAt = performance.now();
    this.#load().then(
      (list) => this.#settle({ list, failure: null }),
      (error: unknown) =>
        this.#settle({ list: this.state.get().list, failure: this.#codeOf(error) }),
    );
  }

  /** Ask, unless that was done just now. */
  refreshIfOld(): void {
    if (performance.now() - this.#askedAt > FRESH_MS) this.refresh();
  }

  /** Somebody shows a deck that is not on the shelf yet. */
  need(deckId: string): void {
    if (!this.deck(deckId) && !this.#isLoading) this.refresh();
  }

  /** Until somebody asks again. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #settle(shelf: Shelf): void {
    this.#isLoading = false;
    if (this.#isClosed) return;
    this.state.set(shelf);
    this.#failures = shelf.failure === null ? 0 : this.#failures + 1;
    if (this.#isWantedAgain) {
      this.#isWantedAgain = false;
      this.refresh();
      return;
    }
    const waitMs = this.#waitMs(shelf);
    if (waitMs !== null) this.#timer = setTimeout(() => this.refresh(), waitMs);
  }

  #waitMs({ list, failure }: Shelf): number | null {
    if (failure !== null) return Math.min(AGAIN_MS * 2 ** (this.#failures - 1), LONGEST_MS);
    return list?.decks.some((deck) => deck.state === "preparing") ? WHILE_PREPARING_MS : null;
  }
}
