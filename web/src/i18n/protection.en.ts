import { counted } from "./counted";
import type { protectionZhCN } from "./protection.zh-CN";

export const protectionEn: typeof protectionZhCN = {
  accessLog: {
    title: "Who looked",
    download: "Download",
    lesson: "Lesson",
    stranger: "Visitor of a share link",
    noneTitle: "Nothing found",
    noneHint:
      "Whoever watches a lesson, listens in, watches a replay or downloads is noted here. Try another search.",
    actions: {
      "lesson.viewed": "Watched the lesson live",
      "classroom.listened": "Listened in",
      "recording.viewed": "Watched the replay",
      "recording.downloaded": "Downloaded the recording",
      "captions.downloaded": "Downloaded captions",
      "share.viewed": "Opened a share link",
      "attendance.viewed": "Saw the attendance",
      "attendance.downloaded": "Downloaded the attendance",
      "roll_call.viewed": "Saw the roll call",
      "roster.viewed": "Saw the pupils' names",
      "pupils.viewed": "Saw pupils' attendance",
      "pupils.downloaded": "Downloaded pupils' attendance",
      "journal.viewed": "Read the lesson's journal",
    },
  },
  dataMap: {
    title: "Data map",
    hint: "What is kept, where, for how long, and who sees it: for a data protection impact assessment.",
    what: "What and where",
    about: "About",
    personal: "Personal data",
    kept: "Kept",
    readers: "Who sees it",
    comma: ", ",
  },
  pupilData: {
    column: "Personal data",
    export: "Export",
    exportOf: (name) => `Export the data of ${name}`,
    erase: "Erase",
    eraseOf: (name) => `Erase the data of ${name}`,
    askTitle: (name) => `Erase the data of ${name}?`,
    askHint:
      "Name, number and consents are erased for good, and recordings that show the pupil are taken down at once. Counts of attendance stay. Backups made before still have them: delete old backups in time.",
    confirm: "Erase",
    erased: (count) => `Erased. Taken down: ${counted(count, "recording")}, or the links to them.`,
  },
};
