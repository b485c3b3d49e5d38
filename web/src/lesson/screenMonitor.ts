import type { SoundName, WallName } from "../generated/signaling";
import type { RequestBody } from "../signaling/client";

const LOOK_MS = 1_000;
const REPORT_MS = 3_000;
/** Sound decoded this lately counts as heard: a teacher takes a breath. */
const HEARD_FOR_MS = 10_000;
/** Energy of a second of sound at -54 dBFS; below it there is only the noise of a codec. */
const ENERGY_PER_S = 4e-6;

/** What is asked about the lead's sound. */
export interface SoundProbe {
  /** The element of the lead's sound plays, and is not muted. */
  isPlaying(): boolean;
  /** Decoded so far, as `totalAudioEnergy` of webrtc-stats has it. */
  energy(): number;
}

interface Wall {
  element: HTMLElement;
  shown: string;
  changedMs: number;
}

/**
 * The confidence monitor's end in a classroom: looks at what its windows really paint and play, and tells it in a few
 * words every few seconds. The projector window, where there is one, is what the pupils see.
 */
export class ScreenMonitor {
  readonly #sound: SoundProbe;
  readonly #send: (report: RequestBody) => Promise<void>;
  readonly #now: () => number;
  readonly #walls = new Map<WallName, Wall>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #energy = 0;
  #lookedMs = 0;
  #heardMs = Number.NEGATIVE_INFINITY;
  #reportedMs = 0;

  constructor(
    sound: SoundProbe,
    send: (report: RequestBody) => Promise<void>,
    now: () => number = () => performance.now(),
  ) {
    this.#sound = sound;
    this.#send = send;
    this.#now = now;
  }

  /** A window's large picture is within `element`. Returns the way to stop. */
  watch(name: WallName, element: HTMLElement): () => void {
    const wall = { element, shown: "", changedMs: this.#now() };
    this.#walls.set(name, wall);
    if (this.#timer === undefined) this.#start();
    return () => {
      if (this.#walls.get(name) === wall) this.#walls.delete(name);
      if (this.#walls.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    this.#lookedMs = this.#now();
    this.#reportedMs = this.#now();
    this.#energy = this.#sound.energy();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Look once, and report if it is time. */
  look(): void {
    const now = this.#now();
    for (const wall of this.#walls.values()) {
      const shown = pictureIn(wall.element);
      if (shown !== wall.shown) {
        wall.shown = shown;
        wall.changedMs = now;
      }
    }
    this.#listen(now);
    if (now - this.#reportedMs < REPORT_MS) return;
    this.#reportedMs = now;
    this.#report(now);
  }

  #listen(now: number): void {
    const energy = this.#sound.energy();
    const seconds = (now - this.#lookedMs) / 1_000;
    if (energy - this.#energy > ENERGY_PER_S * seconds) this.#heardMs = now;
    this.#energy = energy;
    this.#lookedMs = now;
  }

  #report(now: number): void {
    const name = this.#walls.has("projector") ? "projector" : "page";
    const wall = this.#walls.get(name);
    if (!wall) return;
    const age = Math.round(now - wall.changedMs);
    this.#send({
      type: "screen.report",
      wall: name,
      is_hidden: wall.element.ownerDocument.hidden,
      picture_age_ms: wall.shown === "" ? null : age,
      sound: this.#heard(now),
    }).catch(() => undefined); // Not now (cut, too often): the next one follows.
  }

  #heard(now: number): SoundName {
    if (!this.#sound.isPlaying()) return "blocked";
    return now - this.#heardMs <= HEARD_FOR_MS ? "heard" : "silent";
  }
}

/** Something that is another with each picture that is painted; "" where there is none. */
function pictureIn(element: HTMLElement): string {
  const video = element.querySelector("video");
  if (!video?.srcObject || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return "";
  // A still that stands in for a moving picture is a picture too.
  const still = element.querySelector("img")?.src ?? "";
  return `${video.getVideoPlaybackQuality().totalVideoFrames} ${still}`;
}
