import { useState } from "react";
import type { RollCall as Roll } from "../../api/types";
import { useWords } from "../../i18n";
import { headsOf, marksOf } from "../../rollcall/marks";
import type { RollBook, RollState } from "../../rollcall/rollBook";
import { type RollAccess, useRollBook } from "../../rollcall/useRollBook";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Field } from "../Field";
import { Spinner } from "../Spinner";
import { Corrections } from "./Corrections";
import { HeadCount } from "./HeadCount";
import { PupilRow } from "./PupilRow";
import styles from "./RollCall.module.css";
import { SyncLine } from "./SyncLine";

interface RollCallProps {
  access: RollAccess;
  /** In the office: why something is corrected can be said, and what was corrected is shown. */
  isOffice?: boolean;
  /** The server has taken something. */
  onSaved?: () => void;
}

/**
 * The roll of one classroom, saved as it is ticked. Private: pupils' names, never on a screen that pupils see unless
 * somebody uncovered it.
 */
export function RollCall({ access, isOffice = false, onSaved }: RollCallProps) {
  const words = useWords();
  const [book, state] = useRollBook(access, onSaved);
  if (!state.saved) {
    if (state.problem === null) return <Spinner label={words.common.loading} />;
    return <SyncLine book={book} state={state} />;
  }
  return <OpenRoll book={book} state={state} saved={state.saved} isOffice={isOffice} />;
}

interface OpenRollProps {
  book: RollBook;
  state: RollState;
  saved: Roll;
  isOffice: boolean;
}

function OpenRoll({ book, state, saved, isOffice }: OpenRollProps) {
  const words = useWords().rollCall;
  const marks = marksOf(saved, state.unsent);
  const heads = headsOf(saved, state.unsent);
  const toCall = [...marks.values()].filter((mark) => mark === null).length;
  return (
    <section className={styles.roll} aria-label={words.titleOf(saved.classroom_name)}>
      <div className={styles.head}>
        <Total count={heads.count} listed={saved.pupils.length} />
        <SyncLine book={book} state={state} />
      </div>
      {isOffice && <Reason onChange={(reason) => book.explain(reason)} />}
      {saved.pupils.length === 0 ? (
        <Banner title={words.noRoster}>{words.noRosterHint}</Banner>
      ) : (
        <>
          <div className={styles.rest} aria-live="polite">
            {toCall > 0 && (
              <>
                <span>{words.toCall(toCall)}</span>
                <Button icon="check" onClick={() => book.markRestPresent()}>
                  {words.markRest}
                </Button>
              </>
            )}
          </div>
          <ul className={styles.pupils}>
            {saved.pupils.map((pupil) => (
              <PupilRow
                key={pupil.pupil_id}
                pupil={pupil}
                mark={marks.get(pupil.pupil_id) ?? null}
                onMark={(mark) => book.mark(pupil.pupil_id, mark)}
              />
            ))}
          </ul>
        </>
      )}
      <HeadCount heads={heads} onType={(count) => book.typeCount(count)} />
      {isOffice && <Corrections roll={saved} />}
    </section>
  );
}

function Total({ count, listed }: { count: number | null; listed: number }) {
  const words = useWords().rollCall;
  if (count === null) return <strong className={styles.total}>{words.nobodyCounted}</strong>;
  return (
    <strong className={styles.total}>
      {listed > 0 ? words.headsOf(count, listed) : words.heads(count)}
    </strong>
  );
}

function Reason({ onChange }: { onChange: (reason: string) => void }) {
  const words = useWords().rollCall;
  const [reason, setReason] = useState("");
  return (
    <Field
      label={words.reason}
      hint={words.reasonHint}
      maxLength={200}
      value={reason}
      onChange={(event) => {
        setReason(event.target.value);
        onChange(event.target.value);
      }}
    />
  );
}
