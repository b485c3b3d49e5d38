import { isPairedPc } from "../classroom/pairedPc";
import { useDeviceReports } from "../classroom/useDeviceReports";
import { CallUpPrompt } from "../components/lesson/CallUpPrompt";
import { ClassroomBar } from "../components/lesson/ClassroomBar";
import { ClassroomStrip } from "../components/lesson/ClassroomStrip";
import { ClassroomWaiting } from "../components/lesson/ClassroomWaiting";
import { LessonPage } from "../components/lesson/LessonPage";
import { Lights } from "../components/lesson/Lights";
import { LinkBanners } from "../components/lesson/LinkBanners";
import { OwnProblems } from "../components/lesson/OwnProblems";
import { Stage } from "../components/lesson/Stage";
import { OwnTurning } from "../components/slides/OwnTurning";
import { TopBar } from "../components/TopBar";
import { useTitle } from "../hooks/useTitle";
import { useWakeLock } from "../hooks/useWakeLock";
import { useWords } from "../i18n";
import { announceToClassroom } from "../lesson/announcers";
import { useRoom } from "../lesson/context";
import { useAnnouncements } from "../lesson/useAnnouncements";
import { isHeardByAll, listenersOf, ownPlace } from "../room/selectors";
import { useDecksBefore } from "../slides/useDecksBefore";
import styles from "./Classroom.module.css";

/** The one screen of a classroom, usually mirrored on the wall: nothing private is ever drawn on it. */
export default function Classroom({ params }: { params: Record<string, string> }) {
  return (
    <LessonPage lessonId={params.id ?? ""} isForClassroom={true}>
      <Screen />
    </LessonPage>
  );
}

function Screen() {
  const room = useRoom();
  const place = ownPlace(room);
  useAnnouncements(announceToClassroom);
  useTitle(room.view.title);
  useWakeLock(room.view.phase !== "ended");
  useDecksBefore();
  useDeviceReports(isPairedPc());
  return (
    <div className={styles.screen}>
      <TopBar
        isHomeLink={false}
        guide="classroom"
        title={
          <h1 title={room.view.title}>
            {room.view.title}
            <span className={styles.who}>
              {place?.school} {place?.name}
            </span>
          </h1>
        }
      >
        <Lights microphoneWords={useMicrophoneWords()} />
      </TopBar>
      <ClassroomStrip />
      <LinkBanners isBelowStrip />
      <main className={styles.main}>
        {room.view.phase === "live" ? <Stage wall="page" /> : <ClassroomWaiting />}
      </main>
      {room.view.slides && <OwnTurning slides={room.view.slides} />}
      <div className={styles.problems}>
        <OwnProblems />
      </div>
      <ClassroomBar />
      <CallUpPrompt />
    </div>
  );
}

/** Who hears this classroom now, in the words beside the microphone light. */
function useMicrophoneWords(): string {
  const { classroom, cockpit } = useWords();
  const room = useRoom();
  const place = ownPlace(room);
  if (place && isHeardByAll(room, place)) return classroom.microphoneHeard;
  if (listenersOf(room, room.you).length > 0) return classroom.listenedTo;
  return room.view.is_sing_along ? cockpit.microphoneSings : classroom.microphoneQuiet;
}
