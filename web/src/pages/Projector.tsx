import { useEffect, useState } from "react";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { ClassroomWaiting } from "../components/lesson/ClassroomWaiting";
import { Stage } from "../components/lesson/Stage";
import { useWords } from "../i18n";
import { BorrowedLesson, useRoom, useRoomOrNull } from "../lesson/context";
import { borrowedLesson } from "../lesson/projector";
import type { LessonSession } from "../lesson/session";
import { ownPlace } from "../room/selectors";
import styles from "./Projector.module.css";

const LOOK_AGAIN_MS = 500;

/** A window without controls for the wall. Its pictures are its opener's: no downlink of its own, and no sound. */
export default function Projector() {
  const words = useWords();
  const [session, setSession] = useState<LessonSession | null>(borrowedLesson);

  useEffect(() => {
    document.title = words.projector.title;
    // The opener may be reloaded at any time; then it has a new lesson to lend.
    const timer = setInterval(() => setSession(borrowedLesson()), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [words]);

  if (!session) return <Lost />;
  return (
    <BorrowedLesson session={session}>
      <Wall />
    </BorrowedLesson>
  );
}

function Wall() {
  const room = useRoomOrNull();
  if (!room) return <Lost />;
  return room.view.phase === "ended" ? <Over title={room.view.title} /> : <Pictures />;
}

function Pictures() {
  const words = useWords();
  const room = useRoom();
  const [isFull, setIsFull] = useState(false);
  const isCalled = ownPlace(room)?.place === "called";

  useEffect(() => {
    const update = () => setIsFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", update);
    return () => document.removeEventListener("fullscreenchange", update);
  }, []);

  return (
    <main className={styles.wall}>
      <h1 className="visually-hidden">{room.view.title}</h1>
      {room.view.phase === "live" ? <Stage wall="projector" /> : <ClassroomWaiting />}
      {isCalled && (
        <p className={styles.called} role="status">
          {words.projector.callTitle}
        </p>
      )}
      {!isFull && (
        <div className={styles.full}>
          <Button
            variant="night"
            icon="screen"
            onClick={() => void document.documentElement.requestFullscreen()}
          >
            {words.projector.fullScreen}
          </Button>
        </div>
      )}
    </main>
  );
}

function Over({ title }: { title: string }) {
  const words = useWords();
  return (
    <main className={styles.lost}>
      <h1 className="visually-hidden">{title}</h1>
      <EmptyState icon="check" title={words.lesson.overTitle} />
    </main>
  );
}

function Lost() {
  const words = useWords();
  return (
    <main className={styles.lost}>
      <h1 className="visually-hidden">{words.projector.title}</h1>
      <EmptyState icon="window" title={words.projector.lost}>
        {words.projector.lostHint}
      </EmptyState>
    </main>
  );
}
