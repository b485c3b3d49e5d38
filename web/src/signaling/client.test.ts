import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, ServerMessage } from "../generated/signaling";
import { snapshot } from "../testing/room";
import { RequestRefused, SignalingClient, type Socket } from "./client";
import { CLOSE_SUPERSEDED } from "./link";

/** Of a WebSocket's `readyState`. */
const CONNECTING = 0;
const OPEN = 1;

/** The server's end of a socket: it answers as the protocol says, or as a test tells it. */
class ServerEnd implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly received: ClientMessage[] = [];
  readyState = OPEN;
  isClosed = false;

  constructor(readonly answer: (message: ClientMessage) => ServerMessage | null) {}

  send(text: string): void {
    const message = JSON.parse(text) as ClientMessage;
    this.received.push(message);
    const answer = this.answer(message);
    if (answer) this.say(answer);
  }

  close(): void {
    this.isClosed = true;
  }

  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  get types(): string[] {
    return this.received.map((message) => message.type);
  }
}

function obliging(message: ClientMessage): ServerMessage | null {
  const re = message.id;
  switch (message.type) {
    case "hello":
      return {
        type: "welcome",
        re,
        connection_id: "c1",
        protocol: 1,
        server_time_ms: Date.now() + 5_000,
        heartbeat_s: 5,
      };
    case "auth":
      return {
        type: "authenticated",
        re,
        lesson_id: "l1",
        participant_id: "lead_u1",
        role: "lead",
      };
    case "room.join":
      return { ...snapshot(), re };
    case "room.resume":
      return { type: "room.resumed", re, seq: message.last_seq };
    case "ping":
      return { type: "pong", re, server_time_ms: Date.now() };
    default:
      return { type: "ok", re };
  }
}

function setUp(answer: (message: ClientMessage) => ServerMessage | null = obliging) {
  const sockets: ServerEnd[] = [];
  const heard: ServerMessage[] = [];
  const client = new SignalingClient({
    url: "ws://school/api/v1/signal",
    token: "ticket",
    deviceId: "d-1",
    kind: "device",
    openSocket: () => {
      const socket = new ServerEnd(answer);
      sockets.push(socket);
      return socket;
    },
    onMessage: (message) => heard.push(message),
    random: () => 0,
  });
  client.start();
  const last = () => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  };
  return { client, sockets, heard, last };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

