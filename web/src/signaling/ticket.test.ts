import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Ticket } from "../api/types";
import { lastTicket, storedTicket, storeTicket } from "./ticket";

const TICKET: Ticket = {
  token: "tt1.x.y",
  signal_url: "ws://localhost/api/v1/signal",
  lesson_id: "les_1",
  participant_id: "sea_1",
  role: "classroom",
  expires_at: "2027-01-15T09:15:00Z",
  expires_in_s: 75 * 60,
  is_guest: false,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each(["2009-01-01T00:00:00Z", "2031-01-01T00:00:00Z"])(
  "a ticket counts for as long as the server said, on a PC that believes it is %s",
  (clock) => {
    vi.setSystemTime(new Date(clock));
    storeTicket(TICKET);
    vi.advanceTimersByTime(75 * 60_000 - 1);
    expect(storedTicket("les_1")).toEqual(TICKET);
    vi.advanceTimersByTime(1);
    expect(storedTicket("les_1")).toBeNull();
    // It still says which place this tab had.
    expect(lastTicket("les_1")).toEqual(TICKET);
  },
);
