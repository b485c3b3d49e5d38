import type { soundZhCN } from "./sound.zh-CN";

export const soundEn: typeof soundZhCN = {
  soundTest: {
    start: "Try the sound",
    again: "Try again",
    steps: {
      idle: () => "Plays a sound, then records your microphone and plays it to you.",
      chime: () => "Playing a sound. If you hear nothing, check the loudspeaker and its volume.",
      recording: (seconds) => `Please say something, recording ${seconds} seconds…`,
      playing: () => "This was recorded. The others hear it just like this.",
      heard: () =>
        "The sound works. If it is not clear, move closer to the microphone and try again.",
      silent: () => "Nothing was recorded. Is the microphone muted, or another one chosen?",
      failed: () => "That did not work. Please check the microphone and try again.",
    },
  },
  sound: {
    headphones: "I wear headphones",
    headphonesHint: "Please wear headphones in music lessons: the truest sound, and no echo.",
    roomHeadphones: "Headphones, no loudspeaker",
    roomHeadphonesHint: "Leave this off where there is a loudspeaker, or there will be an echo.",
    toMusic: "Music sound",
    isMusic: "Music sound: on",
    hint: "For music: no noise suppression, truer sound. Switch it off for lessons that are mostly talk.",
    musicOn:
      "Music sound is on: please wear headphones. Classrooms' microphones are no longer denoised.",
    musicOff: "Music sound is off: classrooms' microphones are denoised again.",
    feedback: (name) => `${name} sends your voice back`,
    feedbackHint:
      "Ask that classroom to turn its loudspeaker down or move the microphone away, or mute it for now.",
    feedbackMute: "Mute it",
  },
};
