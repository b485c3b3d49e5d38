import type { ParticipantView, RoomSnapshot, RoomView } from "../generated/signaling";

/** Places and rooms for tests: plain values, only what a test names differs. */
export function classroom(id: string, change: Partial<ParticipantView> = {}): ParticipantView {
  return {
    participant_id: id,
    role: "classroom",
    name: `教室 ${id}`,
    school: "石桥小学",
    presence: "present",
    place: "off",
    call_expires_ms: null,
    hand_raised_ms: null,
    stage_ms: null,
    heard_ms: null,
    help_since_ms: null,
    is_muted: false,
    switched_off: [],
    saves_data: false,
    accepts_by_itself: false,
    publishing: {},
    is_recorded: true,
    is_simulated: false,
    head_count: null,
    quality: "good",
    ...change,
  };
}

export const lead = (change: Partial<ParticipantView> = {}): ParticipantView =>
  classroom("lead_u1", { role: "lead", name: "王老师", school: "", ...change });

export function roomView(change: Partial<RoomView> = {}): RoomView {
  return {
    lesson_id: "l1",
    title: "一起学唱《茉莉花》",
    subject: "音乐",
    phase: "live",
    starts_at_ms: 1_000_000,
    ends_at_ms: 3_400_000,
    started_ms: 1_000_000,
    ended_ms: null,
    end_reason: null,
    closes_at_ms: null,
    is_recorded: true,
    lead: { participant_id: "lead_u1", takeover_at_ms: null, proposal: null },
    is_floor_open: false,
    is_sing_along: false,
    spotlight: null,
    sound_preset: "voice",
    listening: {},
    slides: null,
    participants: [classroom("s1"), classroom("s2"), lead()],
    ...change,
  };
}

export function snapshot(change: Partial<RoomView> = {}, you = "lead_u1", seq = 10): RoomSnapshot {
  return {
    type: "room.snapshot",
    re: "r3",
    seq,
    you,
    room: roomView(change),
    private: { signals: {}, pupils: {} },
  };
}
