import type { LedgerGrouping } from "../api/types";

/** How a ledger can be read. */
export type LedgerView = "lessons" | "charts" | LedgerGrouping | "pupils";

export const LEDGER_VIEWS: readonly LedgerView[] = [
  "lessons",
  "charts",
  "classroom",
  "school",
  "teacher",
  "subject",
  "course",
  "term",
  "pupils",
];
