import { useCallback, useEffect } from "react";
import { getLesson } from "../api/lessons";
import type { Lesson, Ticket } from "../api/types";
import { Banner } from "../components/Banner";
import { Button, buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { LinkTest } from "../components/LinkTest";
import { Preview } from "../components/lesson/Preview";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useLoaded } from "../hooks/useLoaded";
import { errorWords, useWords } from "../i18n";
import { lessonPath, placeOf, ticketFor } from "../lesson/ticketFor";
import { Link, navigate, useQuery } from "../router";
import styles from "./PreJoin.module.css";

interface Entrance {
  ticket: Ticket | null;
  /** Null on a PC that came in with a pairing code: it has a seat, but no account that may read lessons. */
  lesson: Lesson | null;
}

/** A look at one's own picture, then one big button. Nothing has to be typed. */
export default function PreJoin({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const lessonId = params.id ?? "";
  const query = useQuery().toString();
  const load = useCallback(async (): Promise<Entrance> => {
    const ticket = await ticketFor(lessonId, placeOf(new URLSearchParams(query)));
    const lesson = await getLesson(lessonId).catch(() => null);
    return { ticket, lesson };
  }, [lessonId, query]);
  const [entrance, reload] = useLoaded(load);

  return (
    <>
      <TopBar title={<h1>{words.preJoin.title}</h1>} />
      <main className={styles.page}>
        {entrance.state === "loading" && <Spinner label={words.common.loading} />}
        {entrance.state === "failed" && (
          <Refused code={entrance.error.code} lessonId={lessonId} onRetry={reload} />
        )}
        {entrance.state === "ready" && <Door {...entrance.value} lessonId={lessonId} />}
      </main>
    </>
  );
}

function Door({ ticket, lesson, lessonId }: Entrance & { lessonId: string }) {
  const words = useWords();
  useEffect(() => {
    // The next page is here when the key is pressed.
    void (ticket?.role === "classroom" ? import("./Classroom") : import("./LeadTeacher"));
  }, [ticket]);
  if (lesson?.state === "ended") return <Over lesson={lesson} />;
  if (!ticket) return <Refused code="ticket_invalid" lessonId={lessonId} />;
  const seat = lesson?.seats.find((one) => one.seat_id === ticket.participant_id);
  const sendsMedia = ticket.role === "lead" || ticket.role === "classroom";
  return (
    <div className={styles.door}>
      <div className={styles.about}>
        <h2>{lesson?.title}</h2>
        <p>{asWhom(words, ticket, seat && `${seat.school_name} ${seat.classroom_name}`)}</p>
      </div>
      {sendsMedia && <LinkTest token={ticket.token} />}
      {sendsMedia ? (
        <Preview
          size={ticket.role === "lead" ? "lead" : "classroom"}
          sound={lesson?.sound_preset ?? "voice"}
        />
      ) : (
        <Banner title={words.preJoin.lookOnly} />
      )}
      <div className={styles.enter}>
        <Button
          variant="primary"
          size="huge"
          icon="door"
          isWide
          autoFocus
          onClick={() => navigate(lessonPath(ticket))}
        >
          {words.preJoin.enter}
        </Button>
      </div>
    </div>
  );
}

function asWhom(words: ReturnType<typeof useWords>, ticket: Ticket, seat?: string): string {
  switch (ticket.role) {
    case "lead":
      return words.preJoin.asLead;
    case "assistant":
      return words.preJoin.asAssistant;
    case "observer":
      return words.preJoin.asObserver;
    case "classroom":
      return seat ? words.preJoin.asClassroom(seat) : words.preJoin.asSomeClassroom;
  }
}

function Over({ lesson }: { lesson: Lesson }) {
  const words = useWords();
  const to = lesson.recording_id
    ? `/recordings/${encodeURIComponent(lesson.recording_id)}`
    : `/lessons/${encodeURIComponent(lesson.lesson_id)}/attendance`;
  return (
    <EmptyState
      icon="clock"
      title={words.preJoin.ended}
      action={
        <Link to={to} className={buttonClass("primary", "large")}>
          {lesson.recording_id ? words.lesson.toReplay : words.lesson.toAttendance}
        </Link>
      }
    >
      {words.preJoin.endedHint}
    </EmptyState>
  );
}

interface RefusedProps {
  code: string;
  lessonId: string;
  onRetry?: () => void;
}

function Refused({ code, lessonId, onRetry }: RefusedProps) {
  const words = useWords();
  const here = `/lessons/${lessonId}/join${window.location.search}`;
  const isSignedOut = code === "not_authenticated";
  const isForSeat = new URLSearchParams(window.location.search).has("seat");
  return (
    <EmptyState
      icon="warning"
      title={words.preJoin.cannotEnter}
      action={
        <div className={styles.actions}>
          {isSignedOut && (
            <Link
              to={`/sign-in?next=${encodeURIComponent(here)}`}
              className={buttonClass("primary")}
            >
              {words.common.signIn}
            </Link>
          )}
          {isSignedOut && isForSeat && (
            <Link to="/c" className={buttonClass()}>
              {words.signIn.usePairing}
            </Link>
          )}
          {!isSignedOut && onRetry && (
            <Button variant="primary" onClick={onRetry}>
              {words.common.retry}
            </Button>
          )}
          <Link to="/" className={buttonClass()}>
            {words.common.home}
          </Link>
        </div>
      }
    >
      {errorWords(words, code)}
    </EmptyState>
  );
}
