import type { Ticket } from "../api/types";
import { PlaceSession } from "./place";

/** The on-site teacher's console: a socket beside the classroom's page, without media. */
export class ConsoleSession extends PlaceSession {
  readonly #endings: (() => void)[] = [];

  constructor(ticket: Ticket, deviceId: string) {
    super(ticket, "console", deviceId);
  }

  override start(): void {
    // A phone sleeps in the pocket: on waking up, its socket may be dead without having said so.
    const check = () => this.signaling.check();
    const onVisible = () => document.visibilityState === "visible" && check();
    window.addEventListener("online", check);
    document.addEventListener("visibilitychange", onVisible);
    this.#endings.push(
      () => window.removeEventListener("online", check),
      () => document.removeEventListener("visibilitychange", onVisible),
    );
    super.start();
  }

  override stop(): void {
    for (const end of this.#endings.splice(0)) end();
    super.stop();
  }
}
