import type { MediaGrant, SourceName } from "../generated/signaling";
import { Store } from "../store";
import { CpuGuard } from "./cpuGuard";
import { PathWatch } from "./pathWatch";
import { IDLE, type LocalTracks, type MediaClient, type MediaState } from "./port";
import { type Ask, PublishingConnection } from "./publishing";
import { RedundancyRule } from "./redundancy";
import { figuresOf, LossWindow } from "./stats";
import { SubscribingConnection } from "./subscribing";

const SAMPLE_MS = 500;
/** No packets for this long while some are expected: the path is broken. */
const SUBSCRIBING_SILENCE_MS = 1_500;
/** The server answers a publisher with RTCP once a second. */
const PUBLISHING_SILENCE_MS = 3_000;
const REOPEN_MS = 300;

/** The client of the embedded engine: one connection to send, one with fixed slots to receive. */
export class WebRtcMedia implements MediaClient {
  readonly state = new Store<MediaState>(IDLE);
  readonly #ask: Ask;
  readonly #loss = new LossWindow();
  #grant: MediaGrant | null = null;
  #tracks: LocalTracks = {};
  #isExpected = false;
  #publishing: PublishingConnection | null = null;
  #subscribing: SubscribingConnection | null = null;
  #publishingWatch = new PathWatch(PUBLISHING_SILENCE_MS);
  #subscribingWatch = new PathWatch(SUBSCRIBING_SILENCE_MS);
  readonly #redundancy = new RedundancyRule();
  readonly #cpu = new CpuGuard();
  #sampler: ReturnType<typeof setInterval> | undefined;
  #isSampling = false;
  #energies: Readonly<Record<string, number>> = {};

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  grant(grant: MediaGrant): void {
    const isSame = this.#grant?.media_epoch === grant.media_epoch;
    this.#grant = grant;
    if (isSame && this.#subscribing) {
      this.#publishing?.update(grant, this.#tracks);
      this.#ensurePublishing();
      return;
    }
    this.#drop();
    this.state.set({ ...IDLE, phase: "connecting", isSlow: this.#cpu.isSlow });
    this.#openSubscribing();
    this.#ensurePublishing();
    this.#sampler = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  revoke(): void {
    this.#grant = null;
    this.#drop();
    this.state.set(IDLE);
  }

  setTracks(tracks: LocalTracks): void {
    this.#tracks = tracks;
    if (this.#grant) this.#publishing?.update(this.#grant, tracks);
    this.#ensurePublishing();
  }

  setLayersWanted(source: SourceName, layers: readonly boolean[]): void {
    this.#publishing?.setLayersWanted(source, layers);
  }

  expectPackets(isExpected: boolean): void {
    this.#isExpected = isExpected;
  }

  soundEnergy(slot: string): number {
    return this.#energies[`${slot}.a`] ?? 0;
  }

  check(): void {
    void this.#sample();
  }

  networkChanged(): void {
    this.#subscribing?.restartIce();
    this.#publishing?.restartIce();
  }

  close(): void {
    this.revoke();
  }

  #drop(): void {
    clearInterval(this.#sampler);
    this.#publishing?.close();
    this.#subscribing?.close();
    this.#publishing = null;
    this.#subscribing = null;
    this.#publishingWatch = new PathWatch(PUBLISHING_SILENCE_MS);
    this.#subscribingWatch = new PathWatch(SUBSCRIBING_SILENCE_MS);
  }

  /** The publishing connection appears with the first track that may be sent. */
  #ensurePublishing(): void {
    const grant = this.#grant;
    if (!grant || this.#publishing) return;
    if (!grant.publish.some((source) => this.#tracks[source])) return;
    const connection = new PublishingConnection(this.#ask, grant);
    this.#publishing = connection;
    this.#publishingWatch.newPeer();
    connection.peer.onconnectionstatechange = () => {
      const { connectionState } = connection.peer;
      if (connectionState !== "failed" && connectionState !== "closed") return;
      setTimeout(() => this.#publishing === connection && this.#renewPublishing(), REOPEN_MS);
    };
    connection.setRedundant(this.#redundancy.isOn);
    connection.update(grant, this.#tracks);
  }

  #renewPublishing(): void {
    this.#publishing?.close();
    this.#publishing = null;
    this.#ensurePublishing();
  }

  #openSubscribing(): void {
    const grant = this.#grant;
    if (!grant) return;
    this.#subscribing?.close();
    this.#subscribingWatch.newPeer();
    const connection = new SubscribingConnection(this.#ask, grant, (slot, track) =>
      this.#addTrack(slot, track),
    );
    this.#subscribing = connection;
    connection.peer.onconnectionstatechange = () => {
      if (this.#subscribing !== connection) return;
      const { connectionState } = connection.peer;
      if (connectionState === "connected") this.state.update({ phase: "connected" });
      if (connectionState !== "failed" && connectionState !== "closed") return;
      this.#recovering();
      setTimeout(() => this.#subscribing === connection && this.#openSubscribing(), REOPEN_MS);
    };
    connection.open();
  }

  #addTrack(slot: string, track: MediaStreamTrack): void {
    const { slots } = this.state.get();
    const before = slots[slot] ?? { audio: null, video: null };
    const changed = { ...before, [track.kind]: new MediaStream([track]) };
    this.state.update({ slots: { ...slots, [slot]: changed } });
  }

  #recovering(): void {
    if (this.state.get().phase === "connected") this.state.update({ phase: "recovering" });
  }

  async #sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    try {
      await this.#sampleSubscribing();
      await this.#samplePublishing();
    } finally {
      this.#isSampling = false;
    }
  }

  async #sampleSubscribing(): Promise<void> {
    const connection = this.#subscribing;
    if (!connection) return;
    const figures = await figuresOf(connection.peer);
    if (this.#subscribing !== connection) return;
    this.#energies = figures.energies;
    const atMs = performance.now();
    const isConnected = connection.peer.connectionState === "connected";
    const remedy = this.#subscribingWatch.sample({
      atMs,
      isConnected,
      receivedBytes: figures.receivedBytes,
      isExpected: this.#isExpected,
    });
    const isWeak = this.#loss.isWeak(atMs, figures);
    if (isWeak !== this.state.get().isWeak) this.state.update({ isWeak });
    if (remedy === "none") {
      const isBroken = this.#subscribingWatch.isBroken || this.#publishingWatch.isBroken;
      if (isConnected && !isBroken && this.state.get().phase === "recovering") {
        this.state.update({ phase: "connected" });
      }
      return;
    }
    this.#recovering();
    if (remedy === "restart_ice") connection.restartIce();
    else this.#openSubscribing();
  }

  async #samplePublishing(): Promise<void> {
    const connection = this.#publishing;
    if (!connection) return;
    const { receivedBytes, sound, encoders } = await figuresOf(connection.peer);
    if (this.#publishing !== connection) return;
    if (this.#cpu.sample(performance.now(), encoders)) {
      this.state.update({ isSlow: this.#cpu.isSlow });
    }
    if (this.#redundancy.sample(performance.now(), sound)) {
      connection.setRedundant(this.#redundancy.isOn);
    }
    const remedy = this.#publishingWatch.sample({
      atMs: performance.now(),
      isConnected: connection.peer.connectionState === "connected",
      receivedBytes,
      isExpected: connection.isSending,
      isSuspected: this.#subscribingWatch.isBroken,
    });
    if (remedy === "none") return;
    this.#recovering();
    if (remedy === "restart_ice") connection.restartIce();
    else this.#renewPublishing();
  }
}
