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

export function storeTicket(ticket: Ticket): void {
  write(ticketKey(ticket.lesson_id), JSON.stringify(ticket));
}

/** This tab's last ticket for a lesson, run out or not: it still says which place this tab had. */
export function lastTicket(lessonId: string): Ticket | null {
  const text = read(ticketKey(lessonId));
  return text ? (JSON.parse(text) as Ticket) : null;
}

/** This tab's ticket for a lesson, if it has one that has not run out. */
export function storedTicket(lessonId: string): Ticket | null {
  const ticket = lastTicket(lessonId);
  return ticket && Date.parse(ticket.expires_at) > Date.now() ? ticket : null;
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
