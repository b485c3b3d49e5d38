import { counted } from "./counted";
import type { rosterErrorsZhCN, rosterZhCN } from "./roster.zh-CN";

export const rosterEn: typeof rosterZhCN = {
  roster: {
    title: "Rosters",
    titleOf: (school, classroom) => `Roster of ${classroom}, ${school}`,
    choose: "Choose a classroom",
    noClassrooms: "No classrooms yet",
    noClassroomsHint: "They appear here once a county administrator has added them.",
    open: "Roster",
    openOf: (name) => `Roster of ${name}`,
    number: "Number",
    name: "Name",
    count: (count) => counted(count, "pupil"),
    emptyTitle: "No roster yet",
    emptyHint:
      "Upload a sheet: “Number” and “Name” in the first row, one pupil in each row below. Numbers may be left out.",
    upload: "Upload a roster",
    kinds:
      "CSV or Excel (xlsx), 200 pupils at most. You see what will change before anything does.",
    download: "Download the roster",
    fileName: (name) => `Roster ${name}.csv`,
    checkTitle: "What will change",
    nothing: "The same as the roster now: nothing changes.",
    added: (names) => `New: ${names}`,
    joined: (names) => `From another classroom of the school: ${names}`,
    renamed: (names) => `Renamed: ${names}`,
    left: (names) => `Not in the sheet, leave this classroom: ${names}`,
    unchanged: (count) => `Unchanged: ${count}`,
    many: (names) =>
      names.length > 12
        ? `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`
        : names.join(", "),
    renaming: (before, after) => `${before} to ${after}`,
    takeOver: "Use this sheet",
    takenOver: "The roster is updated",
    errorsTitle: "Some lines have to be mended; then upload it again",
    errorAt: (line, what) => `Line ${line}: ${what}`,
    errors: {
      name_missing: "there is no name",
      name_too_long: "the name is too long",
      number_too_long: "the number is too long",
      number_twice: "the number stands above already",
      name_twice: "the name stands above already, and neither has a number",
      too_many_pupils: "more than 200 pupils",
    },
    otherError: "this line is wrong",
  },
};

export const rosterErrorsEn: typeof rosterErrorsZhCN = {
  file_unreadable: "This file cannot be read. Save it as CSV or xlsx and upload it again.",
  file_too_large: "This file is too large. Keep only the columns that are filled in.",
  columns_missing: "There is no column “Name”. Write “Number” and “Name” in the first row.",
};
