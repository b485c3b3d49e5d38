import type { EncoderFigures } from "./cpuGuard";
import type { SoundFigures } from "./redundancy";

/** The few figures of `getStats` that are looked at here. */
export interface PathFigures {
  receivedBytes: number;
  packetsReceived: number;
  packetsLost: number;
  /** Sent here, and lost by the other side's reports. */
  sound: SoundFigures;
  encoders: EncoderFigures;
  /** Sound decoded so far, by mid: `totalAudioEnergy`. Stays at 0 while nothing plays it. */
  energies: Readonly<Record<string, number>>;
}

interface AnyReport {
  type: string;
  kind?: string;
  nominated?: boolean;
  state?: string;
  bytesReceived?: number;
  packetsReceived?: number;
  packetsSent?: number;
  packetsLost?: number;
  mid?: string;
  totalAudioEnergy?: number;
  totalEncodeTime?: number;
  qualityLimitationDurations?: Record<string, number>;
}

/** Sums over a connection. Received bytes are those of the candidate pairs: RTP and RTCP, no STUN. */
export async function figuresOf(peer: RTCPeerConnection): Promise<PathFigures> {
  const sound = { packetsSent: 0, packetsLost: 0 };
  const energies: Record<string, number> = {};
  const encoders = { cpuLimitedS: 0, encodeS: 0 };
  const figures = {
    receivedBytes: 0,
    packetsReceived: 0,
    packetsLost: 0,
    sound,
    encoders,
    energies,
  };
  const reports = (await peer.getStats()) as unknown as ReadonlyMap<string, AnyReport>;
  for (const report of reports.values()) {
    if (report.type === "candidate-pair") {
      figures.receivedBytes += report.bytesReceived ?? 0;
    } else if (report.type === "inbound-rtp") {
      figures.packetsReceived += report.packetsReceived ?? 0;
      figures.packetsLost += report.packetsLost ?? 0;
      if (report.mid && report.totalAudioEnergy) energies[report.mid] = report.totalAudioEnergy;
    } else if (report.type === "outbound-rtp" && report.kind === "audio") {
      sound.packetsSent += report.packetsSent ?? 0;
    } else if (report.type === "outbound-rtp") {
      const limitedS = report.qualityLimitationDurations?.cpu ?? 0;
      encoders.cpuLimitedS = Math.max(encoders.cpuLimitedS, limitedS);
      // Encodings of one picture are made one after the other, and each counts those before it as well.
      encoders.encodeS = Math.max(encoders.encodeS, report.totalEncodeTime ?? 0);
    } else if (report.type === "remote-inbound-rtp" && report.kind === "audio") {
      sound.packetsLost += report.packetsLost ?? 0;
    }
  }
  return figures;
}

const WINDOW_MS = 4_000;
const WEAK_LOSS = 0.08;
const FEWEST_PACKETS = 50;

/** Loss over the last seconds, from growing totals. Pure: time comes with the sample. */
export class LossWindow {
  #samples: { atMs: number; received: number; lost: number }[] = [];

  isWeak(
    atMs: number,
    { packetsReceived, packetsLost }: Pick<PathFigures, "packetsReceived" | "packetsLost">,
  ): boolean {
    const last = this.#samples.at(-1);
    if (last && packetsReceived < last.received) this.#samples = [];
    this.#samples.push({ atMs, received: packetsReceived, lost: packetsLost });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (!first) return false;
    const received = packetsReceived - first.received;
    const lost = Math.max(0, packetsLost - first.lost);
    return received + lost >= FEWEST_PACKETS && lost / (received + lost) > WEAK_LOSS;
  }
}
