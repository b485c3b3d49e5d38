import type { planningErrorsZhCN, planningZhCN } from "./planning.zh-CN";

export const planningEn: typeof planningZhCN = {
  planning: {
    change: "Change",
    changeOf: (title) => `Change “${title}”`,
    what: "What changes",
    kinds: { move: "The time", substitute: "The lead teacher", cancel: "Cancel the lesson" },
    newTime: "New start",
    newTimeHint: (minutes) => `It stays ${minutes} minutes long.`,
    newLead: "Who teaches instead",
    reason: "Why it is cancelled",
    reasons: {
      teacher: "the lead teacher cannot",
      school: "the school cannot",
      holiday: "a day off",
      network: "the network is down",
      power: "a power cut",
      other: "another reason",
      course: "the course has other times",
    },
    submit: { move: "Move it", substitute: "Change the teacher", cancel: "Cancel the lesson" },
    done: { move: "Moved", substitute: "The lead teacher is changed", cancel: "Cancelled" },
    told: {
      move: "The timetables of the classrooms and the lead teacher follow at once and show the time before.",
      substitute: "Timetables follow at once and show who was to teach.",
      cancel:
        "Timetables say that it is cancelled, and why. It can be restored until its time is over.",
    },
    movedFrom: (moment) => `Moved from ${moment}`,
    insteadOf: (name) => `Instead of ${name}`,
    cancelled: (reason) => `Cancelled: ${reason}`,
    restored: "Takes place after all",
    restore: "Restore",
    restoreOf: (title) => `Restore “${title}”`,
    restoreHint:
      "The lesson takes place at its time. The timetables of the classrooms and the lead teacher follow at once and say so.",
    restoreSubmit: "Restore the lesson",
    restoreDone: "The lesson is restored",
    clash: {
      teacher: (name, title, time) =>
        `${name} has “${title}” then (${time}). Choose another time or teacher.`,
      classroom: (name, title, time) =>
        `${name} has “${title}” then (${time}). Choose another time.`,
    },
  },
};

export const planningErrorsEn: typeof planningErrorsZhCN = {
  teacher_busy: "This teacher has another lesson then.",
  classroom_busy: "A classroom has another lesson then.",
  lesson_not_cancelled: "This lesson was not cancelled.",
  lesson_started: "This lesson has begun and cannot be changed.",
  lead_unknown: "There is no such teacher. Choose again.",
};
