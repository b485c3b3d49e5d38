import type { ParticipantView, RoomView, ServerMessage, SourceName } from "../generated/signaling";
import { assertNever } from "../store";

/** Everything a lesson page shows about the room: a fold of the server's messages, nothing else. */
export interface RoomState {
  /** Of the last journalled event folded in. */
  seq: number;
  /** The participant id of this page's place. */
  you: string;
  view: RoomView;
  /** Who is in which slot of the subscribing connection. */
  slots: Readonly<Record<string, string>>;
  /** Pictures held back because of this viewer's link, by `<participant id>/<source>`. */
  paused: Readonly<Record<string, Pause>>;
  /** Media bytes of this place in this lesson, both ways, by the server's count; null before the first count. */
  dataUsedBytes: number | null;
  /** Participants who speak now, of those whom this viewer may notice. */
  speakers: readonly string[];
}

export interface Pause {
  /** The link has room for a still every few seconds instead. */
  carriesStills: boolean;
}

export const publicationId = (participantId: string, source: SourceName) =>
  `${participantId}/${source}`;

/** The room after one message of the server; the same object when nothing on a screen changes. */
export function reduce(state: RoomState | null, message: ServerMessage): RoomState | null {
  if (message.type === "room.snapshot") {
    return {
      seq: message.seq,
      you: message.you,
      view: message.room,
      // Slots belong to the media connection, which outlives a cut of the socket.
      slots: state?.slots ?? {},
      paused: state?.paused ?? {},
      dataUsedBytes: state?.dataUsedBytes ?? null,
      // A new socket is told who speaks, if anybody does.
      speakers: [],
    };
  }
  if (state === null) return null;
  if ("seq" in message && message.type !== "room.resumed") {
    if (message.seq < state.seq) return state;
    return reduceEvent({ ...state, seq: message.seq }, message);
  }
  return reduceEvent(state, message);
}

function reduceEvent(
  state: RoomState,
  message: Exclude<ServerMessage, { type: "room.snapshot" }>,
): RoomState {
  switch (message.type) {
    case "lesson.started":
      return withView(state, { phase: "live", started_ms: message.at_ms });
    case "lesson.ended":
      return withView(state, {
        phase: "ended",
        ended_ms: message.at_ms,
        end_reason: message.reason,
        closes_at_ms: null,
      });
    case "participant.changed":
      return withView(state, {
        participants: replaced(state.view.participants, message.participant),
      });
    case "listen.started":
      return withView(state, {
        listening: { ...state.view.listening, [message.listener_id]: message.seat_id },
      });
    case "listen.stopped": {
      const { [message.listener_id]: _, ...listening } = state.view.listening;
      return withView(state, { listening });
    }
    case "floor.opened":
      return withView(state, { is_floor_open: true });
    case "floor.closed":
      return withView(state, { is_floor_open: false });
    case "closing.changed":
      return withView(state, { closes_at_ms: message.closes_at_ms });
    case "slot.mapped":
      return { ...state, slots: mapped(state.slots, message.slot, message.participant_id) };
    case "subscription.paused": {
      const id = publicationId(message.participant_id, message.source);
      const { [id]: _, ...others } = state.paused;
      if (!message.is_paused) return { ...state, paused: others };
      return { ...state, paused: { ...others, [id]: { carriesStills: message.carries_stills } } };
    }
    case "data.used":
      return { ...state, dataUsedBytes: message.bytes_sent + message.bytes_received };
    case "speakers.changed":
      return { ...state, speakers: message.participant_ids };
    case "media.revoked":
      return { ...state, slots: {}, paused: {}, speakers: [] };
    case "room.resumed":
      return { ...state, speakers: [] };
    case "welcome":
    case "authenticated":
    case "ok":
    case "error":
    case "pong":
    case "heartbeat":
    case "replaced":
    case "server.closing":
    case "media.grant":
    case "media.answer":
    case "media.offer":
    case "layers.wanted":
    case "stills.wanted":
    case "still.part":
      return state;
    default:
      return assertNever(message);
  }
}

function withView(state: RoomState, change: Partial<RoomView>): RoomState {
  return { ...state, view: { ...state.view, ...change } };
}

function replaced(list: readonly ParticipantView[], changed: ParticipantView): ParticipantView[] {
  const isKnown = list.some((entry) => entry.participant_id === changed.participant_id);
  if (!isKnown) return [...list, changed];
  return list.map((entry) => (entry.participant_id === changed.participant_id ? changed : entry));
}

function mapped(
  slots: Readonly<Record<string, string>>,
  slot: string,
  participantId: string | null,
): Record<string, string> {
  const { [slot]: _, ...rest } = slots;
  return participantId === null ? rest : { ...rest, [slot]: participantId };
}
