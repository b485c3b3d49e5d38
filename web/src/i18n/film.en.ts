import type { filmZhCN } from "./film.zh-CN";

export const filmEn: typeof filmZhCN = {
  film: {
    title: "Film",
    about:
      "One video file of this lesson: the lead teacher and the classrooms on stage in one picture, to download and hand on.",
    make: "Make the film",
    makeAgain: "Make it again",
    ask: "There is no film yet. The lead teacher or an administrator can make one.",
    takes:
      "It is made in the background, in about half the lesson's length. You may leave this page.",
    queued: "Waiting for its turn. Lessons that are live go first.",
    running: "The film is being made",
    percent: (done) => `${done}% done`,
    minutesLeft: (minutes) => `about ${minutes} min left`,
    secondsLeft: "less than a minute left",
    again: "It did not work just now and will be tried again by itself.",
    heldTitle: "The film could not be made",
    retry: "Try again",
    failure: {
      nothing_to_film:
        "There is no picture or sound that may be in a film. Camera and microphone may have been off.",
      track_missing: "A part of the recording has been deleted. Ask your administrator.",
      disk_full: "The server's disk is full. Ask your administrator to make room.",
      consent_changed: "A classroom changed its consent; the film is being made anew accordingly.",
      other: "Try again; if that does not help, ask your administrator.",
    },
    play: "Play the film",
    download: (size) => `Download (${size})`,
    madeAt: (moment) => `Made ${moment}`,
    leftOut: (names) => `Not in it, because they do not agree to be shared: ${names}`,
    outdated: "More classrooms agree to be shared now. Make it again to see them too.",
    playFailed: "The film cannot be played. Reload the page, or download it.",
  },
};
