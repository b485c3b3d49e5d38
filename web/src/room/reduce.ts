import type {
  ChatLine,
  ParticipantView,
  PrivateView,
  RoomView,
  ScreenReported,
  ServerMessage,
  SignalName,
  SourceName,
  StrokeView,
} from "../generated/signaling";
import { assertNever } from "../store";
import { withLines } from "./chat";
import { reduceNoted, reducePrivate } from "./private";

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
  /** The page that the screen of each place really shows, as staff are told. */
  slidesShown: Readonly<Record<string, ShownPage>>;
  /** The last that each classroom's page said of its own screen; staff only. */
  screens: Readonly<Record<string, ScreenReported>>;
  /** What no pupil should read; null on a screen that pupils may see. */
  private: PrivateView | null;
  /** The signal of this place that the staff took note of last, until it raises another one. */
  noted: SignalName | null;
  /** Phones that are in as consoles of this place. */
  phones: number;
  /** Something private came for this place, and no console was there to show it. */
  isWaiting: boolean;
  /** The staff chat as far as this viewer may read it, oldest first; empty on a screen that pupils may see. */
  chat: readonly ChatLine[];
}

export interface ShownPage {
  deckId: string;
  page: number;
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
      // A new socket is told who speaks, if anybody does, and which page each screen shows.
      speakers: [],
      slidesShown: {},
      screens: state?.screens ?? {},
      private: message.private,
      noted: null,
      phones: 0,
      isWaiting: false,
      chat: state?.chat ?? [],
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
      return withView(
        message.participant.presence === "absent"
          ? {
              ...state,
              slidesShown: without(state.slidesShown, message.participant.participant_id),
            }
          : state,
        { participants: replaced(state.view.participants, message.participant) },
      );
    case "listen.started":
      return withView(state, {
        listening: { ...state.view.listening, [message.listener_id]: message.seat_id },
      });
    case "listen.stopped":
      return withView(state, { listening: without(state.view.listening, message.listener_id) });
    case "floor.opened":
      return withView(state, { is_floor_open: true });
    case "floor.closed":
      return withView(state, { is_floor_open: false });
    case "slides.turned":
      return withView(state, { slides: message.slides });
    case "slides.hidden":
      return withView(state, { slides: null });
    case "stroke.drawn":
      return withStrokes(state, (strokes) => [
        ...strokes.filter(({ stroke_id }) => stroke_id !== message.stroke.stroke_id),
        message.stroke,
      ]);
    case "stroke.undone":
      return withStrokes(state, (strokes) =>
        strokes.filter(({ stroke_id }) => stroke_id !== message.stroke_id),
      );
    case "strokes.cleared":
      return withStrokes(state, () => []);
    case "slide.shown":
      return {
        ...state,
        slidesShown: {
          ...state.slidesShown,
          [message.participant_id]: { deckId: message.deck_id, page: message.page },
        },
      };
    case "sing_along.started":
      return withView(state, { is_sing_along: true });
    case "sing_along.stopped":
      return withView(state, { is_sing_along: false });
    case "spotlight.moved":
      return withView(state, { spotlight: message.participant_id });
    case "lead.changed":
      return withView(state, { lead: message.lead });
    case "screen.reported":
      return { ...state, screens: { ...state.screens, [message.participant_id]: message } };
    case "sound.switched":
      return withView(state, { sound_preset: message.preset });
    case "closing.changed":
      return withView(state, { closes_at_ms: message.closes_at_ms });
    case "slot.mapped":
      return { ...state, slots: mapped(state.slots, message.slot, message.participant_id) };
    case "subscription.paused": {
      const id = publicationId(message.participant_id, message.source);
      const others = without(state.paused, id);
      if (!message.is_paused) return { ...state, paused: others };
      return { ...state, paused: { ...others, [id]: { carriesStills: message.carries_stills } } };
    }
    case "data.used":
      return { ...state, dataUsedBytes: message.bytes_sent + message.bytes_received };
    case "speakers.changed":
      return { ...state, speakers: message.participant_ids };
    case "media.revoked":
      return { ...state, slots: {}, paused: {}, speakers: [] };
    case "consoles.changed":
      return { ...state, phones: message.phones, isWaiting: message.is_waiting };
    case "signal.raised":
    case "signal.cleared":
    case "pupil.named":
      return {
        ...state,
        private: reducePrivate(state.private, message),
        noted: reduceNoted(state.noted, state.private, message, state.you),
      };
    case "chat.sent":
      return { ...state, chat: withLines(state.chat, [message.line]) };
    case "chat.history":
      return { ...state, chat: withLines(state.chat, message.lines) };
    case "room.resumed":
      return { ...state, speakers: [], slidesShown: {}, phones: 0, isWaiting: false };
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
    case "page.stepped":
    case "pointer.moved":
    case "pen.drawn":
      return state;
    default:
      return assertNever(message);
  }
}

function withView(state: RoomState, change: Partial<RoomView>): RoomState {
  return { ...state, view: { ...state.view, ...change } };
}

/** What is drawn on the page that is shown; nothing where none is. */
function withStrokes(
  state: RoomState,
  change: (strokes: readonly StrokeView[]) => StrokeView[],
): RoomState {
  const { slides } = state.view;
  if (!slides) return state;
  return withView(state, { slides: { ...slides, strokes: change(slides.strokes) } });
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Record<string, Value> {
  const { [key]: _, ...rest } = record;
  return rest;
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
  const rest = without(slots, slot);
  return participantId === null ? rest : { ...rest, [slot]: participantId };
}
