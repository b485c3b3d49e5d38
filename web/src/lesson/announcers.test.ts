import { describe, expect, it } from "vitest";
import type { LeadChanged, ParticipantView } from "../generated/signaling";
import { zhCN } from "../i18n/zh-CN";
import { classroom } from "../testing/room";
import { announceToClassroom, announceToStaff } from "./announcers";

const changed = (event: string, participant: ParticipantView) =>
  ({ type: "participant.changed", seq: 1, at_ms: 1, event, participant }) as const;
const lead = (event: string): LeadChanged => ({
  type: "lead.changed",
  seq: 1,
  at_ms: 1,
  event,
  lead: { participant_id: "lead_u1", takeover_at_ms: null, proposal: null },
});

describe("what is said aloud", () => {
  it("tells the staff when somebody on the stage is cut, and when a classroom leaves", () => {
    const tell = (event: string, place: ParticipantView) =>
      announceToStaff(zhCN, changed(event, place), "lead_u1");
    expect(tell("participant.cut", classroom("s1"))).toBeNull();
    expect(tell("participant.cut", classroom("s1", { place: "called" }))).toContain("断线");
    expect(tell("participant.left", classroom("s1"))).toContain("离开");
    expect(tell("participant.left", classroom("o1", { role: "observer" }))).toBeNull();
  });

  it("tells everybody who leads, once, and whose hand-over was not taken up the staff alone", () => {
    const newLead = changed("lead.taken_over", classroom("a1", { role: "lead", name: "李老师" }));
    const before = changed("lead.taken_over", classroom("lead_u1", { role: "assistant" }));
    for (const announce of [announceToStaff, announceToClassroom]) {
      expect(announce(zhCN, newLead, "s1")).toBe(zhCN.cockpit.leadIs("李老师"));
      expect(announce(zhCN, before, "s1")).toBeNull();
    }
    expect(announceToStaff(zhCN, newLead, "a1")).toBe(zhCN.cockpit.youLead);
    expect(announceToStaff(zhCN, lead("lead.declined"), "a1")).toBe(zhCN.cockpit.leadDeclined);
    expect(announceToStaff(zhCN, lead("lead.proposed"), "a1")).toBeNull();
    expect(announceToClassroom(zhCN, lead("lead.declined"), "s1")).toBeNull();
  });
});
