import { useEffect, useState } from "react";
import { checkIn } from "../api/pcs";
import type { TimetableLesson } from "../api/types";
import { lessonToJoin, nextLesson } from "../classroom/agenda";
import { leftLesson, rememberPaired } from "../classroom/pairedPc";
import { clockWords, WRONG_MS } from "../classroom/pcClock";
import type { TimetableState } from "../classroom/timetableWatch";
import { useAutoJoin } from "../classroom/useAutoJoin";
import { useClockReport } from "../classroom/useClockReport";
import { useDailyReload } from "../classroom/useDailyReload";
import { useDeviceReports } from "../classroom/useDeviceReports";
import { useServerNow, useTimetable } from "../classroom/useTimetable";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { DeviceChecks } from "../components/classroom/DeviceChecks";
import { NextLesson } from "../components/classroom/NextLesson";
import { TimetableList } from "../components/classroom/TimetableList";
import { Unpaired } from "../components/classroom/Unpaired";
import { EmptyState } from "../components/EmptyState";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useWakeLock } from "../hooks/useWakeLock";
import { useLanguage, useWords } from "../i18n";
import { formatTime } from "../lesson/format";
import styles from "./ClassroomHome.module.css";

/** A PC that falls asleep misses its lesson; at night its screen may go dark. */
const AWAKE_BEFORE_MS = 12 * 3_600_000;

/** Where a classroom's own PC waits: what comes next, large enough for the back of the room. It goes in by itself. */
export default function ClassroomHome() {
  const [state, watch] = useTimetable();
  const now = useServerNow(watch.clock);

  useEffect(() => {
    // Refused or not: the timetable says how this PC stands.
    checkIn().catch(() => undefined);
    // At hand when the lesson opens, even if the link is bad then.
    import("./Classroom").catch(() => undefined);
  }, []);
  useEffect(() => {
    if (state.pairing !== "unknown") rememberPaired(state.pairing === "paired");
  }, [state.pairing]);

  if (state.pairing === "none" || state.pairing === "removed") {
    return <Unpaired isRemoved={state.pairing === "removed"} onPaired={watch.start} />;
  }
  return <Paired state={state} now={now} askAgain={watch.start} />;
}

interface PairedProps {
  state: TimetableState;
  /** The server's clock, ms; null before it is known. */
  now: number | null;
  askAgain: () => void;
}

function Paired({ state, now, askAgain }: PairedProps) {
  const words = useWords();
  const { language } = useLanguage();
  const [left, setLeft] = useState(leftLesson);
  const { timetable, isOffline, aheadMs } = state;
  const lessons = timetable?.lessons ?? [];
  const due = now === null ? null : lessonToJoin(lessons, now);
  const next = now === null ? null : nextLesson(lessons, now);
  const isJoining = due !== null && due.lesson_id !== left;
  useDeviceReports(state.pairing === "paired");
  useAutoJoin(isJoining ? due.lesson_id : null, askAgain);
  useWakeLock(due !== null || (next !== null && now !== null && isNear(next, now)));
  useClockReport(aheadMs);
  useDailyReload(next, isJoining || isOffline ? null : now);

  const { classroom } = timetable ?? {};
  return (
    <div className={styles.page}>
      <TopBar
        isHomeLink={false}
        guide="classroom"
        title={<h1>{classroom ? `${classroom.school_name} ${classroom.name}` : ""}</h1>}
      >
        {now !== null && <time className={styles.clock}>{formatTime(now, language)}</time>}
      </TopBar>
      {isOffline && (
        <div className={styles.offline}>
          <Banner tone="live" title={words.classroomPc.offlineTitle}>
            {timetable ? words.classroomPc.offlineKnown : words.classroomPc.offlineHint}
          </Banner>
        </div>
      )}
      {aheadMs !== null && Math.abs(aheadMs) >= WRONG_MS && (
        <div className={styles.offline}>
          <Banner tone="warn" title={words.pcClock.wrongTitle}>
            {words.pcClock.wrongHint(clockWords(words.pcClock, aheadMs))}
          </Banner>
        </div>
      )}
      <main className={styles.main}>
        {timetable === null || now === null ? (
          !isOffline && <Spinner label={words.common.loading} />
        ) : isJoining ? (
          <EmptyState icon="door" title={words.classroomPc.joining(due.title)}>
            <Spinner label={words.classroomPc.joiningHint} />
          </EmptyState>
        ) : (
          <>
            {due && <Left title={due.title} onReturn={() => setLeft(null)} />}
            <NextLesson lesson={next} now={now} />
            <TimetableList lessons={lessons} now={now} />
            <DeviceChecks lessonId={next?.lesson_id ?? null} />
          </>
        )}
      </main>
    </div>
  );
}

/** Near enough to keep the screen on for. */
const isNear = (lesson: TimetableLesson, now: number): boolean =>
  Date.parse(lesson.joins_at) - now < AWAKE_BEFORE_MS;

function Left({ title, onReturn }: { title: string; onReturn: () => void }) {
  const words = useWords();
  return (
    <Banner
      tone="warn"
      title={words.classroomPc.leftTitle(title)}
      action={
        <Button variant="primary" size="huge" icon="door" onClick={onReturn}>
          {words.classroomPc.returnToLesson}
        </Button>
      }
    >
      {words.classroomPc.leftHint}
    </Banner>
  );
}
