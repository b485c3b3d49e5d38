import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/client";
import type { TaggedAnswer } from "../api/tagged";
import { Watch } from "./watch";

const EVERY_MS = 5_000;
type Answer = TaggedAnswer<string> | ApiError;

function watching(...answers: Answer[]) {
  const tags: (string | null)[] = [];
  const watch = new Watch<string>(async (tag) => {
    tags.push(tag);
    const answer = answers[tags.length - 1] ?? answers[answers.length - 1];
    if (answer instanceof ApiError || !answer) throw answer;
    return answer;
  }, EVERY_MS);
  return { watch, tags };
}

const first: Answer = { value: "a", tag: "1", nowMs: 7_000 };
const same: Answer = { value: null, tag: "1", nowMs: 12_000 };
const gone = new ApiError("unreachable", "", 0);

describe("what is watched", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
  afterEach(() => void vi.useRealTimers());

  it("is asked for again and again, and kept while it is the same", async () => {
    const { watch, tags } = watching(first, same);
    watch.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(watch.state.get()).toEqual({
      value: "a",
      atMs: 1_000,
      clockOffsetMs: 6_000,
      error: null,
    });
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(watch.state.get()).toMatchObject({ value: "a", atMs: 6_000 });
    expect(tags).toEqual([null, "1"]);
    watch.stop();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(tags).toHaveLength(2);
  });

  it("stays while the server is away, with the reason, until it is back", async () => {
    const { watch } = watching(first, gone, same);
    watch.start();
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(watch.state.get()).toMatchObject({ value: "a", atMs: 1_000, error: gone });
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(watch.state.get()).toMatchObject({ value: "a", error: null });
    watch.stop();
  });

  it("is not asked for any more by somebody who has no right to it", async () => {
    const { watch, tags } = watching(new ApiError("not_authenticated", "", 401));
    watch.start();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(tags).toHaveLength(1);
    expect(watch.state.get().error?.code).toBe("not_authenticated");
  });
});
