import type { LedgerGrouping } from "../api/types";

/** How a ledger can be read. */
export type LedgerView = "lessons" | LedgerGrouping | "pupils";

export const LEDGER_VIEWS: readonly LedgerView[] = [
  "lessons",
  "classroom",
  "school",
  "teacher",
  "subject",
  "course",
  "term",
  "pupils",
];
