import type { ClassroomHealth } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Badge } from "../Badge";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";
import styles from "./Health.module.css";
import { Todos } from "./Todos";

/** One row for each classroom: what to do, and what it is concluded from. */
export function HealthTable({ classrooms }: { classrooms: readonly ClassroomHealth[] }) {
  const words = useWords();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.health.classroom}</th>
            <th scope="col">{words.health.todo}</th>
            <th scope="col">{words.health.pc}</th>
            <th scope="col">{words.media.camera}</th>
            <th scope="col">{words.media.microphone}</th>
            <th scope="col">{words.health.link}</th>
          </tr>
        </thead>
        <tbody>
          {classrooms.map((classroom) => (
            <Row key={classroom.classroom_id} classroom={classroom} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ classroom }: { classroom: ClassroomHealth }) {
  const words = useWords();
  const { language } = useLanguage();
  const { pc } = classroom;
  return (
    <tr>
      <th scope="row">
        {classroom.name}
        <span className={tableStyles.school}>{classroom.school_name}</span>
      </th>
      <td data-label={words.health.todo}>
        {classroom.cares.length === 0 ? (
          <Badge tone="ok" icon="check">
            {words.health.fine}
          </Badge>
        ) : (
          <Todos classroom={classroom} />
        )}
      </td>
      <td data-label={words.health.pc}>
        {pc ? words.health.lastSeen(formatMoment(pc.last_seen_at, language)) : words.health.noPc}
        {classroom.last_lesson_at && (
          <span className={tableStyles.school}>
            {words.health.lastLesson(formatMoment(classroom.last_lesson_at, language))}
          </span>
        )}
      </td>
      <Device label={words.media.camera} state={pc?.camera ?? null} />
      <Device label={words.media.microphone} state={pc?.microphone ?? null} />
      <td data-label={words.health.link}>
        <LastLinkTest classroom={classroom} />
      </td>
    </tr>
  );
}

type DeviceState = NonNullable<ClassroomHealth["pc"]>["camera"];

function Device({ label, state }: { label: string; state: DeviceState }) {
  const words = useWords().health;
  return (
    <td className={styles.state} data-label={label}>
      {state ? words.device[state] : words.unknown}
    </td>
  );
}

function LastLinkTest({ classroom: { link_test } }: { classroom: ClassroomHealth }) {
  const words = useWords();
  const { language } = useLanguage();
  if (!link_test) return <>{words.health.untested}</>;
  const path = link_test.path as keyof typeof words.linkTest.brief;
  return (
    <>
      {words.linkTest.brief[path]}
      {link_test.path !== "none" && (
        <span className={tableStyles.school}>
          {words.linkTest.figures({
            rttMs: link_test.rtt_ms,
            loss: link_test.loss,
            rateBps: link_test.rate_bps,
          })}
        </span>
      )}
      <span className={tableStyles.school}>{formatMoment(link_test.made_at, language)}</span>
    </>
  );
}
