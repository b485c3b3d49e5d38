import { describe, expect, it } from "vitest";
import type { ServerMessage } from "../generated/signaling";
import { LiveInk } from "./liveInk";

const piece = (stroke_id: string, points: string): ServerMessage => ({
  type: "pen.drawn",
  stroke_id,
  color: "red",
  points,
});

describe("what the lead's hand does just now", () => {
  it("grows piece by piece until the finished line takes its place", () => {
    const ink = new LiveInk();
    ink.take(piece("str_1", "1,1 2,2"));
    ink.take(piece("str_1", "3,3"));
    expect(ink.state.get().pens).toEqual({ str_1: { color: "red", points: "1,1 2,2 3,3" } });
    const stroke = { stroke_id: "str_1", color: "red" as const, points: "1,1 3,3" };
    ink.take({ type: "stroke.drawn", seq: 1, at_ms: 1, stroke });
    expect(ink.state.get().pens).toEqual({});
  });

  it("is gone with the page, with the slides, and after a cut", () => {
    const slides = { deck_id: "dck_1", page: 2, turned_ms: 1, strokes: [] };
    const ends: ServerMessage[] = [
      { type: "slides.turned", seq: 1, at_ms: 1, slides },
      { type: "slides.hidden", seq: 1, at_ms: 1 },
      { type: "room.resumed", re: "r1", seq: 1 },
    ];
    for (const end of ends) {
      const ink = new LiveInk();
      ink.take({ type: "pointer.moved", at: "5,5" });
      ink.take(piece("str_1", "1,1"));
      ink.take(end);
      expect(ink.state.get()).toEqual({ pointer: null, pens: {} });
    }
  });

  it("stays small, whatever comes", () => {
    const ink = new LiveInk();
    for (let line = 0; line < 50; line += 1) ink.take(piece(`str_${line}`, "1,1"));
    for (let part = 0; part < 2_000; part += 1) ink.take(piece("str_0", "1,1 2,2"));
    const { pens } = ink.state.get();
    expect(Object.keys(pens)).toHaveLength(4);
    expect(pens.str_0?.points.split(" ").length).toBeLessThan(520);
  });
});
