import { useCallback } from "react";
import { attendanceCsvUrl, getAttendance } from "../api/attendance";
import type { Attendance as Sheet } from "../api/types";
import { buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Icon } from "../components/Icon";
import { AttendanceTable } from "../components/office/AttendanceTable";
import { formatClock, formatMoment } from "../components/office/dates";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { RollCalls } from "../components/office/RollCalls";
import { WatchersTable } from "../components/office/WatchersTable";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import styles from "./Attendance.module.css";

export default function Attendance({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const { language } = useLanguage();
  const lessonId = params.id ?? "";
  const [sheet, reload] = useLoaded(useCallback(() => getAttendance(lessonId), [lessonId]));
  return (
    <OfficePage
      title={words.attendance.title}
      back="/lessons"
      actions={
        sheet.state === "ready" && (
          <a
            href={attendanceCsvUrl(lessonId, language)}
            download
            className={buttonClass("primary")}
          >
            <Icon name="download" />
            <span>{words.attendance.download}</span>
          </a>
        )
      }
    >
      {sheet.state === "loading" && <Spinner label={words.common.loading} />}
      {sheet.state === "failed" && <LoadFailed error={sheet.error} onRetry={reload} />}
      {sheet.state === "ready" && <Ledger sheet={sheet.value} onCorrected={reload} />}
    </OfficePage>
  );
}

function Ledger({ sheet, onCorrected }: { sheet: Sheet; onCorrected: () => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const clock = (iso: string) => formatClock(iso, language);
  return (
    <>
      <div className={styles.about}>
        <h2>{sheet.title}</h2>
        <p>
          {words.attendance.planned(
            formatMoment(sheet.planned_start, language),
            clock(sheet.planned_end),
          )}
        </p>
        {sheet.started_at && (
          <p>
            {words.attendance.actual(
              clock(sheet.started_at),
              sheet.ended_at ? clock(sheet.ended_at) : words.attendance.now,
            )}
          </p>
        )}
      </div>
      {sheet.rows.length === 0 ? (
        <EmptyState icon="people" title={words.attendance.emptyTitle}>
          {words.attendance.emptyHint}
        </EmptyState>
      ) : (
        <AttendanceTable rows={sheet.rows} />
      )}
      <RollCalls lessonId={sheet.lesson_id} rows={sheet.roll_calls} onSaved={onCorrected} />
      {sheet.replay && (
        <>
          <h2>{words.attendance.watched}</h2>
          <WatchersTable replay={sheet.replay} />
        </>
      )}
    </>
  );
}
