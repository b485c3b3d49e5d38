import type { consoleZhCN } from "./console.zh-CN";

export const consoleEn: typeof consoleZhCN = {
  console: {
    title: "Console",
    lessonTab: "Lesson",
    rollTab: "Roll call",
    whoSpeaks: "Who is speaking?",
    speaks: (name: string) => `Speaking: ${name}`,
    noNames: "This classroom has no list of pupils yet.",
    connectPhone: "Connect phone",
    phoneIn: "Phone connected",
    phonesIn: (count: number) =>
      count === 1 ? "A phone is in as console" : `${count} phones are in as consoles`,
    anotherPhone: "Another phone",
    sendPhonesAway: "Disconnect",
    picture: "QR code: scan it with a phone to connect it as console",
    scan: "Scan it with the phone. Or open this address on the phone and type the digits:",
    scanUntil: (time: string) => `Works once, until ${time}`,
    thisMachineOnly:
      "A phone cannot open this address. Open the lesson on the classroom's PC under the server's network address first.",
    codeLabel: "The 8 digits on the classroom's screen",
    codeHint: "Press “Connect phone” on the classroom's PC: the digits appear on its screen.",
    connect: "Connect",
    codeRefusals: {
      code_unknown:
        "Those digits are wrong, or were used once already. Check them, or press “Connect phone” on the classroom's PC again.",
      code_expired: "Those digits have expired. Press “Connect phone” on the classroom's PC again.",
    },
    sentAway: "This phone is disconnected",
    sentAwayHint:
      "The classroom's PC disconnected it, or the lesson's time is over. To go on, press “Connect phone” on that PC and scan again.",
    connectAgain: "Connect again",
    waiting: "something new",
    openCover: "Can pupils see this screen?",
    openCoverHint:
      "Messages between teachers and pupils' names will be shown. Cover or switch off the projector first. It closes by itself after 30 seconds without a touch.",
    openCoverNow: "Open",
    pcCut: "The classroom's PC lost its link",
    pcAbsent: "The classroom's PC is not in the lesson yet",
    pcAwayHint: "Picture and sound come from that PC. See whether it is on and connected.",
    tellStaff: "Tell the lead teacher (pupils do not see it)",
    signalStands: (time: string) => `Sent ${time} ago, not acknowledged yet`,
    signalNoted: (signal: string) => `The lead teacher knows: ${signal}`,
    autoAccept: "Come up by itself",
    autoAcceptHint:
      "A call of the lead teacher brings you on stage without asking. You decide, for this lesson only.",
    autoAcceptOn:
      "On: a call shows you to the other classrooms at once. Press again to switch it off.",
  },
  chat: {
    tab: "Messages",
    title: "Staff messages",
    none: "No messages yet. Only teachers see this, pupils do not.",
    you: "Me",
    toStaff: "Staff only",
    to: (name: string) => `To ${name}`,
    write: "Write a line",
    send: "Send",
    readers: "To",
    everybody: "All teachers",
    staff: "Lead, assistants, observers",
    unread: (count: number) => `${count}`,
    unreadTitle: (count: number) => `Staff messages: ${count} new`,
    signalFrom: (name: string, signal: string) => `${name}: ${signal}`,
    hiddenSignal: "A signal",
    acknowledge: "Acknowledge",
    pupilSpeaks: (name: string) => `Speaking: ${name}`,
  },
  privacy: {
    closesIn: (seconds: number) => `Closes in ${seconds} s`,
  },
  signals: {
    slower: "Slower, please",
    repeat: "Please repeat",
    frozen: "Our picture froze",
    no_sound: "We hear nothing",
    two_minutes: "Two minutes, please",
    ready: "We are ready",
  },
};
