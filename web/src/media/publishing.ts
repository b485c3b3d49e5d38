import type { MediaGrant, ServerMessage, SourceName } from "../generated/signaling";
import type { RequestBody } from "../signaling/client";
import { applyPlan, type EncodingNeeds, initialEncodings, planEncodings } from "./encodings";
import { announceSound } from "./opus";
import type { LocalTracks } from "./port";
import { type Sound, soundOf } from "./soundProfile";

export type Ask = (body: RequestBody) => Promise<ServerMessage>;

const SOURCES: readonly SourceName[] = ["microphone", "camera", "screen", "document"];
const RETRY_MS = 400;
/** While something is shared it is what matters: the camera keeps this much. */
const CAMERA_BESIDE_SHARED_BPS = 250_000;

/** The connection on which this machine sends; the browser offers. One negotiation at a time. */
export class PublishingConnection {
  readonly peer: RTCPeerConnection;
  readonly #ask: Ask;
  readonly #transceivers = new Map<SourceName, RTCRtpTransceiver>();
  readonly #layersWanted = new Map<SourceName, readonly boolean[]>();
  #grant: MediaGrant;
  #tracks: LocalTracks = {};
  #isClosed = false;
  #isRunning = false;
  #isDirty = false;
  #wantsIceRestart = false;
  #isRedundant = false;
  #isPreferenceNew = false;
  /** As the last offer announced it. */
  #sound: Sound = "voice";

  constructor(ask: Ask, grant: MediaGrant) {
    this.#ask = ask;
    this.#grant = grant;
    this.peer = new RTCPeerConnection({
      iceServers: iceServersOf(grant),
      bundlePolicy: "max-bundle",
    });
  }

  get isSending(): boolean {
    return SOURCES.some((source) => this.#wanted(source) !== null);
  }

  /** Send exactly these tracks, as far as the grant allows. */
  update(grant: MediaGrant, tracks: LocalTracks): void {
    this.#grant = grant;
    this.#tracks = tracks;
    this.#wake();
  }

  /** Send these encodings of a source only, until it begins anew or the server says otherwise. */
  setLayersWanted(source: SourceName, layers: readonly boolean[]): void {
    this.#layersWanted.set(source, layers);
    this.#wake();
  }

  /** Send the microphone's sound twice, or once again. */
  setRedundant(isRedundant: boolean): void {
    if (isRedundant === this.#isRedundant) return;
    this.#isRedundant = isRedundant;
    const transceiver = this.#transceivers.get("microphone");
    if (!transceiver) return;
    preferRedundant(transceiver, isRedundant);
    this.#isPreferenceNew = true;
    this.#wake();
  }

  restartIce(): void {
    this.#wantsIceRestart = true;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.peer.close();
  }

  #wanted(source: SourceName): MediaStreamTrack | null {
    const track = this.#tracks[source];
    const isAllowed = this.#grant.publish.includes(source);
    return track && isAllowed && track.readyState === "live" ? track : null;
  }

  #wake(): void {
    this.#isDirty = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      try {
        const isChanged = await this.#applyTracks();
        if (isChanged || this.#wantsIceRestart || this.#isPreferenceNew) await this.#negotiate();
        await this.#applyCaps();
      } catch {
        // The link or the engine is away, or a track ended meanwhile: the next round starts from what is true then.
        this.#isDirty = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#isRunning = false;
  }

  /** True if the description changes. A closed source stays as an inactive section and is used again. */
  async #applyTracks(): Promise<boolean> {
    let isChanged = false;
    for (const source of SOURCES) {
      const track = this.#wanted(source);
      const transceiver = this.#transceivers.get(source);
      if (!transceiver || transceiver.currentDirection === "stopped") {
        if (track) {
          this.#add(source, track);
          isChanged = true;
        }
        continue;
      }
      if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
      const direction = track ? "sendonly" : "inactive";
      transceiver.direction = direction;
      if (transceiver.currentDirection === direction) continue;
      isChanged = true;
      // A track that begins is sent in full, or nobody would know that it is there.
      this.#layersWanted.delete(source);
    }
    const microphone = this.#wanted("microphone");
    if (microphone && soundOf(microphone) !== this.#sound) {
      this.#sound = soundOf(microphone);
      isChanged = true;
    }
    return isChanged;
  }

