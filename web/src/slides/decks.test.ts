import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Deck, Decks } from "../api/types";
import { DeckShelf, pageUrl } from "./decks";

const deck = (deck_id: string, change: Partial<Deck> = {}): Deck => ({
  deck_id,
  name: "分数.pdf",
  format: "pdf",
  state: "ready",
  failure: null,
  page_count: 1,
  pages: [{ width: 1920, height: 1080, has_light: false }],
  size_bytes: 1000,
  uploaded_at: "2026-11-28T00:00:00Z",
  folder: `/api/v1/lessons/l1/decks/${deck_id}`,
  query: "expires=1&signature=x",
  ...change,
});

const listed = (...decks: Deck[]): Decks => ({
  decks,
  may_manage: true,
  accepts_pptx: false,
  max_bytes: 1,
  max_pages: 1,
  max_decks: 1,
});

describe("the shelf of decks", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("asks again while a deck is prepared, and no longer when it is ready", async () => {
    const answers = [listed(deck("a", { state: "preparing" })), listed(deck("a"))];
    const load = vi.fn(() => Promise.resolve(answers.shift() ?? listed(deck("a"))));
    const shelf = new DeckShelf(load, String);
    shelf.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(shelf.deck("a")?.state).toBe("preparing");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shelf.deck("a")?.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("keeps what it had while the server does not answer, and tries again later and later", async () => {
    let isDown = false;
    const load = vi.fn(() =>
      isDown ? Promise.reject(new Error("unreachable")) : Promise.resolve(listed(deck("a"))),
    );
    const shelf = new DeckShelf(load, () => "unreachable");
    shelf.refresh();
    await vi.advanceTimersByTimeAsync(0);
    isDown = true;
    shelf.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(shelf.state.get().failure).toBe("unreachable");
    expect(shelf.deck("a")).toBeDefined();
    await vi.advanceTimersByTimeAsync(3_000 + 6_000);
    expect(load).toHaveBeenCalledTimes(4);
    isDown = false;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(shelf.state.get().failure).toBeNull();
  });

  it("fetches a deck that somebody shows and it does not know", async () => {
    const load = vi.fn(() => Promise.resolve(listed(deck("a"))));
    const shelf = new DeckShelf(load, String);
    shelf.need("a");
    shelf.need("a");
    await vi.advanceTimersByTimeAsync(0);
    shelf.need("a");
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("knows where the picture of a page is", () => {
    expect(pageUrl(deck("a"), 3, "light")).toBe(
      "/api/v1/lessons/l1/decks/a/pages/3/light?expires=1&signature=x",
    );
  });
});
