import { describe, expect, it, vi } from "vitest";
import { OwnPage, pageOf } from "./ownPage";

const shared = (page: number, turned_ms: number) => ({
  deck_id: "dck_1",
  page,
  turned_ms,
  strokes: [],
});

describe("the page of one screen", () => {
  it("is the shared one until it turns away, and again when the lead turns", () => {
    const own = new OwnPage(() => Promise.resolve());
    expect(pageOf(shared(2, 10), own.turned.get()).page).toBe(2);
    own.turnTo(5, shared(2, 10));
    expect(pageOf(shared(2, 10), own.turned.get()).page).toBe(5);
    expect(pageOf(shared(2, 20), own.turned.get()).page).toBe(2);
  });

  it("is asked for by a console, while somebody listens", () => {
    const own = new OwnPage(() => Promise.resolve());
    const turn = vi.fn();
    own.asked(1);
    const stop = own.onAsked(turn);
    own.asked(-1);
    stop();
    own.asked(1);
    expect(turn.mock.calls).toEqual([[-1]]);
  });

  it("is told once when it is painted, and again on a new socket", () => {
    const tell = vi.fn(() => Promise.resolve());
    const own = new OwnPage(tell);
    own.tellAgain();
    expect(tell).not.toHaveBeenCalled();
    own.painted({ deckId: "dck_1", page: 2 });
    own.painted({ deckId: "dck_1", page: 2 });
    expect(tell).toHaveBeenCalledTimes(1);
    own.tellAgain();
    expect(tell).toHaveBeenCalledTimes(2);
    expect(tell).toHaveBeenLastCalledWith({ type: "slide.report", deck_id: "dck_1", page: 2 });
  });
});
