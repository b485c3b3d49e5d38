import { Badge } from "../components/Badge";
import { BackChannel } from "../components/lesson/BackChannel";
import { Classrooms } from "../components/lesson/cockpit/Classrooms";
import { FeedbackHint } from "../components/lesson/cockpit/FeedbackHint";
import { HandQueue } from "../components/lesson/cockpit/HandQueue";
import { HeardCheck } from "../components/lesson/cockpit/HeardCheck";
import { LeadBanners } from "../components/lesson/cockpit/LeadBanners";
import { EndLessonButton, LeadControls } from "../components/lesson/cockpit/LeadControls";
import { LeadPicture } from "../components/lesson/cockpit/LeadPicture";
import { Staff } from "../components/lesson/cockpit/Staff";
import { StageList } from "../components/lesson/cockpit/StageList";
import { HelpButton } from "../components/lesson/HelpButton";
import { LessonPage } from "../components/lesson/LessonPage";
import { Lights } from "../components/lesson/Lights";
import { LinkBanners } from "../components/lesson/LinkBanners";
import { OwnProblems } from "../components/lesson/OwnProblems";
import { SlideSection } from "../components/slides/SlideSection";
import { TopBar } from "../components/TopBar";
import { useNow } from "../hooks/useNow";
import { useTitle } from "../hooks/useTitle";
import { useWords } from "../i18n";
import { announceToStaff } from "../lesson/announcers";
import { useRoom, useSession } from "../lesson/context";
import { formatDuration } from "../lesson/format";
import { useAnnouncements } from "../lesson/useAnnouncements";
import { isLeading } from "../room/selectors";
import styles from "./LeadTeacher.module.css";

/** The screen of the lead teacher; assistant and observer see the same with what their role may do. */
export default function LeadTeacher({ params }: { params: Record<string, string> }) {
  return (
    <LessonPage lessonId={params.id ?? ""} isForClassroom={false}>
      <Cockpit />
    </LessonPage>
  );
}

function Cockpit() {
  const session = useSession();
  const room = useRoom();
  const isLead = isLeading(room);
  useAnnouncements(announceToStaff);
  useTitle(room.view.title);
  const { title } = room.view;
  return (
    <div className={styles.desk} data-toasts="bottom">
      <TopBar title={<h1 title={title}>{title}</h1>} isHomeLink={false} guide="lead">
        <Elapsed />
        <Lights />
        {isLead && room.view.phase === "live" && <EndLessonButton />}
      </TopBar>
      <LinkBanners>
        <LeadBanners />
      </LinkBanners>
      {isLead && <FeedbackHint />}
      <main className={styles.main} data-slides={room.view.slides !== null}>
        <div className={styles.teaching}>
          <SlideSection />
          <LeadControls />
          {isLead && <HeardCheck />}
          <LeadPicture className={styles.picture} />
          {isLead && <OwnProblems />}
        </div>
        <Classrooms className={styles.classrooms} />
        <div className={styles.people}>
          <BackChannel />
          <HandQueue />
          <StageList />
          <Staff />
          {session.ticket.role !== "observer" && <HelpButton />}
        </div>
      </main>
    </div>
  );
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
