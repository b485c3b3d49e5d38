import type { RecordingTrack } from "../api/types";
import type { interruptedZhCN } from "./interrupted.zh-CN";

export const interruptedEn: typeof interruptedZhCN = {
  interrupted: {
    title: "Interrupted recordings",
    emptyTitle: "No interrupted recordings",
    emptyHint:
      "After a power cut, a full disk or a store that does not answer, this page says what is missing, why, and what to do.",
    older: "Only 50 are listed: first those that need somebody, then the latest losses.",
    nothingLost: "Everything that was recorded is there.",
    lost: (who, sources) => `${sources.map((source) => SOURCES[source]).join(" and ")} of ${who}`,
    lostFor: (seconds) => `${seconds} s missing`,
    lostForLong: (duration) => `${duration} missing`,
    stillLost: "not recorded from here on",
    fromTo: (from, to) => `${from} to ${to}`,
    since: (from) => `since ${from}`,
    reasons: {
      recorder_lost: "The recorder was interrupted and went on by itself",
      recorder_stopped: "The server was restarted",
      connection_lost: "The media engine was interrupted and went on by itself",
      disk_full: "The disk was nearly full: the least important went first",
      write_failed: "The disk refused to write",
    },
    otherReason: "Recording was interrupted",
    problems: {
      store_unreachable:
        "The store does not answer. The recording is safe on this server. Check the network and the store.",
      store_refused:
        "The store refuses to keep it. The recording is safe on this server. Check the store's keys and bucket.",
      disk_full: "This server's disk is full: the finished recording does not fit. Make room.",
      stored_differs: "What was stored reads back differently. Check the disk or the store.",
      segment_damaged: "One piece on this server is damaged; the rest is finished as usual.",
      nothing_recorded: "Nobody switched on a camera or a microphone: there is nothing to watch.",
      finalizing_failed: "Several attempts failed. The recorded files are still there.",
      worker_lost: "The worker died several times on the way. The recorded files are still there.",
    },
    otherProblem: "It could not be finished. The recorded files are still there.",
    detail: "Details",
    waiting: (count) => `${count} waiting`,
    nextTry: (time) => `tried again at ${time}`,
    held: "not tried again by itself",
    finish: "Finish now",
    asked: "Started; this page follows it",
    live: "Live now",
  },
};

const SOURCES: Record<RecordingTrack["source"], string> = {
  camera: "Picture",
  microphone: "Sound",
  screen: "Screen",
  document: "Document camera",
};
