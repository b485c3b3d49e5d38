import { watchLevel } from "./levelMeter";

export const RECORD_MS = 4_000;
/** On the meter's scale: less is no voice. */
const AUDIBLE = 0.25;

export interface Recorded {
  sound: Blob;
  /** Somebody, or something, was to be heard. */
  isAudible: boolean;
}

/** What the microphone hears for four seconds, as it would be sent. Rejects when it is taken away meanwhile. */
export async function record(track: MediaStreamTrack): Promise<Recorded> {
  let loudest = 0;
  const unwatch = watchLevel(track, (level) => {
    loudest = Math.max(loudest, level);
  });
  try {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise<void>((resolve, reject) => {
      recorder.onstop = () => resolve();
      recorder.onerror = () => reject(new DOMException("recording failed", "AbortError"));
    });
    recorder.start();
    const timer = setTimeout(() => recorder.state === "recording" && recorder.stop(), RECORD_MS);
    await stopped.finally(() => clearTimeout(timer));
    const sound = new Blob(parts, { type: recorder.mimeType });
    return { sound, isAudible: loudest >= AUDIBLE };
  } finally {
    unwatch();
  }
}

/** Plays a recording to its end, or until `signal` says stop. */
export async function playBack(sound: Blob, signal: AbortSignal): Promise<void> {
  const url = URL.createObjectURL(sound);
  const element = new Audio(url);
  try {
    await new Promise<void>((resolve, reject) => {
      element.onended = () => resolve();
      element.onerror = () => reject(new DOMException("cannot be played", "AbortError"));
      signal.addEventListener("abort", () => resolve(), { once: true });
      element.play().catch(reject);
    });
  } finally {
    element.pause();
    URL.revokeObjectURL(url);
  }
}
