import { type ReactNode, useEffect, useState } from "react";
import { HOME_PATH } from "../../classroom/enter";
import { isOwnLesson } from "../../classroom/pairedPc";
import { useWords } from "../../i18n";
import { LessonProvider, useLink, useRoomOrNull, useSession } from "../../lesson/context";
import { lendLesson } from "../../lesson/projector";
import { joinPath, lessonPath } from "../../lesson/ticketFor";
import { sharedCapture } from "../../media/capture";
import { isLeading } from "../../room/selectors";
import { navigate } from "../../router";
import { lastTicket, renewDeviceId, storedTicket } from "../../signaling/ticket";
import { FollowTimetable } from "../classroom/FollowTimetable";
import { Spinner } from "../Spinner";
import { LessonOver } from "./LessonOver";
import { Refused, Replaced } from "./LinkEnded";

interface LessonPageProps {
  lessonId: string;
  isForClassroom: boolean;
  children: ReactNode;
}

/** Everything around a lesson screen: the ticket, the session, and the ends that replace the screen. */
export function LessonPage({ lessonId, isForClassroom, children }: LessonPageProps) {
  const words = useWords();
  const [ticket] = useState(() => storedTicket(lessonId));
  const [round, setRound] = useState(0);
  const isOtherScreen = ticket !== null && (ticket.role === "classroom") !== isForClassroom;

  useEffect(() => {
    if (!ticket) navigate(wayBack(lessonId), { replace: true });
    else if (isOtherScreen) navigate(lessonPath(ticket), { replace: true });
  }, [ticket, isOtherScreen, lessonId]);

  if (!ticket || isOtherScreen) return null;
  return (
    <LessonProvider
      key={round}
      ticket={ticket}
      fallback={<Spinner label={words.lesson.connecting} />}
    >
      <Inside
        onUseHere={() => {
          renewDeviceId();
          setRound(round + 1);
        }}
      >
        {children}
      </Inside>
    </LessonProvider>
  );
}

/** Where to get a ticket: a classroom's own PC gets it at home. */
function wayBack(lessonId: string): string {
  const isPc = isOwnLesson(lessonId);
  return isPc ? HOME_PATH : joinPath(lessonId, lastTicket(lessonId));
}

function Inside({ onUseHere, children }: { onUseHere: () => void; children: ReactNode }) {
  const words = useWords();
  const session = useSession();
  const link = useLink();
  const room = useRoomOrNull();
  const isOver = room?.view.phase === "ended";
  const isReplaced = link.kind === "replaced";
  const isLead = room !== null && isLeading(room);
  const sends = session.sendsMedia && room !== null;
  const isProjected = session.ticket.role === "classroom" && !isReplaced && link.kind !== "refused";

  useEffect(() => (isProjected ? lendLesson(session) : undefined), [session, isProjected]);

  useEffect(() => {
    if (!sends || isOver || isReplaced) return;
    const capture = sharedCapture();
    capture.size = isLead ? "lead" : "classroom";
    void capture.start();
    return () => capture.close();
  }, [sends, isLead, isOver, isReplaced]);

  const lessonId = session.ticket.lesson_id;
  const isFollowing = isOwnLesson(lessonId) && !isOver && room?.view.phase !== "live";

  if (room && isOver) return <LessonOver room={room} />;
  if (link.kind === "refused") return <Refused code={link.code} ticket={session.ticket} />;
  return (
    <>
      {(isFollowing || (isReplaced && isOwnLesson(lessonId))) && (
        <FollowTimetable lessonId={lessonId} />
      )}
      {isReplaced ? (
        <Replaced onUseHere={onUseHere} />
      ) : room ? (
        children
      ) : (
        <Spinner label={words.lesson.connecting} />
      )}
    </>
  );
}
