import { Store } from "../store";
import { FeedbackDetector, STEP_MS } from "./feedback";
import { dbfsOf } from "./levelMeter";

/** What is compared: the microphone of this machine, and the sound of each room that is played here. */
export interface HeardSound {
  own: MediaStreamTrack | null;
  rooms: ReadonlyMap<string, MediaStream>;
}

/** Listens to this machine's microphone and to the rooms that it hears, and says which send our voice back. */
export class FeedbackWatch {
  readonly rooms = new Store<readonly string[]>([]);
  readonly #heard: () => HeardSound;
  readonly #context = new AudioContext();
  /** By the id of the stream or track. */
  readonly #probes = new Map<string, Probe>();
  #detectors = new Map<string, FeedbackDetector>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(heard: () => HeardSound) {
    this.#heard = heard;
    this.#timer = setInterval(() => this.#step(), STEP_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#context.close();
  }

  #step(): void {
    if (this.#context.state === "suspended") {
      void this.#context.resume();
      return;
    }
    const { own, rooms } = this.#heard();
    const used = new Set<string>();
    const level = (stream: MediaStream, id: string) => {
      used.add(id);
      const probe = this.#probes.get(id) ?? new Probe(this.#context, stream);
      this.#probes.set(id, probe);
      return probe.dbfs();
    };
    const sent = own ? level(new MediaStream([own]), own.id) : -120;
    const detectors = new Map<string, FeedbackDetector>();
    for (const [room, stream] of rooms) {
      const detector = this.#detectors.get(room) ?? new FeedbackDetector();
      detector.add(sent, level(stream, stream.id));
      detectors.set(room, detector);
    }
    this.#detectors = detectors;
    this.#forget(used);
    this.#tell();
  }

  #forget(used: ReadonlySet<string>): void {
    for (const [id, probe] of this.#probes) {
      if (used.has(id)) continue;
      probe.close();
      this.#probes.delete(id);
    }
  }

  #tell(): void {
    const found = [...this.#detectors].filter(([, one]) => one.isFeedback).map(([room]) => room);
    if (found.join() !== this.rooms.get().join()) this.rooms.set(found);
  }
}

/** How loud one stream is now. A stream of another machine must be played somewhere on the page as well. */
class Probe {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(context: AudioContext, stream: MediaStream) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  dbfs(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return dbfsOf(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
  }
}
