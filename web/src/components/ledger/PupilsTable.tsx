import { useCallback } from "react";
import { getPupilAttendance } from "../../api/attendance";
import type { LedgerQuery, PupilTotal } from "../../api/types";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import { EmptyState } from "../EmptyState";
import tableStyles from "../office/AttendanceTable.module.css";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";

/** What the roll calls of one classroom say of each pupil. */
export function PupilsTable({ query }: { query: LedgerQuery }) {
  const words = useWords().ledger;
  if (!query.classroom_id) {
    return (
      <EmptyState icon="people" title={words.chooseClassroom}>
        {words.chooseClassroomHint}
      </EmptyState>
    );
  }
  return <PupilsOf classroomId={query.classroom_id} query={query} />;
}

function PupilsOf({ classroomId, query }: { classroomId: string; query: LedgerQuery }) {
  const words = useWords();
  const load = useCallback(() => getPupilAttendance(classroomId, query), [classroomId, query]);
  const [found, reload] = useLoaded(load);
  if (found.state === "loading") return <Spinner label={words.common.loading} />;
  if (found.state === "failed") return <LoadFailed error={found.error} onRetry={reload} />;
  const { rolls, pupils } = found.value;
  if (pupils.length === 0) {
    return (
      <EmptyState icon="people" title={words.ledger.noPupils}>
        {words.ledger.noPupilsHint}
      </EmptyState>
    );
  }
  return (
    <>
      <p>{words.ledger.rolls(rolls)}</p>
      <div className={tableStyles.frame}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">{words.ledger.pupils}</th>
              <th scope="col">{words.ledger.called}</th>
              <th scope="col">{words.rollCall.absent}</th>
              <th scope="col">{words.rollCall.excused}</th>
              <th scope="col">{words.rollCall.late}</th>
              <th scope="col">{words.rollCall.leftEarly}</th>
            </tr>
          </thead>
          <tbody>
            {pupils.map((pupil) => (
              <Row key={pupil.pupil_id} pupil={pupil} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ pupil }: { pupil: PupilTotal }) {
  const words = useWords();
  return (
    <tr>
      <th scope="row">
        {pupil.name ?? words.rollCall.erased}
        {pupil.number && <span className={tableStyles.school}>{pupil.number}</span>}
      </th>
      <td data-label={words.ledger.called}>{pupil.called}</td>
      <td data-label={words.rollCall.absent}>{pupil.absent}</td>
      <td data-label={words.rollCall.excused}>{pupil.excused}</td>
      <td data-label={words.rollCall.late}>{pupil.late}</td>
      <td data-label={words.rollCall.leftEarly}>{pupil.left_early}</td>
    </tr>
  );
}
