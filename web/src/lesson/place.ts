import type { Ticket } from "../api/types";
import type { Hello, ServerMessage } from "../generated/signaling";
import { type RoomState, reduce } from "../room/reduce";
import { type RequestBody, SignalingClient, type Socket } from "../signaling/client";
import { Store } from "../store";
import type { RoomChange } from "./announcers";

type ChangeListener = (change: RoomChange, you: string) => void;

/** One socket of a place and the fold of what it says: what a page, a projector and a console have in common. */
export class PlaceSession {
  readonly ticket: Ticket;
  readonly signaling: SignalingClient;
  readonly room = new Store<RoomState | null>(null);
  readonly #changeListeners = new Set<ChangeListener>();

  constructor(ticket: Ticket, kind: Hello["kind"], deviceId: string) {
    this.ticket = ticket;
    this.signaling = new SignalingClient({
      url: ticket.signal_url,
      token: ticket.token,
      deviceId,
      kind,
      openSocket: (url) => asSocket(new WebSocket(url)),
      onMessage: (message) => this.receive(message),
    });
  }

  start(): void {
    this.signaling.start();
  }

  /** Close without leaving: the seat is kept for the grace period. */
  stop(): void {
    this.signaling.stop();
  }

  /** Hear of every change of a place or of the lead as it happens, none skipped. Returns the way to stop. */
  onChange(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  async request(body: RequestBody): Promise<void> {
    await this.signaling.request(body);
  }

  protected receive(message: ServerMessage): void {
    this.room.set(reduce(this.room.get(), message));
    if (message.type !== "participant.changed" && message.type !== "lead.changed") return;
    const you = this.room.get()?.you ?? "";
    for (const listener of [...this.#changeListeners]) listener(message, you);
  }
}

/** A WebSocket has wider handler types than the client uses. */
function asSocket(socket: WebSocket): Socket {
  return socket as unknown as Socket;
}
