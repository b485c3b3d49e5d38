import {
  type Auth,
  type ClientMessage,
  type Hello,
  PROTOCOL_VERSION,
  type RoomJoin,
  type RoomResume,
  type ServerMessage,
} from "../generated/signaling";
import { Store } from "../store";
import { backoffMs } from "./backoff";
import {
  CLOSE_NOT_AUTHENTICATED,
  CLOSE_REPLACED,
  CLOSE_SUPERSEDED,
  isFinal,
  isPassing,
  type LinkState,
} from "./link";

type WithoutId<Message> = Message extends ClientMessage ? Omit<Message, "id"> : never;
/** A request as callers write it: the client numbers it. */
export type RequestBody = WithoutId<ClientMessage>;

/** The part of a WebSocket that is used here. */
export interface Socket {
  /** As a WebSocket's. */
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason?: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface SignalingOptions {
  url: string;
  token: string;
  deviceId: string;
  kind: Hello["kind"];
  openSocket: (url: string) => Socket;
  /** Every message of the server, in order, after the client looked at it. */
  onMessage: (message: ServerMessage) => void;
  random?: () => number;
}

/** A request that was refused, or that the link lost. `code` is stable. */
export class RequestRefused extends Error {
  override name = "RequestRefused";
  constructor(
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

interface Pending {
  resolve: (answer: ServerMessage) => void;
  reject: (error: RequestRefused) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** `WebSocket.OPEN`. */
const OPEN = 1;
const REQUEST_TIMEOUT_MS = 8_000;
const OPEN_TIMEOUT_MS = 5_000;
const DEFAULT_HEARTBEAT_S = 5;
/** A ping takes no longer than this on a link that carries a lesson. */
const CHECK_MS = 2_000;

/** One place's socket: says hello, authenticates, joins, and after a cut comes back and resumes. */
export class SignalingClient {
  readonly link = new Store<LinkState>({ kind: "connecting" });
  /** Server's clock minus this machine's, ms. */
  clockOffsetMs = 0;

  readonly #options: SignalingOptions;
  readonly #pending = new Map<string, Pending>();
  #socket: Socket | null = null;
  #lastSeq: number | null = null;
  #nextId = 0;
  #attempt = 0;
  #isServerClosing = false;
  #isChecking = false;
  #heartbeatMs = DEFAULT_HEARTBEAT_S * 1000;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SignalingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#open();
  }

  /** Give the place up (the lesson counts it as left), then close. */
  async leave(): Promise<void> {
    if (this.link.get().kind === "joined") {
      await this.request({ type: "room.leave" }).catch(() => undefined);
    }
    this.stop();
  }

  /** Close without leaving: the server keeps the place for the grace period. */
  stop(): void {
    if (!isFinal(this.link.get())) this.link.set({ kind: "left" });
    this.#dropSocket("not_connected");
    clearTimeout(this.#retryTimer);
  }

  /** Do not wait out the back-off: the network is said to be back. */
  retryNow(): void {
    if (this.link.get().kind !== "reconnecting" || this.#socket) return;
    clearTimeout(this.#retryTimer);
    this.#open();
  }

  /** The media path fell silent or the network changed: a socket that does not answer soon is dead as well. */
  check(): void {
    const socket = this.#socket;
    if (!socket) {
      this.retryNow();
      return;
    }
    // One that is not open yet has a deadline of its own.
    if (this.#isChecking || socket.readyState !== OPEN) return;
    this.#expectSound(socket, CHECK_MS);
    this.#isChecking = true;
    // On its way in it awaits an answer as it is.
    if (this.link.get().kind === "joined") this.#ping();
  }

  /** Resolves with the answer that names this request; rejects with `RequestRefused`. */
  request(body: RequestBody): Promise<ServerMessage> {
    if (this.link.get().kind !== "joined") {
      return Promise.reject(new RequestRefused("not_connected"));
    }
    return this.#ask(body);
  }

  #ask(body: RequestBody): Promise<ServerMessage> {
    this.#nextId += 1;
    const id = `r${this.#nextId}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RequestRefused("timeout"));
      }, REQUEST_TIMEOUT_MS);
      this.#pending.set(id, { resolve, reject, timer });
      // One that closes takes nothing more; its end refuses what is pending.
      if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify({ ...body, id }));
    });
  }

  #open(): void {
    const socket = this.#options.openSocket(this.#options.url);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#lost(socket, 0), OPEN_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.#openTimer);
      this.#expectSound(socket);
      this.#enter().catch((error: unknown) => this.#refused(socket, error));
    };
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#receive(socket, String(event.data));
    };
    socket.onclose = (event) => this.#lost(socket, event.code, event.reason);
  }

  async #enter(): Promise<void> {
    const { deviceId, kind, token } = this.#options;
    const hello: Omit<Hello, "id"> = {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      device_id: deviceId,
      kind,
    };
    await this.#ask(hello);
    const auth: Omit<Auth, "id"> = { type: "auth", token };
    await this.#ask(auth);
    const join: Omit<RoomJoin, "id"> = { type: "room.join" };
    const entrance: Omit<RoomJoin, "id"> | Omit<RoomResume, "id"> =
      this.#lastSeq === null ? join : { type: "room.resume", last_seq: this.#lastSeq };
    await this.#ask(entrance);
  }

  #receive(socket: Socket, text: string): void {
    // The server speaks the generated types; it is not validated a second time here.
    const message = JSON.parse(text) as ServerMessage;
    this.#expectSound(socket);
    this.#note(socket, message);
    if (this.#socket !== socket) return;
    this.#options.onMessage(message);
    this.#settle(message);
  }

  /** What the client itself learns from a message, before anybody else sees it. */
  #note(socket: Socket, message: ServerMessage): void {
    if ("seq" in message) this.#lastSeq = Math.max(this.#lastSeq ?? 0, message.seq);
    if ("server_time_ms" in message) this.clockOffsetMs = message.server_time_ms - Date.now();
    if (message.type === "welcome") {
      this.#heartbeatMs = message.heartbeat_s * 1000;
      clearInterval(this.#pingTimer);
      this.#pingTimer = setInterval(() => this.#ping(), this.#heartbeatMs);
    } else if (message.type === "room.snapshot" || message.type === "room.resumed") {
      this.#attempt = 0;
      this.#isServerClosing = false;
      this.link.set({ kind: "joined" });
    } else if (message.type === "replaced") {
      this.#end(socket, { kind: "replaced" });
    } else if (message.type === "server.closing") {
      this.#isServerClosing = true;
    }
  }

  #settle(message: ServerMessage): void {
    if (!("re" in message) || message.re === null) return;
    const pending = this.#pending.get(message.re);
    if (!pending) return;
    this.#pending.delete(message.re);
    clearTimeout(pending.timer);
    if (message.type === "error") {
      pending.reject(new RequestRefused(message.code, message.message));
    } else {
      pending.resolve(message);
    }
  }

  #ping(): void {
    if (this.#socket) this.#ask({ type: "ping" }).catch(() => undefined);
  }

  /** The server beats every `heartbeat_s`: two and a half of them without a word mean a dead link. */
  #expectSound(socket: Socket, withinMs = this.#heartbeatMs * 2.5): void {
    clearTimeout(this.#silenceTimer);
    this.#isChecking = false;
    this.#silenceTimer = setTimeout(() => this.#lost(socket, 0), withinMs);
  }

  #refused(socket: Socket, error: unknown): void {
    if (this.#socket !== socket) return;
    const code = error instanceof RequestRefused ? error.code : "failed";
    if (code === "replaced") this.#end(socket, { kind: "replaced" });
    else if (isPassing(code)) this.#lost(socket, 0);
    else this.#end(socket, { kind: "refused", code });
  }

  #end(socket: Socket, link: LinkState): void {
    if (this.#socket !== socket) return;
    this.link.set(link);
    this.#dropSocket("not_connected");
  }

  /** `reason`: beside a close code of the server's own, the stable code of why. */
  #lost(socket: Socket, code: number, reason = ""): void {
    if (this.#socket !== socket) return;
    if (code === CLOSE_REPLACED || code === CLOSE_SUPERSEDED) {
      this.#end(socket, { kind: "replaced" });
      return;
    }
    if (code === CLOSE_NOT_AUTHENTICATED) {
      this.#end(socket, { kind: "refused", code: reason || "ticket_expired" });
      return;
    }
    this.#dropSocket("not_connected");
    this.#attempt += 1;
    // Two failed tries in a row: it is not a blink of the network any more.
    const isServerGone = this.#isServerClosing || this.#attempt > 2;
    this.link.set({ kind: "reconnecting", attempt: this.#attempt, isServerGone });
    const random = this.#options.random ?? Math.random;
    this.#retryTimer = setTimeout(() => this.#open(), backoffMs(this.#attempt, random()));
  }

  #dropSocket(code: string): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    clearInterval(this.#pingTimer);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new RequestRefused(code));
    }
    this.#pending.clear();
  }
}
