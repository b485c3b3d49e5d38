import type { ParticipantChanged } from "../generated/signaling";
import type { Dictionary } from "../i18n";

/** What one change of a place is worth saying aloud on a screen, or null. Pure. */
export type Announcer = (
  words: Dictionary,
  change: ParticipantChanged,
  you: string,
) => string | null;

/** For the lead and the assistant: answers to a call, and new hands. */
export const announceToStaff: Announcer = (words, { event, participant }) => {
  switch (event) {
    case "callup.accepted":
      return words.lead.callAccepted(participant.name);
    case "callup.declined":
      return words.lead.callDeclined(participant.name);
    case "callup.expired":
      return words.lead.callExpired(participant.name);
    case "hand.raised":
      return words.lead.handUp(participant.name);
    default:
      return null;
  }
};

/** For a classroom: what happened to its own place. */
export const announceToClassroom: Announcer = (words, { event, participant }, you) => {
  if (participant.participant_id !== you) return null;
  switch (event) {
    case "callup.expired":
      return words.classroom.callExpired;
    case "callup.cancelled":
      return words.classroom.callCancelled;
    case "stage.sent_down":
      return words.classroom.sentDown;
    default:
      return null;
  }
};
