import type { StaffDraft, StaffMember } from "../../api/types";

export const MAX_LOGINS = 4;
export const ROLES: readonly StaffMember["roles"][number][] = [
  "teacher",
  "onsite",
  "school_admin",
  "admin",
];

/** Logins as they are typed: with commas (also Chinese ones), semicolons or lines between. */
export function loginsOf(text: string): string[] {
  return text
    .split(/[,，、;；\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

export type DraftError = "needName" | "needLogin" | "needRole";

/** The first thing that is missing, before anything is sent. */
export function missingIn(draft: StaffDraft): DraftError | undefined {
  if (!draft.name) return "needName";
  if (draft.logins.length === 0) return "needLogin";
  if (draft.roles.length === 0) return "needRole";
  return undefined;
}
