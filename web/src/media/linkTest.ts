import { keepLinkTest, openLinkProbe } from "../api/room";
import { LINK_PATHS, type LinkFigures, type LinkPath, onlyBy } from "./linkVerdict";

export interface LinkTestResult extends LinkFigures {
  /** The best that came up. */
  path: LinkPath | "none";
}

const CONNECTS_MS = 5_000;
const MEASURE_MS = 3_000;
/** What is under way when sending ends. */
const LATE_MS = 700;
const SIZE = { width: 320, height: 180, rate: 15 };
/** Under what the server sends back at most. */
const MAX_BITRATE_BPS = 450_000;
const NOTHING: LinkFigures = { rttMs: null, loss: null, rateBps: null };

type IceServers = Awaited<ReturnType<typeof openLinkProbe>>["ice_servers"];

/**
 * Connects to the media engine as a lesson would, by UDP, then TCP, then a relay, and sends a made-up picture there and
 * back over the first that comes up. The result is kept for the classroom. Throws `ApiError`.
 */
export async function testLink(token: string): Promise<LinkTestResult> {
  const picture = startPicture();
  let iceServers: IceServers = [];
  try {
    for (const path of LINK_PATHS) {
      if (path === "relay" && iceServers.length === 0) continue;
      const probe = new Probe(path, iceServers, picture.track);
      try {
        iceServers = await probe.open(token);
        if (!(await probe.isConnected())) continue;
        const result = { path, ...(await probe.measure()) };
        await keep(token, result);
        return result;
      } finally {
        probe.close();
      }
    }
    const result = { path: "none" as const, ...NOTHING };
    await keep(token, result);
    return result;
  } finally {
    picture.stop();
  }
}

const keep = (token: string, { path, rttMs, loss, rateBps }: LinkTestResult) =>
  keepLinkTest(token, { path, rtt_ms: rttMs, loss, rate_bps: rateBps });

/** One connection of the test. */
class Probe {
  readonly #path: LinkPath;
  readonly #peer: RTCPeerConnection;
  readonly #sender: RTCRtpSender;

  constructor(path: LinkPath, iceServers: IceServers, track: MediaStreamTrack) {
    this.#path = path;
    this.#peer = new RTCPeerConnection(
      path === "relay"
        ? { iceServers: iceServers as unknown as RTCIceServer[], iceTransportPolicy: "relay" }
        : {},
    );
    const transceiver = this.#peer.addTransceiver(track, {
      direction: "sendrecv",
      sendEncodings: [{ maxBitrate: MAX_BITRATE_BPS }],
    });
    this.#sender = transceiver.sender;
  }

  async open(token: string): Promise<IceServers> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    const answer = await openLinkProbe(token, this.#peer.localDescription?.sdp ?? "");
    const sdp = this.#path === "relay" ? answer.sdp : onlyBy(this.#path, answer.sdp);
    await this.#peer.setRemoteDescription({ type: "answer", sdp });
    return answer.ice_servers;
  }

  isConnected(): Promise<boolean> {
    const peer = this.#peer;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), CONNECTS_MS);
      const look = () => {
        if (peer.connectionState !== "connected" && peer.connectionState !== "failed") return;
        clearTimeout(timer);
        resolve(peer.connectionState === "connected");
      };
      peer.onconnectionstatechange = look;
      look();
    });
  }

  async measure(): Promise<LinkFigures> {
    await wait(MEASURE_MS);
    await this.#sender.replaceTrack(null);
    await wait(LATE_MS);
    let [sent, received, bytes] = [0, 0, 0];
    let rttS: number | null = null;
    for (const report of (await this.#peer.getStats()).values()) {
      if (report.type === "outbound-rtp") sent += report.packetsSent ?? 0;
      if (report.type === "inbound-rtp") {
        received += report.packetsReceived ?? 0;
        bytes += report.bytesReceived ?? 0;
      }
      const rtt =
        report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime;
      if (typeof rtt === "number") rttS = rtt;
    }
    return {
      rttMs: rttS === null ? null : Math.round(rttS * 1000),
      loss: sent === 0 ? null : Math.max(0, 1 - received / sent),
      rateBps: Math.round((bytes * 8_000) / MEASURE_MS),
    };
  }

  close(): void {
    this.#peer.onconnectionstatechange = null;
    this.#peer.close();
  }
}

/** A picture that changes a lot, so that there is something to send. */
function startPicture(): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE.width;
  canvas.height = SIZE.height;
  const context = canvas.getContext("2d");
  const timer = setInterval(() => {
    if (!context) return;
    for (let count = 0; count < 60; count += 1) {
      context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
      context.fillRect(Math.random() * SIZE.width, Math.random() * SIZE.height, 40, 30);
    }
  }, 1000 / SIZE.rate);
  const [track] = canvas.captureStream(SIZE.rate).getVideoTracks();
  if (!track) throw new Error("a canvas has a video track");
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
