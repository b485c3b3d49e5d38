import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/client";
import type { PupilMark, RollCall, RollCallDraft } from "../api/types";
import { headsOf, marksOf } from "./marks";
import { RollBook } from "./rollBook";

/** A server with three pupils that applies drafts as ours does, and may be down or refuse. */
class Server {
  marks: Record<string, PupilMark | null> = { li: null, wu: null, he: null };
  typedCount: number | null = null;
  drafts: RollCallDraft[] = [];
  error: ApiError | null = null;
  /** Resolves when the answer may go out. */
  gate: Promise<void> = Promise.resolve();

  readonly read = async () => this.#answer();

  readonly save = async (draft: RollCallDraft) => {
    const copy = structuredClone(draft);
    await this.gate;
    if (this.error) throw this.error;
    const unknown = Object.keys(copy.marks ?? {}).filter((pupil) => !(pupil in this.marks));
    this.drafts.push(copy);
    if (unknown.length > 0) throw new ApiError("pupil_unknown", "", 422);
    Object.assign(this.marks, copy.marks);
    if (copy.typed_count !== undefined) this.typedCount = copy.typed_count;
    return this.#answer();
  };

  async #answer(): Promise<RollCall> {
    await this.gate;
    if (this.error) throw this.error;
    return {
      lesson_id: "les_1",
      seat_id: "sea_1",
      classroom_name: "",
      school_name: "",
      head_count: null,
      typed_count: this.typedCount,
      pupils: Object.entries(this.marks).map(([pupil_id, mark]) => ({
        pupil_id,
        number: null,
        name: null,
        mark,
      })),
      corrections: [],
    };
  }
}

class Pocket {
  text: string | null = null;
  readonly read = () => this.text;
  readonly write = (text: string | null) => {
    this.text = text;
  };
}

const DOWN = new ApiError("unreachable", "", 0);

function shown(book: RollBook): Record<string, PupilMark | null> {
  const { saved, unsent } = book.state.get();
  return saved ? Object.fromEntries(marksOf(saved, unsent)) : {};
}

describe("a roll that somebody ticks", () => {
  let server: Server;
  let pocket: Pocket;
  let book: RollBook;

  beforeEach(async () => {
    vi.useFakeTimers();
    server = new Server();
    pocket = new Pocket();
    book = new RollBook(server, pocket);
    book.open();
    await vi.advanceTimersByTimeAsync(0);
  });

  afterEach(() => {
    book.close();
    vi.useRealTimers();
  });

  it("shows a tick at once and sends ticks that follow each other together", async () => {
    book.mark("li", "present");
    book.mark("wu", "absent");
    expect(shown(book)).toEqual({ li: "present", wu: "absent", he: null });
    expect(server.drafts).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.drafts).toEqual([{ marks: { li: "present", wu: "absent" }, reason: "" }]);
    expect(book.state.get()).toMatchObject({ sync: "idle", unsent: { marks: {} } });
    expect(pocket.text).toBeNull();
  });

  it("marks only those present whom nobody marked", async () => {
    book.mark("wu", "absent");
    book.markRestPresent();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.marks).toEqual({ li: "present", wu: "absent", he: "present" });
  });

  it("sends what was changed while the answer was on its way, and only that", async () => {
    let open = () => {};
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    book.mark("li", "present");
    book.mark("wu", "present");
    await vi.advanceTimersByTimeAsync(1_000);
    book.mark("wu", "late");
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(book)).toEqual({ li: "present", wu: "late", he: null });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.drafts.map(({ marks }) => marks)).toEqual([
      { li: "present", wu: "present" },
      { wu: "late" },
    ]);
  });

  it("keeps ticks while the server is away, says so, and sends them when it is back", async () => {
    server.error = DOWN;
    book.mark("li", "present");
    book.typeCount(21);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(book.state.get()).toMatchObject({ sync: "waiting", problem: "unreachable" });
    book.mark("wu", "absent");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown(book)).toEqual({ li: "present", wu: "absent", he: null });
    server.error = null;
    book.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.marks).toEqual({ li: "present", wu: "absent", he: null });
    expect(server.typedCount).toBe(21);
    expect(book.state.get()).toMatchObject({ sync: "idle", problem: null });
  });

  it("tries again by itself, less and less often", async () => {
    server.error = DOWN;
    const tries = vi.spyOn(server, "save");
    const again = new RollBook({ read: server.read, save: tries }, pocket);
    again.mark("li", "present");
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries.mock.calls.length).toBeGreaterThanOrEqual(5);
    expect(tries.mock.calls.length).toBeLessThanOrEqual(7);
    again.close();
  });

  it("finds the ticks of a page that was closed without a network", async () => {
    server.error = DOWN;
    book.mark("he", "late");
    book.close();
    expect(pocket.text).toContain("he");
    server.error = null;
    const next = new RollBook(server, pocket);
    next.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.marks.he).toBe("late");
    expect(pocket.text).toBeNull();
  });

  it("leaves out a pupil who is no longer on the roster, and saves the others", async () => {
    book.mark("li", "present");
    book.mark("wu", "present");
    delete server.marks.wu;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.marks).toEqual({ li: "present", he: null });
    expect(book.state.get()).toMatchObject({ sync: "idle", unsent: { marks: {} } });
  });

  it("asks a person when it is refused, and gives up what cannot be saved", async () => {
    server.error = new ApiError("too_early", "", 409);
    book.mark("li", "present");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(book.state.get()).toMatchObject({ sync: "refused", problem: "too_early" });
    expect(server.drafts).toEqual([]);
    server.error = null;
    book.discard();
    await vi.advanceTimersByTimeAsync(0);
    expect(book.state.get()).toMatchObject({ sync: "idle", problem: null });
    expect(shown(book).li).toBeNull();
  });

  it("counts heads by the marks until somebody types a number", () => {
    const heads = () => {
      const { saved, unsent } = book.state.get();
      return saved && headsOf(saved, unsent);
    };
    expect(heads()).toEqual({ count: null, typed: null, byMarks: null });
    book.mark("li", "late");
    book.mark("wu", "absent");
    expect(heads()).toEqual({ count: 1, typed: null, byMarks: 1 });
    book.typeCount(4);
    expect(heads()).toEqual({ count: 4, typed: 4, byMarks: 1 });
    book.typeCount(null);
    expect(heads()?.count).toBe(1);
  });
});
