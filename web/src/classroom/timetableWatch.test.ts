import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/client";
import type { TimetableAnswer } from "../api/timetable";
import type { Timetable } from "../api/types";
import { ServerClock } from "./serverClock";
import { EVERY_MS, EVERY_MS_NEAR, TimetableWatch } from "./timetableWatch";

const TIMETABLE: Timetable = {
  classroom: { classroom_id: "c1", name: "Grade 3", school_name: "Shiqiao" },
  lessons: [],
};
const SERVER_MS = 1_800_000_000_000;
const ALL: TimetableAnswer = { timetable: TIMETABLE, tag: '"1"', nowMs: SERVER_MS, aheadMs: 0 };
const SAME: TimetableAnswer = { timetable: null, tag: '"1"', nowMs: SERVER_MS, aheadMs: 0 };

/** A server that gives these answers in turn, the last one for ever. */
function server(...answers: (TimetableAnswer | ApiError)[]) {
  const tags: (string | null)[] = [];
  const read = async (tag: string | null) => {
    const answer = answers[Math.min(tags.length, answers.length - 1)];
    tags.push(tag);
    if (!answer || answer instanceof ApiError) throw answer;
    return answer;
  };
  return { tags, read };
}

const unreachable = new ApiError("unreachable", "", 0);
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("the watch over a classroom's timetable", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks again every minute at most, by the tag of what it has", async () => {
    const { tags, read } = server(ALL, SAME);
    const watch = new TimetableWatch({ read, random: () => 1 });
    watch.start();
    await settle();
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(tags).toEqual([null, '"1"', '"1"', '"1"']);
    expect(watch.state.get()).toEqual({
      timetable: TIMETABLE,
      pairing: "paired",
      isOffline: false,
      aheadMs: 0,
    });
    watch.stop();
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
    expect(tags).toHaveLength(4);
  });

  it("asks more often when a lesson is near", async () => {
    const at = (min: number) => new Date(SERVER_MS + min * 60_000).toISOString();
    const lesson = {
      lesson_id: "l1",
      title: "",
      subject: "",
      starts_at: at(39),
      ends_at: at(84),
      joins_at: at(29),
      state: "waiting" as const,
      lead_name: "",
      lead_school_name: "",
      change: null,
    };
    const { tags, read } = server({ ...ALL, timetable: { ...TIMETABLE, lessons: [lesson] } }, SAME);
    const watch = new TimetableWatch({ read, random: () => 1 });
    watch.start();
    await vi.advanceTimersByTimeAsync(3 * EVERY_MS_NEAR);
    expect(tags).toHaveLength(4);
    watch.stop();
  });

  it("keeps what it knows while the server is away, and backs off to half a minute", async () => {
    const { tags, read } = server(ALL, unreachable);
    const watch = new TimetableWatch({ read, random: () => 1 });
    watch.start();
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect(watch.state.get()).toMatchObject({ timetable: TIMETABLE, isOffline: true });
    await vi.advanceTimersByTimeAsync(2_000 + 4_000 + 8_000 + 16_000);
    expect(tags).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tags).toHaveLength(8);
  });

  it("is back at once when the network is said to be", async () => {
    const { read } = server(unreachable, ALL);
    const watch = new TimetableWatch({ read });
    watch.start();
    await settle();
    expect(watch.state.get()).toMatchObject({ pairing: "unknown", isOffline: true });
    watch.start();
    await settle();
    expect(watch.state.get()).toMatchObject({ pairing: "paired", isOffline: false });
  });

  it.each([
    ["pc_unknown", "none"],
    ["pc_revoked", "removed"],
  ] as const)("stops at %s until somebody pairs the PC again", async (code, pairing) => {
    const { tags, read } = server(ALL, new ApiError(code, "", 401), ALL);
    const watch = new TimetableWatch({ read, random: () => 1 });
    watch.start();
    await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
    expect(watch.state.get()).toEqual({
      timetable: null,
      pairing,
      isOffline: false,
      aheadMs: null,
    });
    expect(tags).toHaveLength(2);
    watch.start();
    await settle();
    expect(watch.state.get().pairing).toBe("paired");
  });
});

it("the server's clock goes on by itself, whatever happens to the PC's own", () => {
  let elapsedMs = 500;
  const clock = new ServerClock(() => elapsedMs);
  expect(clock.now()).toBeNull();
  clock.set(SERVER_MS);
  elapsedMs += 60_000;
  expect(clock.now()).toBe(SERVER_MS + 60_000);
});
