import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StillSend } from "../generated/signaling";
import { partsOf } from "./still";
import { StillReception } from "./stillReception";
import { StillSender } from "./stillSender";

const part = (still: number, index: number, parts: number, data: string) => ({
  participant_id: "lead_u1",
  source: "camera" as const,
  still,
  part: index,
  parts,
  data,
});

describe("stills that arrive", () => {
  it("are shown once all their parts are there", () => {
    const stills = new StillReception();
    stills.add("lead_u1/camera", part(1, 0, 2, "/9j/"));
    expect(stills.pictures.get()).toEqual({});
    stills.add("lead_u1/camera", part(1, 1, 2, "AAAA"));
    expect(stills.pictures.get()).toEqual({
      "lead_u1/camera": "data:image/jpeg;base64,/9j/AAAA",
    });
    stills.forget("lead_u1/camera");
    expect(stills.pictures.get()).toEqual({});
  });

  it("lose a picture of which a part is missing, and keep the one before", () => {
    const stills = new StillReception();
    stills.add("a/camera", part(1, 0, 1, "/9j/1111"));
    stills.add("a/camera", part(2, 0, 3, "/9j/"));
    stills.add("a/camera", part(2, 2, 3, "2222"));
    stills.add("a/camera", part(3, 1, 2, "3333"));
    expect(stills.pictures.get()["a/camera"]).toBe("data:image/jpeg;base64,/9j/1111");
    stills.add("a/camera", part(4, 0, 1, "/9j/4444"));
    expect(stills.pictures.get()["a/camera"]).toBe("data:image/jpeg;base64,/9j/4444");
  });

  it("are cut into few parts within the bounds", () => {
    expect(partsOf("x".repeat(512))).toEqual(["x".repeat(512)]);
    expect(partsOf("x".repeat(8_192))?.length).toBe(16);
    expect(partsOf("x".repeat(8_193))).toBeNull();
    expect(partsOf("")).toBeNull();
  });
});

describe("stills that are sent", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("go out in parts over five seconds, only while they are wanted", async () => {
    const sent: Omit<StillSend, "id">[] = [];
    const sender = new StillSender(
      async () => ["/9j/", "b"],
      async (one) => sent.push(one),
    );
    sender.setWanted("camera", true);
    sender.setWanted("camera", true);
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.map((one) => [one.still, one.part])).toEqual([[1, 0]]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent.map((one) => [one.still, one.part])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
    sender.setWanted("camera", false);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent.length).toBe(3);
  });

  it("wait for a camera that is off, and survive a refusal", async () => {
    let isOn = false;
    const sent: string[] = [];
    const sender = new StillSender(
      async () => (isOn ? ["/9j/"] : null),
      async ({ source }) => {
        sent.push(source);
        throw new Error("refused");
      },
    );
    sender.setWanted("screen", true);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(sent).toEqual([]);
    isOn = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual(["screen", "screen"]);
    sender.close();
  });
});
