import { type FormEvent, useState } from "react";
import type { Recording, SharedFilm } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Field } from "../components/Field";
import { formatMoment } from "../components/office/dates";
import officeStyles from "../components/office/OfficePage.module.css";
import { ReplayView } from "../components/replay/ReplayView";
import { SharedFilmCard } from "../components/replay/SharedFilmCard";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useTitle } from "../hooks/useTitle";
import { errorWords, useLanguage, useWords } from "../i18n";
import { useShare } from "../share/useShare";
import aboutStyles from "./Attendance.module.css";
import styles from "./Share.module.css";

/** What a share link leads to, for anybody who has it; nobody signs in here. */
export default function Share({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const { state, open, reopen } = useShare(params.token ?? "");
  useTitle(state.kind === "playing" ? state.replay.title : words.share.pageTitle);
  return (
    <>
      <TopBar isHomeLink={false} />
      <main className={officeStyles.page}>
        {state.kind === "opening" && <Spinner label={words.common.loading} />}
        {state.kind === "preparing" && <Spinner label={words.share.preparing} />}
        {state.kind === "locked" && (
          <Lock error={state.error} isBusy={state.isBusy} onUnlock={open} />
        )}
        {state.kind === "refused" && <Refused code={state.code} onRetry={reopen} />}
        {state.kind === "playing" && (
          <Playing replay={state.replay} film={state.film} onReload={reopen} />
        )}
      </main>
    </>
  );
}

interface PlayingProps {
  replay: Recording;
  film: SharedFilm | null;
  onReload: () => void;
}

function Playing({ replay, film, onReload }: PlayingProps) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <>
      <h1>{replay.title}</h1>
      <div className={aboutStyles.about}>
        <p>
          {replay.subject} · {words.lessons.lead(replay.teacher)} ·{" "}
          {formatMoment(replay.started_at, language)}
        </p>
      </div>
      {replay.tracks.length === 0 ? (
        <EmptyState icon="cameraOff" title={words.replay.emptyTitle}>
          {words.replay.emptyHint}
        </EmptyState>
      ) : (
        <ReplayView recording={replay} mode="public" onReload={onReload} />
      )}
      {film && <SharedFilmCard film={film} />}
    </>
  );
}

interface LockProps {
  error: string | undefined;
  isBusy: boolean;
  onUnlock: (passphrase: string) => void;
}

function Lock({ error, isBusy, onUnlock }: LockProps) {
  const words = useWords();
  const [passphrase, setPassphrase] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    onUnlock(passphrase);
  }

  return (
    <form className={styles.lock} onSubmit={submit}>
      <h1>{words.share.locked}</h1>
      <p>{words.share.lockedHint}</p>
      <Field
        label={words.share.passphrase}
        type="password"
        autoComplete="off"
        autoFocus
        value={passphrase}
        maxLength={100}
        error={error && errorWords(words, error)}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <Button
        type="submit"
        variant="primary"
        size="large"
        isWide
        isBusy={isBusy}
        disabled={passphrase.trim() === ""}
      >
        {words.share.unlock}
      </Button>
    </form>
  );
}

function Refused({ code, onRetry }: { code: string; onRetry: () => void }) {
  const words = useWords();
  const ended: Record<string, string> = words.share.ended;
  const hint = ended[code];
  if (hint) {
    return (
      <EmptyState icon="info" title={words.share.endedTitle}>
        {hint}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="warning"
      title={errorWords(words, code)}
      action={
        <Button variant="primary" onClick={onRetry}>
          {words.share.again}
        </Button>
      }
    />
  );
}
