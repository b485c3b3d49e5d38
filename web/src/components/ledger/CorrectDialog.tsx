import { type FormEvent, useCallback, useId, useState } from "react";
import { correctLedger, listLedgerCorrections } from "../../api/attendance";
import type { Cause, LedgerCorrection, LedgerRow } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { causesWithTime } from "../../ledger/causes";
import { inMinutes } from "../../ledger/filter";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import { formatMoment } from "../office/dates";
import formStyles from "../office/Form.module.css";
import { Select } from "../Select";
import styles from "./Ledger.module.css";

interface CorrectDialogProps {
  row: LedgerRow;
  onClose: () => void;
  onCorrected: (row: LedgerRow) => void;
}

/** Time that had another cause, or an absence that has an excuse; nothing without a reason. */
export function CorrectDialog({ row, onClose, onCorrected }: CorrectDialogProps) {
  const words = useWords().ledger;
  const formId = useId();
  const missed = causesWithTime(row.missed);
  const [from, setFrom] = useState<Cause | "">(missed[0] ?? "");
  const [to, setTo] = useState<Cause | "">("");
  const [isExcused, setIsExcused] = useState(row.is_excused);
  const [reason, setReason] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();
  const isChanged = to !== "" || isExcused !== row.is_excused;

  function save(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (!isChanged || reason.trim() === "") return;
    run(async () => {
      const corrected = await correctLedger(row.lesson_id, row.seat_id, {
        reason: reason.trim(),
        is_excused: isExcused === row.is_excused ? null : isExcused,
        moved: from && to ? { from_cause: from, to_cause: to } : null,
      });
      onCorrected(corrected);
    });
  }

  return (
    <Dialog
      title={words.correctOf(row.title, row.classroom)}
      onClose={onClose}
      isWide
      actions={
        <Button variant="primary" type="submit" form={formId} isBusy={isBusy}>
          {words.save}
        </Button>
      }
    >
      <form id={formId} className={formStyles.form} onSubmit={save} noValidate>
        {missed.length > 0 && (
          <div className={formStyles.pair}>
            <Select
              label={words.causeWas}
              value={from}
              options={missed.map((cause) => ({
                value: cause,
                label: words.causeFor(words.causes[cause], inMinutes(row.missed[cause])),
              }))}
              onChange={(value) => setFrom(value as Cause)}
            />
            <Select
              label={words.causeIs}
              value={to}
              options={[
                { value: "", label: words.unchanged },
                ...(Object.keys(row.missed) as Cause[])
                  .filter((cause) => cause !== from)
                  .map((cause) => ({ value: cause, label: words.causes[cause] })),
              ]}
              onChange={(value) => setTo(value as Cause | "")}
            />
          </div>
        )}
        <label className={formStyles.choice}>
          <input
            type="checkbox"
            checked={isExcused}
            onChange={(event) => setIsExcused(event.target.checked)}
          />
          {words.isExcused}
        </label>
        <Field
          label={words.reason}
          value={reason}
          maxLength={200}
          required
          error={
            wasTried && !isChanged
              ? words.nothingChanged
              : wasTried && reason.trim() === ""
                ? words.needReason
                : undefined
          }
          onChange={(event) => setReason(event.target.value)}
        />
      </form>
      {row.corrections > 0 && <Made row={row} />}
    </Dialog>
  );
}

function Made({ row }: { row: LedgerRow }) {
  const words = useWords().ledger;
  const load = useCallback(() => listLedgerCorrections(row.lesson_id, row.seat_id), [row]);
  const [made] = useLoaded(load);
  if (made.state !== "ready") return null;
  return (
    <>
      <h3 className={styles.madeTitle}>{words.madeBefore}</h3>
      <ul className={styles.made}>
        {made.value.map((one) => (
          <MadeOne key={`${one.at} ${one.what}`} one={one} />
        ))}
      </ul>
    </>
  );
}

function MadeOne({ one }: { one: LedgerCorrection }) {
  const words = useWords().ledger;
  const { language } = useLanguage();
  const what =
    one.what === "cause"
      ? words.moved(
          words.causes[one.before as Cause],
          words.causes[one.after as Cause],
          inMinutes(one.moved_s),
        )
      : one.after === "yes"
        ? words.becameExcused
        : words.noLongerExcused;
  return (
    <li>
      {what}
      <span className={styles.note}>
        {words.madeBy(one.by, formatMoment(one.at, language), one.reason)}
      </span>
    </li>
  );
}
