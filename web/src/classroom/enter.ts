import { pair } from "../api/lessons";
import { issuePcTicket } from "../api/pcs";
import { navigate } from "../router";
import { storeTicket } from "../signaling/ticket";
import { rememberEntered, rememberPaired } from "./pairedPc";

/** A classroom PC's own page: its timetable, from which it goes into lessons by itself. */
export const HOME_PATH = "/classroom";

/** Take this classroom's seat in a lesson. */
export async function enterLesson(lessonId: string): Promise<void> {
  storeTicket(await issuePcTicket(lessonId));
  rememberEntered(lessonId);
  navigate(`/lessons/${encodeURIComponent(lessonId)}/classroom`, { replace: true });
}

/** The characters of a code as somebody wrote or pasted it: eight digits, or the twelve of a card. */
export const codeOf = (text: string): string => text.normalize("NFKC").replace(/[^0-9A-Za-z]/g, "");

export const isWholeCode = (code: string): boolean => /^(\d{8}|[0-9A-Za-z]{12})$/.test(code);

/** The code in the address of a card's QR code; null for any other QR code that somebody holds up. */
export const codeOnCard = (text: string): string | null =>
  /^https?:\/\/[^/]+\/c#([0-9a-z]{12})$/.exec(text)?.[1] ?? null;

/** Redeem a code: go to the door of the seat that it is for, or home as a classroom's own PC. */
export async function enterWithCode(code: string): Promise<void> {
  const { ticket, classroom } = await pair(code);
  if (classroom) {
    rememberPaired(true);
    navigate(HOME_PATH, { replace: true });
  } else if (ticket) {
    storeTicket(ticket);
    const place = `seat=${encodeURIComponent(ticket.participant_id)}`;
    navigate(`/lessons/${encodeURIComponent(ticket.lesson_id)}/join?${place}`, { replace: true });
  }
}
