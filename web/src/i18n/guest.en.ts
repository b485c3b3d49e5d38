import type { guestErrorsZhCN, guestZhCN } from "./guest.zh-CN";

export const guestEn: typeof guestZhCN = {
  guest: {
    invite: "Guest teacher",
    inviteOf: (title) => `Guest teacher: ${title}`,
    title: "Let a guest teach this lesson",
    hint: "A guest needs no account: the link lets them in to lead this one lesson, and nothing else. The lead teacher of now steps down, and timetables say so. Enter the name of a guest again to make a new link; the old one stops working.",
    name: "Name of the guest",
    needName: "Enter a name",
    make: "Make the link",
    linkTitle: (name) => `Link for ${name}`,
    linkHint: "Give this link to the guest. It works once and is shown only here.",
    linkUntil: (moment) => `Good until ${moment}`,
    welcome: (name) => `Welcome, ${name}`,
    lesson: (title, moment) => `You are invited to teach “${title}”, which starts ${moment}.`,
    once: "The link works once. Press “Enter” on the computer that you will teach with.",
    enter: "Enter",
    over: "This link does not work any more",
    overHint: "A link works once, and ends with the lesson. Ask whoever invited you for a new one.",
  },
};

export const guestErrorsEn: typeof guestErrorsZhCN = {
  guest_link_unknown: "There is no such link. Ask whoever invited you for a new one.",
  guest_link_over: "This link does not work any more. Ask whoever invited you for a new one.",
};
