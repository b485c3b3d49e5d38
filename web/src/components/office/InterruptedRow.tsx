import { finishRecording } from "../../api/recordings";
import type { InterruptedProblem, InterruptedRecording, LostPart } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { type Dictionary, useLanguage, useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { Link } from "../../router";
import { Badge, type BadgeTone } from "../Badge";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import { useToast } from "../Toast";
import { formatMoment, formatSecond } from "./dates";
import styles from "./InterruptedRow.module.css";
import rowStyles from "./LessonRow.module.css";

const TONES: Record<InterruptedRecording["state"], BadgeTone> = {
  recording: "live",
  finalizing: "brand",
  available: "ok",
  failed: "warn",
};

interface InterruptedRowProps {
  recording: InterruptedRecording;
  onFinish: () => void;
}

export function InterruptedRow({ recording, onFinish }: InterruptedRowProps) {
  const words = useWords();
  const { language } = useLanguage();
  const toast = useToast();
  const [run, isBusy] = useAction();
  const startedMs = Date.parse(recording.started_at);
  const finish = async () => {
    await finishRecording(recording.recording_id);
    toast(words.interrupted.asked, "info");
    onFinish();
  };
  return (
    <Card className={rowStyles.row}>
      <div className={rowStyles.words}>
        <h2>{recording.title}</h2>
        <p>
          {formatMoment(recording.started_at, language)} · {words.lessons.lead(recording.teacher)}
        </p>
        <div className={rowStyles.badges}>
          <Badge tone={TONES[recording.state]}>{words.recordings.state[recording.state]}</Badge>
          {recording.is_live && <Badge tone="live">{words.interrupted.live}</Badge>}
        </div>
        {recording.problem && <ProblemWords problem={recording.problem} />}
        {recording.lost.length > 0 ? (
          <ul className={styles.lost}>
            {recording.lost.map((lost) => (
              <Lost
                key={`${lost.name}${lost.sources}${lost.from_ms}`}
                lost={lost}
                startedMs={startedMs}
              />
            ))}
          </ul>
        ) : (
          recording.problem?.code !== "nothing_recorded" && <p>{words.interrupted.nothingLost}</p>
        )}
      </div>
      <div className={rowStyles.actions}>
        {recording.problem && recording.problem.code !== "nothing_recorded" && (
          <Button variant="primary" size="large" isBusy={isBusy} onClick={() => run(finish)}>
            {words.interrupted.finish}
          </Button>
        )}
        {recording.state === "available" && (
          <Link
            to={`/recordings/${encodeURIComponent(recording.recording_id)}`}
            className={buttonClass("secondary", "large")}
          >
            {words.recordings.watch}
          </Link>
        )}
      </div>
    </Card>
  );
}

function ProblemWords({ problem }: { problem: InterruptedProblem }) {
  const words = useWords();
  const { language } = useLanguage();
  const when =
    problem.next_try_at === null
      ? words.interrupted.held
      : words.interrupted.nextTry(formatSecond(Date.parse(problem.next_try_at), language));
  return (
    <div className={styles.problem}>
      <p>
        <strong>{problemWords(words, problem.code)}</strong>
      </p>
      {problem.code !== "nothing_recorded" && (
        <p className={rowStyles.soft}>
          {when}
          {problem.waiting > 1 && ` · ${words.interrupted.waiting(problem.waiting)}`}
        </p>
      )}
      {problem.detail && (
        <details>
          <summary>{words.interrupted.detail}</summary>
          <code className={styles.detail}>{problem.detail}</code>
        </details>
      )}
    </div>
  );
}

function Lost({ lost, startedMs }: { lost: LostPart; startedMs: number }) {
  const words = useWords();
  const { language } = useLanguage();
  const from = formatSecond(startedMs + lost.from_ms, language);
  const who = lost.school ? `${lost.school} ${lost.name}` : lost.name;
  return (
    <li>
      <strong>{words.interrupted.lost(who, lost.sources)}</strong>{" "}
      {lost.to_ms === null
        ? `${words.interrupted.since(from)} · ${words.interrupted.stillLost}`
        : `${words.interrupted.fromTo(from, formatSecond(startedMs + lost.to_ms, language))} · ${howLong(words, lost.to_ms - lost.from_ms)}`}
      <span className={rowStyles.soft}> · {reasonWords(words, lost.reason)}</span>
    </li>
  );
}

function howLong(words: Dictionary, ms: number): string {
  if (ms < 60_000) return words.interrupted.lostFor((ms / 1000).toFixed(1));
  return words.interrupted.lostForLong(formatDuration(ms));
}

function problemWords(words: Dictionary, code: string): string {
  const known: Record<string, string> = words.interrupted.problems;
  return known[code] ?? words.interrupted.otherProblem;
}

function reasonWords(words: Dictionary, code: string): string {
  const known: Record<string, string> = words.interrupted.reasons;
  return known[code] ?? words.interrupted.otherReason;
}
