import type { Ticket } from "../api/types";

/**
 * A phone keeps its console tickets in localStorage: its browser closes tabs as it likes, and the picture on the
 * classroom's screen lets a phone in once only.
 */
const PREFIX = "tongtang.console.";
const key = (lessonId: string) => PREFIX + lessonId;
/** For a browser that forbids storage: then a ticket lasts as long as the page. */
const fallback = new Map<string, Ticket>();

export function storeConsoleTicket(ticket: Ticket): void {
  fallback.set(ticket.lesson_id, ticket);
  try {
    // A phone is the console of one lesson at a time.
    for (const old of Object.keys(window.localStorage)) {
      if (old.startsWith(PREFIX)) window.localStorage.removeItem(old);
    }
    window.localStorage.setItem(key(ticket.lesson_id), JSON.stringify(ticket));
  } catch {
    // Kept in `fallback`.
  }
}

/** This phone's ticket for a lesson, if it has one that has not run out. */
export function consoleTicket(lessonId: string): Ticket | null {
  const ticket = fallback.get(lessonId) ?? read(lessonId);
  return ticket && Date.parse(ticket.expires_at) > Date.now() ? ticket : null;
}

export function dropConsoleTicket(lessonId: string): void {
  fallback.delete(lessonId);
  try {
    window.localStorage.removeItem(key(lessonId));
  } catch {
    // Nothing was kept there.
  }
}

function read(lessonId: string): Ticket | null {
  try {
    const text = window.localStorage.getItem(key(lessonId));
    return text ? (JSON.parse(text) as Ticket) : null;
  } catch {
    return null;
  }
}
