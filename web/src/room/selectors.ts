import type { ParticipantView, SourceName } from "../generated/signaling";
import { publicationId, type RoomState } from "./reduce";

export function participantOf(state: RoomState, id: string): ParticipantView | undefined {
  return state.view.participants.find((participant) => participant.participant_id === id);
}

/** This page's own place; undefined before its first join came back. */
export const ownPlace = (state: RoomState) => participantOf(state, state.you);

/** The lead who is there, or else the one who should be. */
export function leadOf(state: RoomState): ParticipantView | undefined {
  const leads = state.view.participants.filter((participant) => participant.role === "lead");
  return leads.find((lead) => lead.presence === "present") ?? leads[0];
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

export const observersOf = (state: RoomState) =>
  state.view.participants.filter(
    (participant) => participant.role === "observer" && participant.presence === "present",
  );

/** Who listens in on this seat. */
export function listenersOf(state: RoomState, seatId: string): string[] {
  const { listening } = state.view;
  return Object.keys(listening).filter((listener) => listening[listener] === seatId);
}

/** Who shares a screen now, the lead first. */
export function sharerOf(state: RoomState): ParticipantView | undefined {
  const sharers = state.view.participants.filter((participant) => participant.publishing.screen);
  return sharers.find((participant) => participant.role === "lead") ?? sharers[0];
}

/** The slots in which this participant's picture (or shared screen) arrives. */
export function slotOf(state: RoomState, id: string, source: SourceName): string | undefined {
  const wantsScreen = source === "screen";
  return Object.keys(state.slots).find(
    (slot) => state.slots[slot] === id && slot.startsWith("screen.") === wantsScreen,
  );
}

export const pauseOf = (state: RoomState, id: string, source: SourceName) =>
  state.paused[publicationId(id, source)];

export const isSpeaking = (state: RoomState, id: string) => state.speakers.includes(id);

/** Is what is said in this place heard in every classroom? Follows the rules of the room. */
export function isHeardByAll(state: RoomState, place: ParticipantView): boolean {
  if (state.view.phase !== "live" || place.is_muted) return false;
  return place.role === "lead" || place.place === "on" || state.view.is_floor_open;
}
