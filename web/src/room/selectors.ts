import type { ParticipantView, RoleName, SourceName } from "../generated/signaling";
import { publicationId, type RoomState } from "./reduce";

export function participantOf(state: RoomState, id: string): ParticipantView | undefined {
  return state.view.participants.find((participant) => participant.participant_id === id);
}

/** This page's own place; undefined before its first join came back. */
export const ownPlace = (state: RoomState) => participantOf(state, state.you);

/** The one lead, who may be away; undefined before the lead's first join. */
export const leadOf = (state: RoomState) => participantOf(state, state.view.lead.participant_id);

/** Does this page's place lead now? */
export const isLeading = (state: RoomState) => state.you === state.view.lead.participant_id;

/** Only the lead and classrooms send; an assistant does once it leads. */
export function mayShowItself(state: RoomState): boolean {
  return isLeading(state) || ownPlace(state)?.role === "classroom";
}

export const classroomsOf = (state: RoomState) =>
  state.view.participants.filter((participant) => participant.role === "classroom");

/** Classrooms on stage, in the order of their seats. */
export const stageOf = (state: RoomState) =>
  classroomsOf(state).filter((classroom) => classroom.place === "on");

/** Hands up, longest waiting first. */
export const handQueueOf = (state: RoomState) =>
  classroomsOf(state)
    .filter((classroom) => classroom.hand_raised_ms !== null)
    .sort((a, b) => (a.hand_raised_ms ?? 0) - (b.hand_raised_ms ?? 0));

const presentOf = (state: RoomState, role: RoleName) =>
  state.view.participants.filter(
    (participant) => participant.role === role && participant.presence === "present",
  );

export const assistantsOf = (state: RoomState) => presentOf(state, "assistant");
export const observersOf = (state: RoomState) => presentOf(state, "observer");

/** Who listens in on this seat. */
export function listenersOf(state: RoomState, seatId: string): string[] {
  const { listening } = state.view;
  return Object.keys(listening).filter((listener) => listening[listener] === seatId);
}

/** What is shown to be read: a screen, or what lies under the document camera. */
export interface Shared {
  place: ParticipantView;
  source: "screen" | "document";
}

/** What is shared now; the lead alone may. Where it is both, the document camera was the last to come. */
export function sharedOf(state: RoomState): Shared | undefined {
  const place = leadOf(state);
  if (place?.publishing.document) return { place, source: "document" };
  return place?.publishing.screen ? { place, source: "screen" } : undefined;
}

/** Whom every screen shows large, if anybody more than usual. */
export const spotlightOf = (state: RoomState) =>
  state.view.spotlight === null ? undefined : participantOf(state, state.view.spotlight);

/** The slot in which this source of a participant arrives: what is shared has slots of its own. */
export function slotOf(state: RoomState, id: string, source: SourceName): string | undefined {
  const groupOf = (slot: string) => slot.split(".")[0];
  const isShared = (group?: string) => group === "screen" || group === "document";
  return Object.keys(state.slots).find((slot) => {
    const group = groupOf(slot);
    const isRight = isShared(source) ? group === source : !isShared(group);
    return state.slots[slot] === id && isRight;
  });
}

export const pauseOf = (state: RoomState, id: string, source: SourceName) =>
  state.paused[publicationId(id, source)];

export const isSpeaking = (state: RoomState, id: string) => state.speakers.includes(id);

/** Is what is said in this place heard in every classroom? Follows the rules of the room. */
export function isHeardByAll(state: RoomState, place: ParticipantView): boolean {
  if (state.view.phase !== "live" || place.is_muted) return false;
  if (place.role === "lead") return true;
  return (place.place === "on" || state.view.is_floor_open) && !state.view.is_sing_along;
}
