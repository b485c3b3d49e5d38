import { describe, expect, it } from "vitest";
import type { ServerMessage } from "../generated/signaling";
import { classroom, snapshot } from "../testing/room";
import { type RoomState, reduce } from "./reduce";
import {
  assistantsOf,
  handQueueOf,
  isHeardByAll,
  isLeading,
  isSpeaking,
  leadOf,
  participantOf,
  pauseOf,
  slotOf,
  stageOf,
} from "./selectors";

function fold(messages: readonly ServerMessage[]): RoomState {
  const state = messages.reduce<RoomState | null>(reduce, null);
  if (!state) throw new Error("no snapshot among the messages");
  return state;
}

const changed = (seq: number, change: Parameters<typeof classroom>[1] = {}, id = "s1") =>
  ({
    type: "participant.changed",
    seq,
    at_ms: seq * 1000,
    event: "callup.accepted",
    participant: classroom(id, change),
  }) satisfies ServerMessage;

describe("the fold of the room", () => {
  it("is nothing before the first snapshot", () => {
    expect(reduce(null, { type: "floor.opened", seq: 3, at_ms: 1 })).toBeNull();
  });

  it("starts anew from a snapshot, whatever was known before", () => {
    const state = fold([snapshot(), changed(11, { place: "on" }), snapshot({}, "lead_u1", 20)]);
    expect(state.seq).toBe(20);
    expect(stageOf(state)).toEqual([]);
  });

  it("ends at what a fresh snapshot of the same room would show", () => {
    const folded = fold([
      snapshot(),
      changed(11, { place: "called", call_expires_ms: 41_000 }),
      changed(12, { place: "on" }),
      changed(13, { hand_raised_ms: 13_000 }, "s2"),
      { type: "floor.opened", seq: 14, at_ms: 14_000 },
      { type: "listen.started", seq: 15, at_ms: 15_000, listener_id: "lead_u1", seat_id: "s2" },
    ]);
    const fresh = fold([
      snapshot(
        {
          participants: [
            classroom("s1", { place: "on" }),
            classroom("s2", { hand_raised_ms: 13_000 }),
            ...fold([snapshot()]).view.participants.slice(2),
          ],
          is_floor_open: true,
          listening: { lead_u1: "s2" },
        },
        "lead_u1",
        15,
      ),
    ]);
    expect(folded).toEqual(fresh);
  });

  it("shows slides and their lines as a fresh snapshot would", () => {
    const line = (stroke_id: string) => ({ stroke_id, color: "red" as const, points: "1,1 2,2" });
    const turned = (seq: number, page: number, strokes = [line("str_old")]): ServerMessage => ({
      type: "slides.turned",
      seq,
      at_ms: seq,
      slides: { deck_id: "dck_1", page, turned_ms: seq, strokes },
    });
    const drawn = (seq: number, id: string): ServerMessage => ({
      type: "stroke.drawn",
      seq,
      at_ms: seq,
      stroke: line(id),
    });
    const messages: ServerMessage[] = [snapshot(), turned(11, 2), drawn(12, "str_a")];
    const twice = fold([...messages, drawn(12, "str_a"), drawn(13, "str_b")]);
    const undone = reduce(twice, {
      type: "stroke.undone",
      seq: 14,
      at_ms: 14,
      stroke_id: "str_a",
    });
    expect(undone?.view.slides?.strokes.map((one) => one.stroke_id)).toEqual(["str_old", "str_b"]);
    const cleared = reduce(undone, { type: "strokes.cleared", seq: 15, at_ms: 15 });
    expect(cleared).toEqual(
      fold([
        snapshot(
          { slides: { deck_id: "dck_1", page: 2, turned_ms: 11, strokes: [] } },
          "lead_u1",
          15,
        ),
      ]),
    );
    const hidden = reduce(cleared, { type: "slides.hidden", seq: 16, at_ms: 16 });
    expect(hidden?.view.slides).toBeNull();
  });

  it("knows which page each screen shows until its place is empty", () => {
    const shown: ServerMessage = {
      type: "slide.shown",
      participant_id: "s1",
      deck_id: "dck_1",
      page: 3,
    };
    const state = fold([snapshot(), shown]);
    expect(state.slidesShown).toEqual({ s1: { deckId: "dck_1", page: 3 } });
    expect(reduce(state, changed(11, { presence: "cut" }))?.slidesShown).toHaveProperty("s1");
    expect(reduce(state, changed(11, { presence: "absent" }))?.slidesShown).toEqual({});
  });

  it("ignores an event that is older than what it has seen", () => {
    const state = fold([snapshot(), changed(12, { place: "on" })]);
    expect(reduce(state, changed(11, { place: "called" }))).toBe(state);
  });

  it("takes several messages of one event", () => {
    const state = fold([
      snapshot({ is_floor_open: true }),
      { type: "floor.closed", seq: 11, at_ms: 5 },
      { type: "lesson.ended", seq: 11, at_ms: 5, reason: "ended_by_lead" },
      changed(11, { place: "off" }),
    ]);
    expect(state.view).toMatchObject({
      phase: "ended",
      end_reason: "ended_by_lead",
      is_floor_open: false,
    });
  });

  it("adds somebody who was not there before", () => {
    const state = fold([snapshot(), changed(11, { role: "observer" }, "observer_u9")]);
    expect(participantOf(state, "observer_u9")?.role).toBe("observer");
    expect(state.view.participants).toHaveLength(4);
  });

  it("keeps the slots over a cut of the socket and drops them with the media", () => {
    const mapped: ServerMessage = {
      type: "slot.mapped",
      slot: "lead.0",
      participant_id: "lead_u1",
    };
    const resumed = fold([snapshot(), mapped, snapshot()]);
    expect(slotOf(resumed, "lead_u1", "camera")).toBe("lead.0");
    const revoked = reduce(resumed, { type: "media.revoked", reason: "engine_lost" });
    expect(revoked?.slots).toEqual({});
  });

  it("tells a shared screen from a face in the slots", () => {
    const state = fold([
      snapshot(),
      { type: "slot.mapped", slot: "screen.0", participant_id: "lead_u1" },
      { type: "slot.mapped", slot: "lead.0", participant_id: "lead_u1" },
    ]);
    expect(slotOf(state, "lead_u1", "screen")).toBe("screen.0");
    expect(slotOf(state, "lead_u1", "camera")).toBe("lead.0");
    const emptied = reduce(state, { type: "slot.mapped", slot: "lead.0", participant_id: null });
    expect(emptied && slotOf(emptied, "lead_u1", "camera")).toBeUndefined();
  });

  it("shows the data used as last counted, also after a cut of the socket", () => {
    const used = (bytes_sent: number): ServerMessage => ({
      type: "data.used",
      bytes_sent,
      bytes_received: 500,
    });
    expect(fold([snapshot()]).dataUsedBytes).toBeNull();
    expect(fold([snapshot(), used(1_000), used(9_000), snapshot()]).dataUsedBytes).toBe(9_500);
  });

  it("shows a paused picture until it runs again", () => {
    const pause = (is_paused: boolean): ServerMessage => ({
      type: "subscription.paused",
      participant_id: "lead_u1",
      source: "camera",
      is_paused,
      reason: is_paused ? "loss" : "",
      carries_stills: is_paused,
    });
    const paused = fold([snapshot(), pause(true), pause(true)]);
    expect(pauseOf(paused, "lead_u1", "camera")).toEqual({ carriesStills: true });
    const running = reduce(paused, pause(false));
    expect(running?.paused).toEqual({});
  });

  it("shows who speaks until told otherwise, or until a new socket begins", () => {
    const speak = (...participant_ids: string[]): ServerMessage => ({
      type: "speakers.changed",
      participant_ids,
    });
    const speaking = fold([snapshot(), speak("s1"), speak("s1", "lead_u1"), speak("lead_u1")]);
    expect(isSpeaking(speaking, "lead_u1")).toBe(true);
    expect(isSpeaking(speaking, "s1")).toBe(false);
    const resumed = reduce(speaking, { type: "room.resumed", re: "r1", seq: 10 });
    expect(resumed?.speakers).toEqual([]);
    expect(fold([snapshot(), speak("s1"), snapshot()]).speakers).toEqual([]);
  });
});

