import type { Ticket } from "../api/types";

/**
 * Tickets and the device id live in sessionStorage: per tab, kept over a reload. So several roles can be open in
 * one browser, and a reload gives the same seat back.
 */
const ticketKey = (lessonId: string) => `tongtang.ticket.${lessonId}`;
const DEVICE_KEY = "tongtang.device";

/** Storage that also works where a browser forbids it: then it lasts as long as the page. */
const fallback = new Map<string, string>();

function read(key: string): string | null {
  try {
    return window.sessionStorage.getItem(key) ?? fallback.get(key) ?? null;
  } catch {
    return fallback.get(key) ?? null;
  }
}

function write(key: string, value: string): void {
  fallback.set(key, value);
  try {
    window.sessionStorage.setItem(key, value);
  } catch {
    // Kept in `fallback`.
  }
}

/** A ticket, and when it runs out by this PC's own clock, however wrong that is. */
interface StoredTicket {
  ticket: Ticket;
  expiresAtMs: number;
}

export function storeTicket(ticket: Ticket): void {
  const stored: StoredTicket = { ticket, expiresAtMs: Date.now() + ticket.expires_in_s * 1000 };
  write(ticketKey(ticket.lesson_id), JSON.stringify(stored));
}

function readTicket(lessonId: string): StoredTicket | null {
  const text = read(ticketKey(lessonId));
  return text ? (JSON.parse(text) as StoredTicket) : null;
}

/** This tab's last ticket for a lesson, run out or not: it still says which place this tab had. */
export function lastTicket(lessonId: string): Ticket | null {
  return readTicket(lessonId)?.ticket ?? null;
}

/** This tab's ticket for a lesson, if it has one that has not run out. */
export function storedTicket(lessonId: string): Ticket | null {
  const stored = readTicket(lessonId);
  return stored && stored.expiresAtMs > Date.now() ? stored.ticket : null;
}

export function dropTicket(lessonId: string): void {
  fallback.delete(ticketKey(lessonId));
  try {
    window.sessionStorage.removeItem(ticketKey(lessonId));
  } catch {
    // Nothing was kept there.
  }
}

/** Random, without meaning. `crypto.randomUUID` exists only on https, so it is not used. */
function newDeviceId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `d-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The id of this tab as a media device. */
export function deviceId(): string {
  const known = read(DEVICE_KEY);
  if (known) return known;
  return renewDeviceId();
}

/** Become a new device: a duplicated tab carries the id of its original. */
export function renewDeviceId(): string {
  const id = newDeviceId();
  write(DEVICE_KEY, id);
  return id;
}
