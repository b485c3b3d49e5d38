import { watchLevel } from "../media/levelMeter";
import { Store } from "../store";

export interface Voice {
  /** The system gives silence only: a mute key of the headset, or of the system. */
  isMuted: boolean;
  /** When the level was last above the floor of the meter, server's clock; null: not yet. */
  lastLoudMs: number | null;
  /** Since when the level of this microphone is known, server's clock; null: the browser waits for a key press. */
  sinceMs: number | null;
}

/** Often enough to tell seconds, and rare enough not to draw a screen ten times a second. */
const STEP_MS = 1_000;

/** Whether this machine's own microphone gives any sound. */
export class OwnVoice {
  readonly state = new Store<Voice>({ isMuted: false, lastLoudMs: null, sinceMs: null });

  /** Listen to this track until the returned function is called. `now` is the server's clock. */
  follow(track: MediaStreamTrack, now: () => number): () => void {
    this.state.set({ isMuted: track.muted, lastLoudMs: null, sinceMs: null });
    const onMute = () => this.state.update({ isMuted: track.muted });
    track.addEventListener("mute", onMute);
    track.addEventListener("unmute", onMute);
    const stop = watchLevel(track, (level) => {
      if (this.state.get().sinceMs === null) this.state.update({ sinceMs: now() });
      const last = this.state.get().lastLoudMs ?? 0;
      if (level > 0 && now() - last >= STEP_MS) this.state.update({ lastLoudMs: now() });
    });
    return () => {
      stop();
      track.removeEventListener("mute", onMute);
      track.removeEventListener("unmute", onMute);
    };
  }
}
