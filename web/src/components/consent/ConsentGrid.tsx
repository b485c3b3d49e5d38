import { type KeyboardEvent, useRef } from "react";
import type { PupilConsents, Purpose } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";
import styles from "./ConsentTable.module.css";
import { agreedOf, answered, type Draft, isOpen, PURPOSES } from "./draft";

interface ConsentGridProps {
  pupils: readonly PupilConsents[];
  draft: Draft;
  onChange: (draft: Draft) => void;
}

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The roster as rows and the purposes as columns; arrow keys move between the boxes. */
export function ConsentGrid({ pupils, draft, onChange }: ConsentGridProps) {
  const words = useWords();
  const table = useRef<HTMLTableElement>(null);

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const row = Number(event.target.dataset.row) + step[0];
    const column = Number(event.target.dataset.column) + step[1];
    table.current
      ?.querySelector<HTMLInputElement>(`input[data-row="${row}"][data-column="${column}"]`)
      ?.focus();
  }

  const ids = pupils.map((one) => one.pupil_id);
  return (
    <div className={tableStyles.frame}>
      <table ref={table} className={tableStyles.table} onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col">{words.consentSheet.pupil}</th>
            {PURPOSES.map((purpose) => (
              <th key={purpose} scope="col">
                {words.consents.purpose[purpose]}
                <span className={styles.hint}>{words.consents.purposeHint[purpose]}</span>
                <Button
                  size="small"
                  aria-label={words.consentSheet.allOf(words.consents.purpose[purpose])}
                  onClick={() => onChange(answered(draft, ids, purpose, true))}
                >
                  {words.consentSheet.all}
                </Button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pupils.map((pupil, row) => (
            <tr key={pupil.pupil_id}>
              <th scope="row">
                {pupil.name}
                <span className={tableStyles.school}>{pupil.number}</span>
              </th>
              {PURPOSES.map((purpose, column) => (
                <td key={purpose} data-label={words.consents.purpose[purpose]}>
                  <Box {...{ pupil, purpose, row, column, draft, onChange }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface BoxProps {
  pupil: PupilConsents;
  purpose: Purpose;
  row: number;
  column: number;
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function Box({ pupil, purpose, row, column, draft, onChange }: BoxProps) {
  const words = useWords().consents;
  const { language } = useLanguage();
  const agreed = draft.get(pupil.pupil_id) ?? agreedOf(pupil.answers);
  const isBlocked = !isOpen(agreed, purpose);
  const answer = pupil.answers.find((one) => one.purpose === purpose);
  const remark = answer
    ? words.entered(answer.entered_by, formatMoment(answer.entered_at, language))
    : words.never;
  return (
    <label className={styles.answer}>
      <input
        type="checkbox"
        aria-label={words.answerOf(words.purpose[purpose], pupil.name)}
        // Not `disabled`: the arrow keys must get past it.
        aria-disabled={isBlocked || undefined}
        data-row={row}
        data-column={column}
        checked={agreed.has(purpose)}
        onChange={(event) =>
          onChange(answered(draft, [pupil.pupil_id], purpose, event.target.checked))
        }
      />
      <span className={styles.remark}>{isBlocked ? words.needsNarrower : remark}</span>
    </label>
  );
}
