import type { SlideReport, SlidesView } from "../generated/signaling";
import { Store } from "../store";

/** How long the lead must be gone before a classroom may turn pages by itself. */
export const LEAD_GONE_MS = 10_000;

export interface Page {
  deckId: string;
  page: number;
}

interface Turned extends Page {
  /** The shared page that it was turned away from: the next one counts again. */
  turnedMs: number;
}

type Report = Omit<SlideReport, "id">;

/** What this place's screen shows: the shared page, or while the lead is gone one that it turned to by itself. */
export class OwnPage {
  readonly turned = new Store<Turned | null>(null);
  readonly #listeners = new Set<(step: number) => void>();
  readonly #tell: (report: Report) => Promise<unknown>;
  #painted: Page | null = null;
  #told: Page | null = null;

  constructor(tell: (report: Report) => Promise<unknown>) {
    this.#tell = tell;
  }

  /** On this screen alone. */
  turnTo(page: number, shared: SlidesView): void {
    this.turned.set({ deckId: shared.deck_id, page, turnedMs: shared.turned_ms });
  }

  /** Hear of pages that the console asks for: `step` on or back. Returns the way to stop. */
  onAsked(listener: (step: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A console of this place asks for another page; nobody listens while pages are the lead's to turn. */
  asked(step: number): void {
    for (const listener of [...this.#listeners]) listener(step);
  }

  /** A window of this place has really painted this page. */
  painted(page: Page): void {
    this.#painted = page;
    if (isSame(page, this.#told)) return;
    this.#told = page;
    this.#tell({ type: "slide.report", deck_id: page.deckId, page: page.page }).catch(() => {
      // Not now (cut, too fast): told with the next page, or when the link is back.
      this.#told = null;
    });
  }

  /** A new socket knows nothing of it. */
  tellAgain(): void {
    this.#told = null;
    if (this.#painted) this.painted(this.#painted);
  }
}

/** The page that a screen shows: the shared one, unless it turned away from that very one. */
export function pageOf(shared: SlidesView, turned: Turned | null): Page {
  const isAway =
    turned !== null && turned.turnedMs === shared.turned_ms && turned.deckId === shared.deck_id;
  return { deckId: shared.deck_id, page: isAway ? turned.page : shared.page };
}

function isSame(one: Page, other: Page | null): boolean {
  return one.deckId === other?.deckId && one.page === other.page;
}
