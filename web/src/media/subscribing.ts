import type { MediaGrant } from "../generated/signaling";
import { takeStereo } from "./opus";
import { type Ask, iceServersOf } from "./publishing";

const RETRY_MS = 400;

/** The connection on which the fixed slots arrive; the server offers. */
export class SubscribingConnection {
  readonly peer: RTCPeerConnection;
  readonly #ask: Ask;
  #isClosed = false;
  #isOpen = false;
  #isRunning = false;
  #wanted: "open" | "ice_restart" | null = null;

  constructor(
    ask: Ask,
    grant: MediaGrant,
    onTrack: (slot: string, track: MediaStreamTrack) => void,
  ) {
    this.#ask = ask;
    this.peer = new RTCPeerConnection({
      iceServers: iceServersOf(grant),
      bundlePolicy: "max-bundle",
    });
    this.peer.ontrack = ({ track, transceiver }) => {
      // The mid of a slot's track is `<slot>.a` or `<slot>.v`.
      if (transceiver.mid) onTrack(transceiver.mid.replace(/\.[av]$/, ""), track);
    };
  }

  open(): void {
    this.#wake("open");
  }

  restartIce(): void {
    this.#wake(this.#isOpen ? "ice_restart" : "open");
  }

  close(): void {
    this.#isClosed = true;
    this.peer.ontrack = null;
    this.peer.close();
  }

  #wake(wanted: "open" | "ice_restart"): void {
    this.#wanted = wanted;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#wanted && !this.#isClosed) {
      const wanted = this.#wanted;
      this.#wanted = null;
      try {
        await this.#negotiate(wanted === "ice_restart");
        this.#isOpen = true;
      } catch {
        // The link or the engine is away for a moment.
        this.#wanted ??= wanted;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#isRunning = false;
  }

  async #negotiate(isIceRestart: boolean): Promise<void> {
    const offer = await this.#ask({ type: "media.subscribe", is_ice_restart: isIceRestart });
    if (offer.type !== "media.offer") throw new Error(`unexpected answer ${offer.type}`);
    await this.peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    const { sdp = "" } = await this.peer.createAnswer();
    await this.peer.setLocalDescription({ type: "answer", sdp: takeStereo(sdp) });
    await this.#ask({ type: "media.accept", sdp: this.peer.localDescription?.sdp ?? "" });
  }
}
