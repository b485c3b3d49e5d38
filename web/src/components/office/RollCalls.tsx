import { useState } from "react";
import type { RollCallRow } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Card } from "../Card";
import { RollCall } from "../rollcall/RollCall";
import styles from "./RollCalls.module.css";

interface RollCallsProps {
  lessonId: string;
  rows: RollCallRow[];
  /** A roll was changed: the numbers are others now. */
  onSaved: () => void;
}

/** The roll call of each classroom in numbers; who may know the pupils opens it and corrects it. */
export function RollCalls({ lessonId, rows, onSaved }: RollCallsProps) {
  const words = useWords().rollCall;
  const [openSeat, setOpenSeat] = useState<string | null>(null);
  const toggle = (seatId: string) => setOpenSeat(openSeat === seatId ? null : seatId);
  return (
    <>
      <h2>{words.title}</h2>
      {rows.some((row) => !row.may_see_names) && <p>{words.namesElsewhere}</p>}
      <ul className={styles.list}>
        {rows.map((row) => (
          <li key={row.seat_id}>
            <Card className={styles.card}>
              <div className={styles.row}>
                <Numbers row={row} isOpen={openSeat === row.seat_id} />
                {row.may_see_names && (
                  <Button
                    icon={openSeat === row.seat_id ? "close" : "pencil"}
                    aria-expanded={openSeat === row.seat_id}
                    aria-label={words.openOf(row.classroom)}
                    onClick={() => toggle(row.seat_id)}
                  >
                    {openSeat === row.seat_id ? words.close : words.open}
                  </Button>
                )}
              </div>
              {openSeat === row.seat_id && (
                <RollCall access={{ lessonId, seatId: row.seat_id }} isOffice onSaved={onSaved} />
              )}
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The open roll has its numbers in itself. */
function Numbers({ row, isOpen }: { row: RollCallRow; isOpen: boolean }) {
  const words = useWords().rollCall;
  const count = row.head_count;
  const details = [
    row.absent > 0 && words.absentCount(row.absent),
    row.excused > 0 && words.excusedCount(row.excused),
    row.late > 0 && words.lateCount(row.late),
    row.left_early > 0 && words.earlyCount(row.left_early),
  ].filter((one) => one !== false);
  return (
    <div className={styles.numbers}>
      <strong>{row.classroom}</strong>
      <span className={styles.school}>{row.school}</span>
      {!isOpen && (
        <span>
          {count === null && words.nobodyCounted}
          {count !== null &&
            (row.on_roster > 0 ? words.headsOf(count, row.on_roster) : words.heads(count))}
          {details.length > 0 && ` · ${details.join(" · ")}`}
        </span>
      )}
    </div>
  );
}