describe("what no pupil should read", () => {
  const raise = (seq: number, signal: "slower" | "repeat" = "slower", participant_id = "s1") =>
    ({ type: "signal.raised", seq, at_ms: seq * 1000, participant_id, signal }) as const;
  const clear = (seq: number, by: string | null, participant_id = "s1") =>
    ({ type: "signal.cleared", seq, at_ms: seq * 1000, participant_id, by }) as const;
  const name = (seq: number, pupil: { pupil_id: string; name: string } | null) =>
    ({ type: "pupil.named", seq, at_ms: seq * 1000, participant_id: "s1", pupil }) as const;

  it("follows signals and who speaks", () => {
    const pupil = { pupil_id: "p1", name: "王小花" };
    const state = fold([snapshot(), raise(11), raise(12, "repeat", "s2"), name(13, pupil)]);
    expect(state.private).toEqual({
      signals: {
        s1: { signal: "slower", raised_ms: 11_000 },
        s2: { signal: "repeat", raised_ms: 12_000 },
      },
      pupils: { s1: pupil },
    });
    const after = fold([snapshot(), raise(11), name(12, pupil), clear(13, null), name(14, null)]);
    expect(after.private).toEqual({ signals: {}, pupils: {} });
  });

  it("tells a classroom when the staff took note, until its next signal", () => {
    const own = snapshot({}, "s1");
    expect(fold([own, raise(11), clear(12, "lead_u1")]).noted).toBe("slower");
    expect(fold([own, raise(11), clear(12, "lead_u1"), raise(13, "repeat")]).noted).toBeNull();
    expect(fold([own, raise(11), clear(12, "s1")]).noted).toBeNull();
    expect(fold([own, raise(11, "slower", "s2"), clear(12, "lead_u1", "s2")]).noted).toBeNull();
  });

  it("stays away from a screen that pupils may see", () => {
    expect(fold([{ ...snapshot(), private: null }, raise(11)]).private).toBeNull();
  });

  it("knows of the consoles of this place anew with each socket", () => {
    const news: ServerMessage = { type: "consoles.changed", phones: 1, is_waiting: true };
    expect(fold([snapshot(), news])).toMatchObject({ phones: 1, isWaiting: true });
    const resumed: ServerMessage = { type: "room.resumed", re: "r1", seq: 10 };
    expect(fold([snapshot(), news, resumed])).toMatchObject({ phones: 0, isWaiting: false });
  });
});

