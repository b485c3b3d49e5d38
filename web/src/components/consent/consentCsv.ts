import type { PupilConsents } from "../../api/types";
import { csvOf } from "../roster/csv";
import { PURPOSES } from "./draft";

/** What is entered, as a file that can be filled in and uploaded; a cell is empty where nothing was entered. */
export function consentCsv(
  header: readonly string[],
  cell: { yes: string; no: string },
  pupils: readonly PupilConsents[],
): string {
  return csvOf([
    header,
    ...pupils.map((pupil) => [
      pupil.number ?? "",
      pupil.name,
      ...PURPOSES.map((purpose) => {
        const answer = pupil.answers.find((one) => one.purpose === purpose);
        if (!answer) return "";
        return answer.is_granted ? cell.yes : cell.no;
      }),
    ]),
  ]);
}
