import type { LeadChanged, ParticipantChanged } from "../generated/signaling";
import type { Dictionary } from "../i18n";

/** A place, or who leads, changed. */
export type RoomChange = ParticipantChanged | LeadChanged;

/** What one change is worth saying aloud on a screen, or null. Pure. */
export type Announcer = (words: Dictionary, change: RoomChange, you: string) => string | null;

/** For the staff: answers to a call, new hands, who leads, and who is gone from the stage or the lesson. */
export const announceToStaff: Announcer = (words, change, you) => {
  if (change.type === "lead.changed") return leadAnswer(words, change.event);
  const { event, participant } = change;
  switch (event) {
    case "lead.handed_over":
    case "lead.taken_over":
      return newLead(words, change, you);
    case "callup.accepted":
      return words.lead.callAccepted(participant.name);
    case "callup.declined":
      return words.lead.callDeclined(participant.name);
    case "callup.expired":
      return words.lead.callExpired(participant.name);
    case "hand.raised":
      return words.lead.handUp(participant.name);
    case "participant.cut":
      return participant.place === "off" ? null : words.cockpit.cutOnStage(participant.name);
    case "participant.left":
      return participant.role === "classroom" ? words.cockpit.left(participant.name) : null;
    default:
      return null;
  }
};

/** For a classroom: what happened to its own place. */
export const announceToClassroom: Announcer = (words, change, you) => {
  if (change.type === "lead.changed") return null;
  const { event, participant } = change;
  if (event === "lead.handed_over" || event === "lead.taken_over") {
    return newLead(words, change, you);
  }
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

/** Both places change with the lead; the one that got it is told of. */
function newLead(
  { cockpit }: Dictionary,
  { participant }: ParticipantChanged,
  you: string,
): string | null {
  if (participant.role !== "lead") return null;
  return participant.participant_id === you ? cockpit.youLead : cockpit.leadIs(participant.name);
}

function leadAnswer({ cockpit }: Dictionary, event: string): string | null {
  switch (event) {
    case "lead.declined":
      return cockpit.leadDeclined;
    case "lead.proposal_expired":
      return cockpit.leadExpired;
    default:
      return null;
  }
}