describe("readings of the room", () => {
  it("queues hands by how long they have waited", () => {
    const state = fold([
      snapshot(),
      changed(11, { hand_raised_ms: 9_000 }, "s2"),
      changed(12, { hand_raised_ms: 11_000 }, "s1"),
    ]);
    expect(handQueueOf(state).map((place) => place.participant_id)).toEqual(["s2", "s1"]);
  });

  it("knows one lead, whom an assistant may follow", () => {
    const before = fold([snapshot({}, "assistant_b")]);
    expect([leadOf(before)?.participant_id, isLeading(before)]).toEqual(["lead_u1", false]);
    const after = fold([
      snapshot({}, "assistant_b"),
      {
        type: "lead.changed",
        seq: 11,
        at_ms: 11_000,
        event: "lead.taken_over",
        lead: { participant_id: "assistant_b", takeover_at_ms: null, proposal: null },
      },
      changed(11, { role: "lead" }, "assistant_b"),
      changed(11, { role: "assistant" }, "lead_u1"),
    ]);
    expect([leadOf(after)?.role, isLeading(after)]).toEqual(["lead", true]);
    expect(assistantsOf(after).map((place) => place.participant_id)).toEqual(["lead_u1"]);
  });

  it.each([
    [{ place: "on" }, {}, true],
    [{ place: "off" }, {}, false],
    [{ place: "called" }, {}, false],
    [{ place: "off" }, { is_floor_open: true }, true],
    [{ place: "on", is_muted: true }, { is_floor_open: true }, false],
    [{ place: "on" }, { phase: "waiting" }, false],
    [{ place: "on" }, { is_sing_along: true }, false],
  ] as const)(
    "says truthfully whether a classroom %o in a room %o is heard by all",
    (place, room, isHeard) => {
      const state = fold([snapshot({ ...room, participants: [classroom("s1", place)] })]);
      expect(isHeardByAll(state, classroom("s1", place))).toBe(isHeard);
    },
  );
});
