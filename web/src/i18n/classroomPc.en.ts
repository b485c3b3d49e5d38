import type { classroomPcZhCN } from "./classroomPc.zh-CN";

export const classroomPcEn: typeof classroomPcZhCN = {
  classroomPc: {
    next: "Next lesson",
    byItself: "This PC goes in by itself. There is nothing to do; please leave it on.",
    joinsIn: (time) => `Goes in by itself in ${time}`,
    joinsInHours: (hours, minutes) => `Goes in by itself in ${hours} h ${minutes} min`,
    joinsInDays: (days) =>
      days === 1 ? "Goes in by itself in a day" : `Goes in by itself in ${days} days`,
    timetable: "Timetable",
    today: "Today",
    emptyTitle: "No lessons in the next days",
    emptyHint:
      "Lessons appear here as soon as they are planned. If there should be one, ask your administrator.",
    joining: (title) => `Going into: ${title}`,
    joiningHint: "Going into the lesson…",
    leftTitle: (title) => `You left: ${title}`,
    leftHint: "This lesson is not over yet.",
    returnToLesson: "Back to the lesson",
    goesHomeIn: (seconds) => `Back to the classroom's page in ${seconds} s`,
    offlineTitle: "The server cannot be reached. Trying again…",
    offlineKnown:
      "This is the timetable from before the cut. Once the network is back, this PC goes in by itself. Please check the cable or the wireless network.",
    offlineHint:
      "Please check the cable or the wireless network. The timetable appears by itself once it is back.",
    checks: "Check camera and sound",
    checksClose: "Close the check",
    checksHint: "Shown on this PC only; nothing is sent.",
    pairTitle: "Which classroom is this PC in?",
    pairHint:
      "Type a pairing code once. From then on this PC goes into lessons by its timetable, by itself.",
    scan: "Show it the card",
    scanStop: "Close the camera",
    scanHint: "Hold the card before the camera, the square pattern in the middle.",
    removedTitle: "This PC was removed from its classroom",
    removedHint:
      "The school or an administrator took it off the list of classroom PCs. To go on using it, ask for a new pairing code.",
    toHome: "To the classroom's page",
    homeHint: "This PC belongs to a classroom and goes into its lessons by itself.",
  },
  classroomPcs: {
    title: "Classroom PCs",
    hint: "A classroom's PC is paired once and then goes into its lessons by itself. At most 4 for each classroom.",
    classroom: "Classroom",
    pcs: "PCs",
    add: "Pair",
    none: "No PC is paired yet",
    lastSeen: (time) => `Last seen: ${time}`,
    pairedBy: (name, time) => `Paired by ${name}, ${time}`,
    remove: "Remove",
    removeOf: (pc, classroom) => `Remove ${pc} of ${classroom}`,
    removeTitle: "Remove this PC?",
    removeHint: (pc, classroom) =>
      `${pc} of ${classroom} leaves its lesson at once and no longer goes in by itself. To have it back, it must be paired again.`,
    removeConfirm: "Remove it",
    removed: "Removed",
    pairOf: (classroom) => `Pair a PC of ${classroom}`,
    codeHint: "Open this address in the browser of the classroom's PC and type the pairing code:",
    codeUntil: (time) => `Good until ${time}`,
    refreshes: "Once it is paired, the PC appears here by itself.",
    emptyTitle: "No classrooms yet",
    emptyHint: "Once classrooms are registered, their PCs can be paired here.",
    someBrowser: "A browser",
    setup: "Set-up and card",
    setupOf: (classroom) => `Set-up file and card of ${classroom}`,
  },
  setup: {
    title: "Set up a classroom PC",
    codeTitle: "1. Make a pairing code",
    codeHint:
      "File and card carry the same code. It is good for 14 days and is used up once a PC is paired. A new one replaces it.",
    codeMake: "Make a pairing code",
    codeAgain: "Make a new one",
    fileTitle: "2. Run it on the classroom's PC",
    fileHint:
      "From then on the classroom's page opens by itself, camera, microphone and sound are not asked for, and the PC stays awake. It can be undone.",
    download: (system) => `Download for ${system}`,
    cardTitle: "3. Print the card",
    cardHint: "One A4 page for the wall beside the PC: how to pair it, and what to press when.",
    print: "Print",
  },
  wallCard: {
    title: "Tongtang classroom",
    qr: "QR code of the pairing address",
    onceTitle: "The first time: pair the PC",
    once: (address) =>
      `Run the set-up file; it pairs the PC by itself. Without it: open ${address} in the browser of the classroom's PC, and show its camera the pattern or type the pairing code:`,
    until: (day) => `Good until ${day}, used up once a PC is paired.`,
    everyTitle: "Every lesson",
    every: [
      ["power", "Switch on PC, projector and loudspeaker; plug in camera and microphone"],
      ["clock", "The classroom's page opens by itself and goes in ten minutes before the lesson"],
      ["check", "Picture and sound come by themselves when the lesson starts"],
    ],
    whenTitle: "When this happens, press this",
    when: [
      ["up", "The lead teacher calls you to the stage", "Press the space bar or Enter to accept"],
      ["hand", "A pupil wants to speak", "Press “Raise hand”"],
      ["speakerOff", "No sound", "Press any key; check the loudspeaker's switch and volume"],
      [
        "cameraOff",
        "No picture of your own",
        "Unplug the camera and plug it in; the lesson works without",
      ],
      [
        "microphoneOff",
        "Others should not hear you",
        "Press “Stop mic”; start it again whenever you like",
      ],
      [
        "signal",
        "The network or the server is gone",
        "Nothing: leave the page open, it comes back by itself",
      ],
      [
        "window",
        "“This place was opened on another device”",
        "To use this one: press “Continue here”",
      ],
      [
        "power",
        "Power cut, PC frozen",
        "Switch it on again: it goes back into the lesson by itself",
      ],
    ],
    help: "Help line: ____________________   At the school: ____________________",
  },
};
