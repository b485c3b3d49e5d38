import { describe, expect, it } from "vitest";
import { applyPlan, initialEncodings, planEncodings, RIDS } from "./encodings";

const CAP = 1_500_000;

function plan(needs: { capBps?: number; height?: number; wanted?: boolean[] }) {
  return planEncodings(3, { capBps: CAP, height: 720, wanted: [], ...needs });
}

describe("planEncodings", () => {
  it("makes a camera's picture small, middling and whole", () => {
    const [low, middle, high] = plan({});
    expect([low, middle, high].map((one) => one?.scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect([low, middle, high].map((one) => one?.active)).toEqual([true, true, true]);
    expect([low, middle, high].some((one) => one && "maxFramerate" in one)).toBe(false);
  });

  it("bounds the frame rate of the small picture only where that slows down no other", () => {
    const rates = (wanted: boolean[]) => plan({ wanted }).map((one) => one.maxFramerate);
    expect(rates([true, false, false])).toEqual([15, undefined, undefined]);
    expect(rates([true, true, false])).toEqual([undefined, undefined, undefined]);
    expect(rates([true, false, true])).toEqual([undefined, undefined, undefined]);
    expect(rates([false, false, false])).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    [1080, [4, 2, 1], [true, true, true]],
    [720, [4, 2, 1], [true, true, true]],
    [480, [2, 1, 1], [true, true, false]],
    [360, [2, 1, 1], [true, true, false]],
    [240, [1, 1, 1], [true, false, false]],
    [0, [4, 2, 1], [true, true, true]],
  ])("of %i lines sends no size twice", (height, scales, active) => {
    const plans = plan({ height });
    expect(plans.map((one) => one.scaleResolutionDownBy)).toEqual(scales);
    expect(plans.map((one) => one.active)).toEqual(active);
  });

  it.each([60_000, 200_000, 800_000, CAP])("shares out a cap of %i bit/s", (capBps) => {
    for (let mask = 1; mask < 8; mask++) {
      const wanted = RIDS.map((_, i) => (mask & (1 << i)) !== 0);
      const plans = plan({ capBps, wanted });
      expect(plans.map((one) => one.active)).toEqual(wanted);
      const total = plans.reduce((sum, one) => sum + (one.active ? one.maxBitrate : 0), 0);
      expect(total).toBeLessThanOrEqual(capBps + 2);
      if (wanted[1] || wanted[2]) expect(total).toBeGreaterThanOrEqual(capBps - 2);
      expect(plans[0]?.maxBitrate).toBeLessThanOrEqual(100_000);
      for (const one of plans) if (one.active) expect(one.maxBitrate).toBeGreaterThan(5_000);
    }
  });

  it("sends a tiny picture once and whole", () => {
    const [only] = plan({ height: 240 });
    expect(only).toEqual({ active: true, maxBitrate: CAP, scaleResolutionDownBy: 1 });
  });

  it("sends nothing that nobody wants", () => {
    const plans = plan({ wanted: [false, false, false] });
    expect(plans.some((one) => one.active)).toBe(false);
  });

  it("gives a single encoding the whole picture and the whole cap", () => {
    const needs = { capBps: CAP, height: 720, wanted: [true] };
    expect(planEncodings(1, needs)).toEqual([
      { active: true, maxBitrate: CAP, scaleResolutionDownBy: 1 },
    ]);
    expect(planEncodings(1, { ...needs, wanted: [false] })[0]?.active).toBe(false);
  });
});

describe("initialEncodings", () => {
  const needs = { capBps: CAP, height: 720, wanted: [] };

  it("names three encodings for a camera and none for a screen", () => {
    expect(initialEncodings(true, needs).map((one) => one.rid)).toEqual(["l", "m", "h"]);
    expect(initialEncodings(false, needs)).toEqual([{ maxBitrate: CAP }]);
  });
});

describe("applyPlan", () => {
  it("changes nothing twice", () => {
    const encodings = initialEncodings(true, { capBps: CAP, height: 720, wanted: [] });
    const plans = plan({ wanted: [true, false, false] });
    expect(applyPlan(encodings, plans)).toBe(true);
    expect(encodings.map((one) => one.active)).toEqual([true, false, false]);
    expect(applyPlan(encodings, plans)).toBe(false);
  });

  it("frees the one encoding that an answer without simulcast leaves from its low bounds", () => {
    const needs = { capBps: CAP, height: 720, wanted: [true, false, false] };
    const encodings = initialEncodings(true, needs).slice(0, 1);
    expect(encodings[0]?.maxFramerate).toBe(15);
    expect(applyPlan(encodings, planEncodings(1, { capBps: CAP, height: 720, wanted: [] }))).toBe(
      true,
    );
    expect(encodings[0]).toMatchObject({ maxBitrate: CAP, scaleResolutionDownBy: 1 });
    expect(encodings[0]?.maxFramerate).toBeUndefined();
  });

  it("leaves a plain encoding plain", () => {
    const encodings: RTCRtpEncodingParameters[] = [{ active: true, maxBitrate: CAP }];
    const needs = { capBps: CAP, height: 720, wanted: [] };
    expect(applyPlan(encodings, planEncodings(1, needs))).toBe(false);
  });
});
