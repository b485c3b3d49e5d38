import type { serverZhCN } from "./server.zh-CN";

export const serverEn: typeof serverZhCN = {
  server: {
    title: "Server",
    more: "About the server",
    allWell: "Nothing to be done",
    allWellHint:
      "When disk, certificate or clocks are about to give trouble, it says here what it is, on which day, and what to do.",
    storage: "Room for recordings",
    disk: "The server's disk",
    diskFree: (free, total) => `${free} free of ${total}`,
    held: "Recordings and films kept",
    inCloud: (size) => `${size}, in cloud storage`,
    onDisk: (size) => `${size}, on the server's disk`,
    ahead: "By the timetable",
    enough: (day) =>
      `Enough: there is room for all recorded lessons that are planned, until ${day}.`,
    nothingPlanned: "No recorded lessons are planned; the disk does not get fuller.",
    fullOn: (day) => `Full on ${day}`,
    basis: "How this is reckoned",
    measured: (hours) => `From the real size of ${hours} hours that are recorded`,
    assumed: "Less than an hour is recorded yet: assumed from the picture sizes in the settings",
    perHour: (lead, classroom) => `An hour: lead teacher ${lead}, each classroom ${classroom}`,
    films: (film) => `films ${film} on average`,
    kept: "Recordings that are deleted when their time is over are counted.",
    month: "Month",
    hours: "Recorded lessons",
    hoursOf: (hours) => `${hours} hours`,
    added: "New",
    most: "At most",
    certificates: "Certificates",
    noCertificate:
      "This server gives no certificate itself: https is off, or a proxy before it does that. Look at the date there.",
    relay: "Relay",
    until: (day) => `Good until ${day}`,
    unknownEnd: "The date cannot be read",
    clocks: "Clocks",
    ownClock: "The server's clock",
    isKept: "Kept by a time service",
    isNotKept: "Kept by no time service",
    notTold: "The system does not tell",
    databaseClock: "The database's clock",
    agrees: "Agrees with the server's",
    pcClocks: "Clocks of classroom PCs",
    pcsAgree: "All right (within 2 minutes)",
    pcsApart: (count) => (count === 1 ? "1 is off" : `${count} are off`),
    warnings: {
      disk_full: "The disk is full: no room for today's recordings",
      disk_full_soon: (day, days) =>
        `The disk is full on ${day}, ${days === 1 ? "tomorrow" : `in ${days} days`}`,
      certificate_ends_soon: (name, day) => `The certificate ${name} ends on ${day}`,
      certificate_ended: (name) => `The certificate ${name} has ended`,
      certificate_unreadable: (name) => `The certificate ${name} cannot be read`,
      relay_unreachable: (name) => `The relay ${name} does not answer`,
      clock_not_kept: "No time service keeps the server's clock",
      database_clock_apart: (seconds) =>
        `The database's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} the server's`,
      pc_clocks_apart: (count) =>
        count === 1
          ? "The clock of 1 classroom PC is off"
          : `The clocks of ${count} classroom PCs are off`,
    },
    fixes: {
      disk_full:
        "Classrooms' pictures are given up first, sound and the lead teacher last. Delete recordings that nobody needs, or have a disk added.",
      disk_full_soon:
        "Have a disk added, keep recordings in cloud storage, or keep them for fewer days; deleting what nobody needs helps too.",
      certificate_ends_soon:
        "Have it renewed before that day. After it browsers do not open Tongtang.",
      certificate_ended: "Browsers refuse the pages or the relay. Have it renewed at once.",
      certificate_unreadable: "Have the file of the certificate and the settings checked.",
      relay_unreachable:
        "Schools that can use port 443 alone have no picture and no sound. Have somebody check that the relay runs.",
      clock_not_kept:
        "It drifts slowly, and second steps at sign-in begin to fail. Have NTP switched on.",
      database_clock_apart: "Let both machines follow the same time server.",
      pc_clocks_apart:
        "Lessons go by the server's time and are not hurt; with a date that is far off, browsers refuse the certificate. Ask the school to set it.",
    },
  },
  pcClock: {
    ahead: (howLong) => `Clock ${howLong} ahead`,
    behind: (howLong) => `Clock ${howLong} behind`,
    minutes: (count) => `${count} min`,
    hours: (count) => (count === 1 ? "1 hour" : `${count} hours`),
    days: (count) => (count === 1 ? "1 day" : `${count} days`),
    wrongTitle: "The date of this PC is wrong",
    wrongHint: (howFar) =>
      `${howFar}. Lessons go by the server's time and are not hurt; but after the next start the browser may refuse to open the classroom's page. Please set date and time in the system settings.`,
  },
};
