/** Totals of the sound that a connection sent, and what the server's receiver reports say is lost of it. */
export interface SoundFigures {
  packetsSent: number;
  packetsLost: number;
}

const WINDOW_MS = 6_000;
const FEWEST_PACKETS = 100;
const LOSS_ON = 0.03;
const LOSS_OFF = 0.01;
/** Every change is a negotiation, so a link that comes and goes keeps its redundancy. */
const CALM_MS = 30_000;

/**
 * Whether the microphone is sent twice (RED, RFC 2198): over 3 % loss on the way to the server, until it was under
 * 1 % for half a minute. Pure: time comes with the sample.
 */
export class RedundancyRule {
  isOn = false;
  #samples: (SoundFigures & { atMs: number })[] = [];
  #highAtMs = 0;

  /** True if `isOn` changed. */
  sample(atMs: number, { packetsSent, packetsLost }: SoundFigures): boolean {
    const last = this.#samples.at(-1);
    // A new connection counts from zero.
    if (last && packetsSent < last.packetsSent) this.#samples = [];
    this.#samples.push({ atMs, packetsSent, packetsLost });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    const sent = packetsSent - (first?.packetsSent ?? packetsSent);
    const before = this.isOn;
    if (sent >= FEWEST_PACKETS) {
      const loss = (packetsLost - (first?.packetsLost ?? 0)) / sent;
      if (loss > (before ? LOSS_OFF : LOSS_ON)) {
        this.isOn = true;
        this.#highAtMs = atMs;
      } else if (before && atMs - this.#highAtMs >= CALM_MS) {
        this.isOn = false;
      }
    }
    return this.isOn !== before;
  }
}
