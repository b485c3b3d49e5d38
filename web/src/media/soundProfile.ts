import type { SoundPresetName } from "../generated/signaling";

/** A microphone's surroundings. */
export interface SoundPlace {
  preset: SoundPresetName;
  isLead: boolean;
  /** Nothing that is played here can reach the microphone. */
  hasHeadphones: boolean;
}

/**
 * What the browser may do to a microphone's sound. For music nothing, except for what keeps a room with a loudspeaker
 * from sending back what it hears: there echo cancellation stays on, and works on one channel.
 */
export function microphoneConstraints(place: SoundPlace): MediaTrackConstraints {
  if (place.preset === "voice") {
    return { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }
  return {
    echoCancellation: !place.hasHeadphones,
    noiseSuppression: false,
    autoGainControl: false,
    channelCount: { ideal: place.isLead && place.hasHeadphones ? 2 : 1 },
  };
}

/** How a track is to be encoded: for speech, for music, for music in two channels. */
export type Sound = "voice" | "music" | "stereo";

/** Read off the track itself, so that it travels with it: two channels that were asked for, and are there. */
export function soundOf(track: MediaStreamTrack): Sound {
  if (track.contentHint !== "music") return "voice";
  const { channelCount: asked } = track.getConstraints();
  // A constraint that is no more than an ideal value may come back as that value.
  const isAsked = (typeof asked === "object" ? asked.ideal : asked) === 2;
  return isAsked && track.getSettings().channelCount === 2 ? "stereo" : "music";
}
