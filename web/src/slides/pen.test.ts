import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pen, type PenMessage } from "./pen";

function handOf(refuse = false) {
  const told: PenMessage[] = [];
  const refused: unknown[] = [];
  let lines = 0;
  const pen = new Pen(
    (message) => {
      told.push(message);
      return refuse && message.type === "stroke.draw"
        ? Promise.reject(new Error("full"))
        : Promise.resolve();
    },
    (error) => refused.push(error),
    () => {
      lines += 1;
      return `str_${lines}`;
    },
  );
  return { pen, told, refused };
}

describe("the lead's pen", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("tells a moving pointer no more than eight times a second, and where it ends", async () => {
    const { pen, told } = handOf();
    for (let step = 0; step < 100; step += 1) {
      pen.point({ x: step, y: step });
      await vi.advanceTimersByTimeAsync(10);
    }
    pen.point(null);
    await vi.advanceTimersByTimeAsync(200);
    expect(told.length).toBeLessThanOrEqual(9);
    expect(told.at(-1)).toEqual({ type: "pointer.move", at: null });
  });

  it("tells a line while it grows, and the whole of it when it is finished", async () => {
    const { pen, told } = handOf();
    pen.begin("red", { x: 0, y: 0 });
    pen.move({ x: 100, y: 0 });
    await vi.advanceTimersByTimeAsync(125);
    pen.move({ x: 200, y: 0 });
    await vi.advanceTimersByTimeAsync(125);
    pen.end();
    expect(told).toEqual([
      { type: "pen.draw", stroke_id: "str_1", color: "red", points: "0,0 100,0" },
      { type: "pen.draw", stroke_id: "str_1", color: "red", points: "200,0" },
      { type: "stroke.draw", stroke_id: "str_1", color: "red", points: "0,0 200,0" },
    ]);
    expect(pen.lines.get()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(pen.lines.get()).toEqual([]);
  });

  it("takes a line back that was refused, and says so", async () => {
    const { pen, refused } = handOf(true);
    pen.begin("blue", { x: 5, y: 5 });
    pen.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(pen.lines.get()).toEqual([]);
    expect(refused).toHaveLength(1);
  });
});
