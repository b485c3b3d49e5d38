import { useCallback, useEffect } from "react";
import { getLesson } from "../../api/endpoints";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import type { RoomState } from "../../room/reduce";
import { Link } from "../../router";
import { buttonClass } from "../Button";
import { EmptyState } from "../EmptyState";
import { TopBar } from "../TopBar";
import styles from "./LessonOver.module.css";

const ASK_AGAIN_MS = 2_000;

/** After the lesson: why it ended, and the ways to its recording and attendance. */
export function LessonOver({ room }: { room: RoomState }) {
  const words = useWords();
  const id = room.view.lesson_id;
  const [lesson, reload] = useLoaded(useCallback(() => getLesson(id), [id]));
  const recordingId = lesson.state === "ready" ? lesson.value.recording_id : null;
  const isSignedIn = lesson.state === "ready";
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
        </EmptyState>
      </main>
    </>
  );
}
