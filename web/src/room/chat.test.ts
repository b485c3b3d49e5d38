import { expect, it } from "vitest";
import type { ChatLine } from "../generated/signaling";
import { withLines } from "./chat";

const line = (n: number): ChatLine => ({
  line_id: `msg_${String(n).padStart(3, "0")}`,
  at_ms: n,
  sender_id: "lead_u1",
  audience: "everybody",
  participant_id: null,
  text: `line ${n}`,
});

it("keeps lines in the order of time, each once", () => {
  const chat = withLines([line(1), line(4)], [line(3), line(4), line(2)]);
  expect(chat).toEqual([line(1), line(2), line(3), line(4)]);
});

it("keeps the last 200", () => {
  const many = Array.from({ length: 250 }, (_, n) => line(n));
  const chat = withLines(many.slice(0, 199), many.slice(199));
  expect(chat).toHaveLength(200);
  expect(chat.at(-1)).toEqual(line(249));
});
