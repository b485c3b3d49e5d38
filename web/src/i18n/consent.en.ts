import type { consentErrorsZhCN, consentZhCN } from "./consent.zh-CN";
import { counted } from "./counted";

export const consentEn: typeof consentZhCN = {
  consents: {
    title: "Consent to recording",
    hint: "Enter what parents signed. What is not entered is a no; where one pupil does not agree, the classroom is not recorded.",
    demoHint:
      "Demo data: every pupil has agreed to be recorded. To try sharing, enter consent for the county or for public links here.",
    classroom: "Classroom",
    search: "School or classroom",
    more: "More classrooms",
    purpose: {
      recorded: "Recorded",
      shared: "Whole county",
      public: "Public links",
    },
    purposeHint: {
      recorded: "Picture and sound are kept for those who took part",
      shared: "Appears in the library, for every teacher of the county",
      public: "Appears in share links, for whoever has one",
    },
    answerOf: (purpose, who) => `${who}: ${purpose}`,
    entered: (name, when) => `${name}, ${when}`,
    never: "Nothing entered",
    needsNarrower: "Enter the one before it first",
    yes: "Allowed",
    no: "Not allowed",
    counted: (agreed, pupils) => `${agreed} of ${pupils} agree`,
    noRoster: "No roster yet: one answer for the classroom",
    open: "Enter",
    openOf: (name) => `Enter consents of ${name}`,
    withdrawTitle: "Enter that consent was withdrawn?",
    withdrawHint: (classroom, purpose) =>
      `${classroom} no longer allows “${purpose}”. Recordings that show it are taken down at once and their links end; what is published later leaves it out.`,
    withdrawMany: (count) =>
      `${count} answers become a no. Recordings that show these pupils are taken down at once and their links end; what is published later leaves the classroom out.`,
    withdrawConfirm: "Withdraw",
    withdrawn: (count) =>
      `Entered. Taken down: ${counted(count, "recording")}, or the links to them.`,
    emptyTitle: "No classrooms",
    emptyHint: "Classrooms appear here once they are entered.",
    notFoundHint: "Try other words.",
  },
  consentSheet: {
    titleOf: (school, classroom) => `${school}, ${classroom}: consent`,
    hint: "Arrow keys move, the space bar ticks. Press “Save” when you are done.",
    pupil: "Pupil",
    all: "All agree",
    allOf: (purpose) => `All pupils: ${purpose}`,
    save: (count) => (count > 0 ? `Save (${count})` : "Save"),
    saved: "Saved",
    unsaved: (count) => `${counted(count, "answer")} not saved yet`,
    form: "Print the form",
    notice: "Print the notice",
    allows: (purposes) => `This classroom now: ${purposes}`,
    allowsNothing: "This classroom is not recorded now: some pupils have not agreed.",
    noRosterTitle: "No roster yet",
    noRosterHint: "Upload the roster, then enter the consents of its pupils.",
    toRoster: "Open the roster",
    upload: "Upload a sheet",
    download: "Download the sheet",
    fileName: (name) => `${name} consents.csv`,
    columns: ["Number", "Name", "Recorded", "Whole county", "Public links"],
    cell: { yes: "yes", no: "no" },
    sheetHint:
      "For many pupils download the sheet, enter “yes” or “no” in a spreadsheet and upload it (CSV or xlsx). Empty cells change nothing. You see what it changes before anything is entered.",
    checkTitle: "What will be entered",
    nothing: "It says what is entered already; nothing changes.",
    agreed: (purpose, names) => `${purpose}, now a yes: ${names}`,
    refused: (purpose, names) => `${purpose}, now a no: ${names}`,
    takenDown: (count) =>
      `Taken down at once: ${counted(count, "recording")}, or the links to them.`,
    takeOver: "Enter these answers",
    takenOver: "The answers are entered",
    errors: {
      pupil_missing: "there is no number and no name",
      pupil_unknown: "the roster has no such pupil",
      pupil_ambiguous: "there are several of this name: write the number",
      pupil_twice: "this pupil is there twice",
      name_differs: "number and name are of two pupils",
      answer_wrong: "write “yes” or “no”",
      needs_narrower: "a wider purpose cannot be a yes where a narrower one is a no",
    },
  },
  consentForm: {
    page: "Consent form",
    print: "Print",
    printHint: "One sheet of A4 for each pupil. For pupils who joined later, print theirs alone.",
    blank: "One blank sheet",
    everyPupil: (count) => `One for every pupil (${count})`,
    title: "Consent to recording of lessons",
    school: "School",
    classroom: "Class",
    pupil: "Pupil",
    dear: "Dear parents,",
    intro:
      "Our class takes lessons together with other schools: a teacher in the city teaches over the network, and the camera and the microphone of the classroom send picture and sound to the teacher and to the classes in the same lesson while it lasts. Whether they are recorded, and who may see the recording, is for you to decide.",
    choose: "Please tick one box in each row. The second and third count only with the one before.",
    agree: "Yes",
    disagree: "No",
    purposes: {
      recorded:
        "Picture and sound of the lesson are recorded, for those who took part in the lesson.",
      shared: "The recording is in the county's library, for the county's teachers.",
      public: "The recording is behind a link, for everybody who has the link.",
    },
    factsTitle: "Please note",
    facts: (classroomDays, recordingDays) => [
      "Without this consent your child takes part in the lesson all the same. If one pupil who is there does not agree, the classroom is neither recorded nor shared.",
      `Picture and sound of the classroom are kept for ${classroomDays} days, recordings and films for ${recordingDays} days; then they are deleted.`,
      "You may change your mind at any time: tell the school. Once it is entered, recordings are taken down and links end at once.",
      "You may see, copy, correct or erase what is kept about your child. Please ask the class teacher or the school.",
      "Recordings carry no names of pupils. Whoever watches one is written down.",
    ],
    under14: "For pupils under fourteen a parent or another guardian signs.",
    guardian: "Guardian's signature",
    relation: "Relation to the pupil",
    date: "Date",
    clerk: "Entered by",
  },
  roomNotice: {
    page: "Notice for the wall",
    title: "Lessons over the network: this room has a camera and a microphone",
    points: (classroomDays, recordingDays) => [
      [
        "When",
        "Only during such lessons. Lights on the screen show when camera, microphone and recording are on.",
      ],
      [
        "Who sees",
        "The lead teacher and the classes in the same lesson. If somebody observes, the screen says who and from where.",
      ],
      [
        "Recording",
        "Only if the parents of every pupil who is there agreed. A red light on the screen shows it.",
      ],
      [
        "How long",
        `Picture and sound of the classroom ${classroomDays} days, recordings ${recordingDays} days; then they are deleted.`,
      ],
      ["Off", "The teacher in the room may close camera and microphone at any time."],
      [
        "Changed your mind",
        "Parents may withdraw at any time; once it is entered, recordings are taken down at once.",
      ],
    ],
    contact: "Questions to",
    phone: "Phone",
  },
};

export const consentErrorsEn: typeof consentErrorsZhCN = {
  consent_columns_missing:
    "The columns are missing. Download the sheet and keep its first row (number or name, and “Recorded” or another purpose).",
};