async function joined(answer?: (message: ClientMessage) => ServerMessage | null) {
  const scene = setUp(answer);
  scene.last().onopen?.();
  await settle();
  return scene;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the signalling client", () => {
  it("says hello, authenticates and joins, in this order", async () => {
    const { client, last, heard } = await joined();
    expect(last().types).toEqual(["hello", "auth", "room.join"]);
    expect(client.link.get()).toEqual({ kind: "joined" });
    expect(client.clockOffsetMs).toBe(5_000);
    expect(heard.at(-1)?.type).toBe("room.snapshot");
  });

  it("gives a refusal to the request it names, with its code", async () => {
    const { client } = await joined((message) =>
      message.type === "callup.call"
        ? { type: "error", re: message.id, code: "stage_full", message: "The stage is full." }
        : obliging(message),
    );
    const refused = client.request({ type: "callup.call", seat_id: "s1" });
    await expect(refused).rejects.toMatchObject({ code: "stage_full" });
  });

  it("resumes after a cut from the last event it saw", async () => {
    const { client, sockets, last } = await joined();
    last().say({ type: "floor.opened", seq: 17, at_ms: 1 });
    last().onclose?.({ code: 1006 });
    expect(client.link.get()).toMatchObject({ kind: "reconnecting", isServerGone: false });
    await vi.advanceTimersByTimeAsync(200);
    expect(sockets).toHaveLength(2);
    last().onopen?.();
    await settle();
    expect(last().received.at(-1)).toMatchObject({ type: "room.resume", last_seq: 17 });
    expect(client.link.get()).toEqual({ kind: "joined" });
  });

  it("fails the requests that a cut leaves without an answer", async () => {
    const { client, last } = await joined((message) =>
      message.type === "hand.raise" ? null : obliging(message),
    );
    const lost = client.request({ type: "hand.raise" });
    last().onclose?.({ code: 1006 });
    await expect(lost).rejects.toBeInstanceOf(RequestRefused);
    await expect(client.request({ type: "hand.raise" })).rejects.toMatchObject({
      code: "not_connected",
    });
  });

  it("puts nothing into a socket that is closing, and says so when it is closed", async () => {
    const { client, last } = await joined();
    const socket = last();
    const before = socket.received.length;
    socket.readyState = 2;
    const lost = client.request({ type: "hand.raise" });
    expect(socket.received).toHaveLength(before);
    socket.onclose?.({ code: 1000 });
    await expect(lost).rejects.toMatchObject({ code: "not_connected" });
  });

  it("does not come back by itself after another device took the place", async () => {
    const { client, sockets, last } = await joined();
    const socket = last();
    socket.say({ type: "replaced" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.link.get()).toEqual({ kind: "replaced" });
    expect(socket.isClosed).toBe(true);
    expect(sockets).toHaveLength(1);
  });

  it("does not fight with a duplicate of its own tab", async () => {
    const { client, sockets, last } = await joined();
    last().onclose?.({ code: CLOSE_SUPERSEDED });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.link.get()).toEqual({ kind: "replaced" });
    expect(sockets).toHaveLength(1);
  });

  it("stops at a ticket that is not good", async () => {
    const { client, sockets } = await joined((message) =>
      message.type === "auth"
        ? { type: "error", re: message.id, code: "ticket_expired", message: "" }
        : obliging(message),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.link.get()).toEqual({ kind: "refused", code: "ticket_expired" });
    expect(sockets).toHaveLength(1);
  });

  it("tries again when the lesson cannot be opened just now", async () => {
    let refusals = 1;
    const { client, last } = await joined((message) =>
      message.type === "room.join" && refusals-- > 0
        ? { type: "error", re: message.id, code: "lesson_unavailable", message: "" }
        : obliging(message),
    );
    expect(client.link.get().kind).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(200);
    last().onopen?.();
    await settle();
    expect(client.link.get()).toEqual({ kind: "joined" });
  });

  it("notices a link that went silent", async () => {
    const { client, sockets } = await joined((message) =>
      message.type === "ping" ? null : obliging(message),
    );
    expect(sockets[0]?.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(12_550);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(client.link.get().kind).toBe("reconnecting");
  });

  it("finds out within 2 s whether a socket is dead when the media fell silent", async () => {
    let isDead = false;
    const { client, sockets } = await joined((message) =>
      isDead && message.type === "ping" ? null : obliging(message),
    );
    client.check();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(client.link.get()).toEqual({ kind: "joined" });
    isDead = true;
    client.check();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(client.link.get().kind).toBe("reconnecting");
  });

  it("tries again soon if the network changes while it is on its way in", async () => {
    const { client, sockets, last } = await joined();
    last().onclose?.({ code: 1006 });
    client.retryNow();
    last().readyState = CONNECTING;
    client.check();
    await vi.advanceTimersByTimeAsync(4_900);
    expect(sockets, "one that opens has a deadline of its own").toHaveLength(2);
    last().readyState = OPEN;
    last().onopen?.();
    await settle();
    expect(client.link.get().kind).toBe("joined");

    last().onclose?.({ code: 1006 });
    client.retryNow();
    const entering = last();
    vi.spyOn(entering, "send").mockImplementation(() => undefined);
    entering.onopen?.();
    client.check();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(entering.isClosed).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(4);
  });

  it("says that the server is gone after it announced that, or after several tries", async () => {
    const { client, last } = await joined();
    last().say({ type: "server.closing" });
    last().onclose?.({ code: 1012 });
    expect(client.link.get()).toMatchObject({ isServerGone: true });
  });

  it("waits longer from try to try, and not at all when the network is back", async () => {
    const { client, sockets, last } = await joined();
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(100);
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(100);
    expect(sockets).toHaveLength(2);
    client.retryNow();
    expect(sockets).toHaveLength(3);
  });
});
