import { issueTicket } from "../api/lessons";
import type { Place, Ticket } from "../api/types";
import { lastTicket, storedTicket, storeTicket } from "../signaling/ticket";

/** The place somebody asks for in the address of the preview page. */
export function placeOf(query: URLSearchParams): Place | null {
  const seat = query.get("seat");
  if (seat) return { seat_id: seat };
  const role = query.get("role");
  return role === "lead" || role === "assistant" || role === "observer" ? { role } : null;
}

function fits(ticket: Ticket, place: Place | null): boolean {
  if (place === null) return true;
  return "role" in place ? ticket.role === place.role : ticket.participant_id === place.seat_id;
}

/** This tab's ticket for the place: the one it has (from a pairing code, or before a reload), else a new one. */
export async function ticketFor(lessonId: string, place: Place | null): Promise<Ticket | null> {
  const stored = storedTicket(lessonId);
  if (stored && fits(stored, place)) return stored;
  if (place === null) return null;
  const ticket = await issueTicket(lessonId, place);
  storeTicket(ticket);
  return ticket;
}

export const lessonPath = (ticket: Ticket): string =>
  `/lessons/${encodeURIComponent(ticket.lesson_id)}/${ticket.role === "classroom" ? "classroom" : "lead"}`;

export const isLessonScreen = (path: string): boolean =>
  /^\/lessons\/[^/]+\/(lead|classroom)$/.test(path);

/** Where to get a ticket anew for the same place. */
export function joinPath(lessonId: string, ticket: Ticket | null): string {
  const base = `/lessons/${encodeURIComponent(lessonId)}/join`;
  if (!ticket) return base;
  const place =
    ticket.role === "classroom"
      ? `seat=${encodeURIComponent(ticket.participant_id)}`
      : `role=${ticket.role}`;
  return `${base}?${place}`;
}

/**
 * Where to go on over https from this very page. Tickets belong to one origin, so from inside a lesson that is the
 * entrance of the same place.
 */
export function secureReturnPath(): string {
  const { pathname, search } = window.location;
  const lessonId = /^\/lessons\/([^/]+)\/(?:lead|classroom)$/.exec(pathname)?.[1];
  if (!lessonId) return pathname + search;
  const id = decodeURIComponent(lessonId);
  return joinPath(id, lastTicket(id));
}
