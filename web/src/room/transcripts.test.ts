/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ServerMessage } from "../generated/signaling";
import { type RoomState, reduce } from "./reduce";

interface Transcript {
  name: string;
  before: ServerMessage;
  messages: ServerMessage[];
  after: ServerMessage;
}

// Written by `python -m tests.signaling.transcripts FILE`: what the server tells for every command of every role.
const path = process.env.TONGTANG_TRANSCRIPTS;

function fold(messages: readonly ServerMessage[]): RoomState | null {
  return messages.reduce<RoomState | null>(reduce, null);
}

describe.skipIf(!path)("every command, as every viewer is told of it", () => {
  it("leads from the snapshot before to the snapshot after", () => {
    const told = JSON.parse(readFileSync(path ?? "", "utf8")) as Transcript[];
    expect(told.length).toBeGreaterThan(0);
    for (const { name, before, messages, after } of told) {
      const fresh = fold([after]);
      expect(fresh, name).not.toBeNull();
      const folded = fold([before, ...messages]);
      expect(folded?.view, name).toEqual(fresh?.view);
      expect(folded?.private, name).toEqual(fresh?.private);
    }
  });
});
