import { useEffect, useState } from "react";
import type { Ticket } from "../api/types";
import { buttonClass } from "../components/Button";
import { ConsoleBanners } from "../components/console/ConsoleBanners";
import ConsoleDesk from "../components/console/ConsoleDesk";
import { ConsoleProvider } from "../components/console/ConsoleProvider";
import { EmptyState } from "../components/EmptyState";
import { ClassroomStrip } from "../components/lesson/ClassroomStrip";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useScreenStaysOn } from "../hooks/useScreenStaysOn";
import { useTitle } from "../hooks/useTitle";
import { errorWords, useWords } from "../i18n";
import { announceToClassroom } from "../lesson/announcers";
import { useLink, useRoomOrNull } from "../lesson/context";
import { useAnnouncements } from "../lesson/useAnnouncements";
import type { RoomState } from "../room/reduce";
import { ownPlace } from "../room/selectors";
import { Link, navigate } from "../router";
import { consoleTicket, dropConsoleTicket } from "../signaling/consoleTicket";
import { deviceId } from "../signaling/ticket";
import styles from "./Console.module.css";

/** The on-site teacher's phone in a lesson. It is nobody's screen but the teacher's. */
export default function Console({ params }: { params: Record<string, string> }) {
  const lessonId = params.id ?? "";
  const [ticket] = useState(() => consoleTicket(lessonId));

  useEffect(() => {
    if (!ticket) navigate("/p", { replace: true });
  }, [ticket]);

  if (!ticket) return null;
  return (
    <ConsoleProvider ticket={ticket} deviceId={deviceId()}>
      <Screen ticket={ticket} />
    </ConsoleProvider>
  );
}

function Screen({ ticket }: { ticket: Ticket }) {
  const words = useWords();
  const link = useLink();
  const room = useRoomOrNull();
  useTitle(words.console.title);
  if (room?.view.phase === "ended") return <Over room={room} />;
  if (link.kind === "refused") return <SentAway code={link.code} lessonId={ticket.lesson_id} />;
  if (!room) {
    return (
      <main className={styles.screen}>
        <h1 className="visually-hidden">{words.console.title}</h1>
        <Spinner label={words.lesson.connecting} />
      </main>
    );
  }
  return <Desk room={room} />;
}

function Desk({ room }: { room: RoomState }) {
  useScreenStaysOn();
  useAnnouncements(announceToClassroom);
  const place = ownPlace(room);
  return (
    <div className={styles.screen}>
      <TopBar
        isHomeLink={false}
        title={
          <h1 className={styles.title} title={room.view.title}>
            {room.view.title}
            <small>
              {place?.school} {place?.name}
            </small>
          </h1>
        }
      />
      <ClassroomStrip />
      <ConsoleBanners />
      <main className={styles.main}>
        <ConsoleDesk />
      </main>
    </div>
  );
}

function Over({ room }: { room: RoomState }) {
  const { lesson } = useWords();
  const reasons: Record<string, string> = lesson.overReasons;
  return (
    <>
      <TopBar title={<h1>{room.view.title}</h1>} />
      <main>
        <EmptyState icon="check" title={lesson.overTitle}>
          <p>{reasons[room.view.end_reason ?? ""]}</p>
        </EmptyState>
      </main>
    </>
  );
}

/** The ticket counts no more: the classroom's screen sent this phone away, or the lesson's time is over. */
function SentAway({ code, lessonId }: { code: string; lessonId: string }) {
  const words = useWords();
  useEffect(() => {
    if (code.startsWith("ticket_")) dropConsoleTicket(lessonId);
  }, [code, lessonId]);
  return (
    <>
      <TopBar />
      <main>
        <h1 className="visually-hidden">{words.console.title}</h1>
        <EmptyState
          icon="phone"
          title={words.console.sentAway}
          action={
            <Link to="/p" className={buttonClass("primary", "large")}>
              {words.console.connectAgain}
            </Link>
          }
        >
          {code.startsWith("ticket_") ? words.console.sentAwayHint : errorWords(words, code)}
        </EmptyState>
      </main>
    </>
  );
}
