import type { accountZhCN } from "./account.zh-CN";

export const accountEn: typeof accountZhCN = {
  account: {
    title: "My account",
    password: "Change the password",
    oldPassword: "Password now",
    newPassword: "New password, 8 characters or more",
    change: "Change the password",
    changed: "The password is changed; other devices are signed out",
    factor: "Two-step sign-in",
    factorHint:
      "When it is on, sign-in asks for six digits of an authenticator app besides the password.",
    factorOn: "On",
    turnOn: "Switch two-step sign-in on",
    turnOff: "Switch two-step sign-in off",
    turnOffHint: "Enter your password to switch it off.",
    scan: "Scan this picture with an authenticator app, or type the key below into it.",
    picture: "QR code for two-step sign-in",
    secret: "Key",
    code: "Six digits of the app",
    confirm: "Confirm",
    turnedOn: "Two-step sign-in is on",
    turnedOff: "Two-step sign-in is off",
    sessions: "Where you are signed in",
    sessionsHint: "End what you do not know, and change the password.",
    current: "This device",
    since: (moment) => `since ${moment}`,
    end: "Sign out there",
    ended: "Signed out there",
    program: "Program",
  },
};
