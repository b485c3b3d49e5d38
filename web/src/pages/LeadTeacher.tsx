import { Badge } from "../components/Badge";
import { ClassroomCard } from "../components/lesson/ClassroomCard";
import { HandQueue } from "../components/lesson/HandQueue";
import { EndLessonButton, LeadControls } from "../components/lesson/LeadControls";
import { LessonPage } from "../components/lesson/LessonPage";
import { Lights } from "../components/lesson/Lights";
import { LinkBanners } from "../components/lesson/LinkBanners";
import { Observers } from "../components/lesson/Observers";
import { OwnProblems } from "../components/lesson/OwnProblems";
import { OwnTile } from "../components/lesson/OwnTile";
import { ParticipantTile } from "../components/lesson/ParticipantTile";
import { StageList } from "../components/lesson/StageList";
import { SlideSection } from "../components/slides/SlideSection";
import { TopBar } from "../components/TopBar";
import { useNow } from "../hooks/useNow";
import { useTitle } from "../hooks/useTitle";
import { useWords } from "../i18n";
import { announceToStaff } from "../lesson/announcers";
import { useRoom, useSession } from "../lesson/context";
import { formatDuration } from "../lesson/format";
import { useAnnouncements } from "../lesson/useAnnouncements";
import { classroomsOf, leadOf } from "../room/selectors";
import styles from "./LeadTeacher.module.css";

/** The screen of the lead teacher; assistant and observer see the same with what their role may do. */
export default function LeadTeacher({ params }: { params: Record<string, string> }) {
  return (
    <LessonPage lessonId={params.id ?? ""} isForClassroom={false}>
      <Desk />
    </LessonPage>
  );
}

function Desk() {
  const session = useSession();
  const room = useRoom();
  useAnnouncements(announceToStaff);
  useTitle(room.view.title);
  const { title } = room.view;
  return (
    <div className={styles.desk}>
      <TopBar title={<h1 title={title}>{title}</h1>} isHomeLink={false} guide="lead">
        <Elapsed />
        <Lights />
        {session.ticket.role === "lead" && room.view.phase === "live" && <EndLessonButton />}
      </TopBar>
      <LinkBanners />
      <main className={styles.main}>
        <div className={styles.work}>
          <SlideSection />
          <Classrooms />
        </div>
        <aside className={styles.aside}>
          <LeadPicture />
          <LeadControls />
          {session.sendsMedia && <OwnProblems />}
          <HandQueue />
          <StageList />
          <Observers />
        </aside>
      </main>
    </div>
  );
}

function Classrooms() {
  const words = useWords();
  const classrooms = classroomsOf(useRoom());
  const isEmpty = classrooms.every((place) => place.presence === "absent");
  return (
    <section className={styles.classrooms} aria-label={words.lead.classrooms}>
      {isEmpty && (
        <div className={styles.empty}>
          <h2>{words.lead.emptyTitle}</h2>
          <p>{words.lead.emptyHint}</p>
        </div>
      )}
      <ul className={styles.grid} data-count={Math.min(classrooms.length, 9)}>
        {classrooms.map((place) => (
          <ClassroomCard key={place.participant_id} place={place} />
        ))}
      </ul>
    </section>
  );
}

/** The lead's own picture, or what assistants and observers get of the lead. */
function LeadPicture() {
  const words = useWords();
  const session = useSession();
  const lead = leadOf(useRoom());
  if (session.ticket.role === "lead") return <OwnTile name={words.lead.you} />;
  if (!lead) return <p>{words.lead.leadAway}</p>;
  return <ParticipantTile place={lead} />;
}

function Elapsed() {
  const words = useWords();
  const session = useSession();
  const { started_ms: startedMs, phase } = useRoom().view;
  const now = useNow(session.signaling.clockOffsetMs);
  if (phase !== "live" || startedMs === null) return <Badge>{words.phase[phase]}</Badge>;
  return (
    <span className={styles.elapsed}>{words.lead.elapsed(formatDuration(now - startedMs))}</span>
  );
}
