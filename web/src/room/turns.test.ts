import { describe, expect, it } from "vitest";
import type { ParticipantView } from "../generated/signaling";
import { classroom, snapshot } from "../testing/room";
import { reduce } from "./reduce";
import { fairTurnOf, quietMinutes } from "./turns";

function turnAmong(...participants: ParticipantView[]): string | undefined {
  const state = reduce(null, snapshot({ participants }));
  return state ? fairTurnOf(state)?.participant_id : undefined;
}

describe("whose turn it is", () => {
  it("is who was never heard, then who waited longest; the order of the seats decides the rest", () => {
    const heard = (id: string, heard_ms: number | null) => classroom(id, { heard_ms });
    expect(turnAmong(heard("s1", 5_000), heard("s2", null), heard("s3", null))).toBe("s2");
    expect(turnAmong(heard("s1", 5_000), heard("s2", 3_000))).toBe("s2");
  });

  it("counts a silent turn on the stage as a turn", () => {
    const silent = classroom("s1", { stage_ms: 9_000 });
    expect(turnAmong(silent, classroom("s2", { heard_ms: 5_000 }))).toBe("s2");
  });

  it("is nobody's who cannot come up", () => {
    expect(
      turnAmong(
        classroom("s1", { presence: "cut" }),
        classroom("s2", { place: "called" }),
        classroom("s3", { place: "on" }),
        classroom("s4", { is_muted: true }),
      ),
    ).toBeUndefined();
  });

  it("tells how long somebody was not heard in whole minutes", () => {
    expect(quietMinutes(classroom("s1"), 60_000)).toBeNull();
    expect(quietMinutes(classroom("s1", { heard_ms: 1_000 }), 121_000)).toBe(2);
  });
});
