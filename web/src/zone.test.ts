import { describe, expect, it } from "vitest";
import { dayAfter, dayIn, fromInput, isElsewhere, midnightIn, offsetMin, toInput } from "./zone";

describe("days of a time zone", () => {
  it("begin at its midnight, not at this PC's", () => {
    expect(midnightIn("2026-11-29", "Asia/Shanghai")?.toISOString()).toBe(
      "2026-11-28T16:00:00.000Z",
    );
    expect(midnightIn("2026-11-29", "America/New_York")?.toISOString()).toBe(
      "2026-11-29T05:00:00.000Z",
    );
    expect(midnightIn("", "Asia/Shanghai")).toBeNull();
  });

  it("are another here than there late in the evening", () => {
    const moment = new Date("2026-11-28T16:30:00Z");
    expect(dayIn(moment, "Asia/Shanghai")).toBe("2026-11-29");
    expect(dayIn(moment, "UTC")).toBe("2026-11-28");
  });

  it("have 23 hours where summer time begins", () => {
    const [first, next] = ["2026-03-29", "2026-03-30"].map((day) =>
      midnightIn(day, "Europe/Berlin"),
    );
    expect([first?.toISOString(), next?.toISOString()]).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
    expect(offsetMin(new Date("2026-03-29T22:00:00Z"), "Europe/Berlin")).toBe(120);
  });

  it("are counted over the end of a month", () => {
    expect([dayAfter("2026-11-30", 1), dayAfter("2026-03-01", -1)]).toEqual([
      "2026-12-01",
      "2026-02-28",
    ]);
  });
});

describe("a field for a moment", () => {
  it("is filled with the county's clock, and read by it", () => {
    const [china, berlin] = ["Asia/Shanghai", "Europe/Berlin"];
    expect(toInput(new Date("2026-11-29T02:00:59.500Z"), china)).toBe("2026-11-29T10:00");
    expect(fromInput("2026-11-29T10:00", china).toISOString()).toBe("2026-11-29T02:00:00.000Z");
    expect(fromInput("2026-07-01T10:00", berlin).toISOString()).toBe("2026-07-01T08:00:00.000Z");
  });
});

it("tells a reader whose own clock shows something else", () => {
  const now = new Date("2026-07-01T00:00:00Z");
  expect(isElsewhere(now, Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe(false);
  expect(isElsewhere(now, "Asia/Kathmandu") && isElsewhere(now, "Asia/Shanghai")).toBe(true);
});
