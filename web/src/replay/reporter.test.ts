import { describe, expect, it } from "vitest";
import type { WatchReport } from "../api/types";
import type { PlayerState } from "./player";
import { REPORT_MS, WatchReporter } from "./reporter";

const state = (change: Partial<PlayerState>): PlayerState => ({
  positionMs: 0,
  isPlaying: true,
  speed: 1,
  isMuted: false,
  waitingSinceMs: null,
  leftBehind: new Set(),
  failed: new Set(),
  ...change,
});

function plays(reporter: WatchReporter, fromMs: number, toMs: number): void {
  for (let at = fromMs; at <= toMs; at += 100) reporter.observe(state({ positionMs: at }), at);
}

describe("what the server is told", () => {
  it("comes at a bounded rate, and at once when somebody stops", () => {
    const sent: WatchReport[] = [];
    const reporter = new WatchReporter(async (report) => sent.push(report));
    plays(reporter, 0, 2 * REPORT_MS + 5_000);
    expect(sent.map(({ position_ms }) => position_ms)).toEqual([REPORT_MS, 2 * REPORT_MS]);
    reporter.observe(state({ positionMs: 36_000, isPlaying: false }), 36_000);
    expect(sent.at(-1)).toEqual({
      position_ms: 36_000,
      watched: [{ from_ms: 2 * REPORT_MS, to_ms: 35_000 }],
    });
  });

  it("is nothing while nobody plays", () => {
    const sent: WatchReport[] = [];
    const reporter = new WatchReporter(async (report) => sent.push(report));
    for (let at = 0; at < 100_000; at += 1_000) {
      reporter.observe(state({ positionMs: 5_000, isPlaying: false }), at);
    }
    reporter.flush(100_000);
    expect(sent).toEqual([]);
  });

  it("holds no wait for the network", () => {
    const sent: WatchReport[] = [];
    const reporter = new WatchReporter(async (report) => sent.push(report));
    plays(reporter, 0, 1_000);
    reporter.observe(state({ positionMs: 1_000, waitingSinceMs: 1_100 }), 1_100);
    reporter.observe(state({ positionMs: 1_000, waitingSinceMs: 1_100 }), 9_000);
    reporter.observe(state({ positionMs: 1_000 }), 9_100);
    reporter.observe(state({ positionMs: 1_100 }), 9_200);
    reporter.flush(9_200);
    expect(sent[0]?.watched).toEqual([{ from_ms: 0, to_ms: 1_100 }]);
  });

  it("is told again when it did not arrive", async () => {
    const sent: WatchReport[] = [];
    let isDown = true;
    const reporter = new WatchReporter(async (report) => {
      if (isDown) throw new Error("no network");
      sent.push(report);
    });
    plays(reporter, 0, REPORT_MS);
    await Promise.resolve();
    await Promise.resolve();
    isDown = false;
    plays(reporter, REPORT_MS, 2 * REPORT_MS);
    expect(sent).toEqual([
      { position_ms: 2 * REPORT_MS, watched: [{ from_ms: 0, to_ms: 2 * REPORT_MS }] },
    ]);
  });
});
