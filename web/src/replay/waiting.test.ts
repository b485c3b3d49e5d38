import { describe, expect, it } from "vitest";
import { PATIENCE_MS, WaitingList } from "./waiting";

const lead = (isStarved: boolean) => ({ trackId: "lead", isEssential: true, isStarved });
const seat = (isStarved: boolean) => ({ trackId: "seat", isEssential: false, isStarved });

describe("who is waited for", () => {
  it("is nobody while everybody has data", () => {
    const { isWaiting, leftBehind } = new WaitingList().update([lead(false), seat(false)], 0);
    expect([isWaiting, leftBehind.size]).toEqual([false, 0]);
  });

  it("is the lead for as long as it takes", () => {
    const list = new WaitingList();
    list.update([lead(true)], 0);
    expect(list.update([lead(true)], 60_000).isWaiting).toBe(true);
    expect(list.update([lead(false)], 60_100).isWaiting).toBe(false);
  });

  it("is a picture beside the lesson for a while, then the lesson goes on without it", () => {
    const list = new WaitingList();
    expect(list.update([lead(false), seat(true)], 0).isWaiting).toBe(true);
    const late = list.update([lead(false), seat(true)], PATIENCE_MS);
    expect([late.isWaiting, [...late.leftBehind]]).toEqual([false, ["seat"]]);
    const back = list.update([lead(false), seat(false)], PATIENCE_MS + 100);
    expect(back.leftBehind.size).toBe(0);
    expect(list.update([lead(false), seat(true)], PATIENCE_MS + 200).isWaiting).toBe(true);
  });

  it("forgets a track that is gone", () => {
    const list = new WaitingList();
    list.update([seat(true)], 0);
    list.update([], 100);
    expect(list.update([seat(true)], PATIENCE_MS).isWaiting).toBe(true);
  });
});