  #add(source: SourceName, track: MediaStreamTrack): void {
    this.#layersWanted.delete(source);
    const transceiver = this.#addTransceiver(source, track);
    if (track.kind === "video") preferVp8(transceiver);
    else preferRedundant(transceiver, this.#isRedundant);
    this.#transceivers.set(source, transceiver);
  }

  #addTransceiver(source: SourceName, track: MediaStreamTrack): RTCRtpTransceiver {
    const init = { direction: "sendonly" as const, streams: [new MediaStream([track])] };
    if (track.kind !== "video") return this.peer.addTransceiver(track, init);
    const needs = this.#needs(source, track);
    try {
      const sendEncodings = initialEncodings(source === "camera", needs);
      return this.peer.addTransceiver(track, { ...init, sendEncodings });
    } catch {
      const sendEncodings = initialEncodings(false, needs);
      return this.peer.addTransceiver(track, { ...init, sendEncodings });
    }
  }

  #needs(source: SourceName, track: MediaStreamTrack): EncodingNeeds {
    const { width = 0, height = 0 } = track.getSettings();
    return {
      capBps: this.#capBps(source),
      height: Math.min(width, height),
      wanted: this.#layersWanted.get(source) ?? [],
    };
  }

  async #negotiate(): Promise<void> {
    const iceRestart = this.#wantsIceRestart;
    this.#isPreferenceNew = false;
    await this.peer.setLocalDescription(await this.peer.createOffer({ iceRestart }));
    const tracks: Record<string, SourceName> = {};
    for (const [source, transceiver] of this.#transceivers) {
      if (transceiver.mid !== null) tracks[transceiver.mid] = source;
    }
    try {
      const microphoneMid = this.#transceivers.get("microphone")?.mid ?? "";
      const local = this.peer.localDescription?.sdp ?? "";
      const sdp = announceSound(local, microphoneMid, this.#sound);
      const answer = await this.#ask({ type: "media.publish", sdp, tracks });
      if (answer.type !== "media.answer") throw new Error(`unexpected answer ${answer.type}`);
      await this.peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      if (iceRestart) this.#wantsIceRestart = false;
    } catch (error) {
      this.#isPreferenceNew = true;
      if (this.peer.signalingState === "have-local-offer") {
        await this.peer.setLocalDescription({ type: "rollback" });
      }
      throw error;
    }
  }

  async #applyCaps(): Promise<void> {
    for (const [source, { sender }] of this.#transceivers) {
      if (sender.track?.kind !== "video") continue;
      const parameters = sender.getParameters();
      const plans = planEncodings(parameters.encodings.length, this.#needs(source, sender.track));
      if (applyPlan(parameters.encodings, plans)) await sender.setParameters(parameters);
    }
  }

  #capBps(source: SourceName): number {
    const cap = this.#grant.video_cap_bps;
    const isSharing = this.#wanted("screen") !== null || this.#wanted("document") !== null;
    return source === "camera" && isSharing ? Math.min(cap, CAMERA_BESIDE_SHARED_BPS) : cap;
  }
}

/** VP8 first: every viewer can decode it and every encoder here is cheap enough for an old PC. */
function preferVp8(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  const isVp8 = (codec: { mimeType: string }) => codec.mimeType.toLowerCase() === "video/vp8";
  if (!codecs.some(isVp8) || !("setCodecPreferences" in transceiver)) return;
  transceiver.setCodecPreferences([...codecs.filter(isVp8), ...codecs.filter((c) => !isVp8(c))]);
}

/** RED (RFC 2198) first or last: what stands first in the offer is sent. Not every browser has it. */
function preferRedundant(transceiver: RTCRtpTransceiver, isRedundant: boolean): void {
  const codecs = RTCRtpSender.getCapabilities("audio")?.codecs ?? [];
  const isRed = (codec: { mimeType: string }) => codec.mimeType.toLowerCase() === "audio/red";
  if (!codecs.some(isRed) || !("setCodecPreferences" in transceiver)) return;
  const others = codecs.filter((codec) => !isRed(codec));
  const red = codecs.filter(isRed);
  transceiver.setCodecPreferences(isRedundant ? [...red, ...others] : [...others, ...red]);
}

export function iceServersOf(grant: MediaGrant): RTCIceServer[] {
  return grant.ice_servers.map(({ urls = "", username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  }));
}
