import { useCallback, useEffect } from "react";
import { getLesson } from "../../api/lessons";
import { isOwnLesson } from "../../classroom/pairedPc";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import type { RoomState } from "../../room/reduce";
import { Link } from "../../router";
import { buttonClass } from "../Button";
import { GoHome } from "../classroom/GoHome";
import { EmptyState } from "../EmptyState";
import { TopBar } from "../TopBar";
import styles from "./LessonOver.module.css";

const ASK_AGAIN_MS = 2_000;
/** How long a classroom's own PC says that the lesson is over. */
const GOES_HOME_S = 15;

/** After the lesson: why it ended, and the ways to its recording and attendance. */
export function LessonOver({ room }: { room: RoomState }) {
  const words = useWords();
  const id = room.view.lesson_id;
  // A classroom's own PC has no account that may read lessons.
  const load = useCallback(async () => (isOwnLesson(id) ? null : getLesson(id)), [id]);
  const [answer, reload] = useLoaded(load);
  const lesson = answer.state === "ready" ? answer.value : null;
  const recordingId = lesson?.recording_id ?? null;
  const isSignedIn = lesson !== null;
  const isWaiting = isSignedIn && room.view.is_recorded && recordingId === null;

  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(reload, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting, reload]);

  const reasons: Record<string, string> = words.lesson.overReasons;
  return (
    <>
      <TopBar title={<h1>{room.view.title}</h1>} />
      <main>
        <EmptyState
          icon="check"
          title={words.lesson.overTitle}
          action={
            isSignedIn && (
              <div className={styles.ways}>
                {recordingId && (
                  <Link
                    to={`/recordings/${encodeURIComponent(recordingId)}`}
                    className={buttonClass("primary", "large")}
                  >
                    {words.lesson.toReplay}
                  </Link>
                )}
                <Link
                  to={`/lessons/${encodeURIComponent(id)}/attendance`}
                  className={buttonClass("secondary", "large")}
                >
                  {words.lesson.toAttendance}
                </Link>
                <Link to="/lessons" className={buttonClass("secondary", "large")}>
                  {words.common.backToLessons}
                </Link>
              </div>
            )
          }
        >
          <p>{reasons[room.view.end_reason ?? ""]}</p>
          {isWaiting && <p>{words.lesson.replaySoon}</p>}
          {isOwnLesson(id) && <GoHome afterS={GOES_HOME_S} />}
        </EmptyState>
      </main>
    </>
  );
}
