import { useCallback, useEffect } from "react";
import { getFilm, makeFilm } from "../../api/recordings";
import type { Film, FilmMaking, LeftOut, WatchableFilm } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { formatBytes } from "../../lesson/format";
import { Banner } from "../Banner";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import { Icon } from "../Icon";
import { formatMoment } from "../office/dates";
import styles from "./FilmCard.module.css";
import { FilmPlayer } from "./FilmPlayer";

const LOOK_AGAIN_MS = 2_000;

/** The film of a recording: to be made, being made, to watch and to keep. */
export function FilmCard({ recordingId }: { recordingId: string }) {
  const words = useWords();
  const [film, reload] = useLoaded(useCallback(() => getFilm(recordingId), [recordingId]));
  const [run, isBusy] = useAction();
  const making = film.state === "ready" ? film.value.making : null;
  const isUnderWay = making !== null && making.state !== "held";

  useEffect(() => {
    if (!isUnderWay) return;
    const timer = window.setInterval(reload, LOOK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [isUnderWay, reload]);

  if (film.state !== "ready") return null;
  const make = () => run(() => makeFilm(recordingId).then(reload));
  const { watchable } = film.value;
  return (
    <Card className={styles.card} aria-label={words.film.title}>
      <h2>{words.film.title}</h2>
      {watchable && <Watchable film={watchable} />}
      {making && <Making making={making} mayMake={film.value.may_make} onRetry={make} />}
      {!making && <Offer film={film.value} isBusy={isBusy} onMake={make} />}
    </Card>
  );
}

function Watchable({ film }: { film: WatchableFilm }) {
  const words = useWords().film;
  const { language } = useLanguage();
  return (
    <>
      <FilmPlayer film={film} />
      <div className={styles.row}>
        <a className={buttonClass("secondary")} href={film.download_url} download>
          <Icon name="download" />
          <span>{words.download(formatBytes(film.size_bytes))}</span>
        </a>
        <span className={styles.soft}>{words.madeAt(formatMoment(film.made_at, language))}</span>
      </div>
      <NotInIt rooms={film.left_out} />
    </>
  );
}

interface MakingProps {
  making: FilmMaking;
  mayMake: boolean;
  onRetry: () => void;
}

function Making({ making, mayMake, onRetry }: MakingProps) {
  const words = useWords().film;
  const known: Record<string, string> = words.failure;
  const reason = known[making.failure ?? ""];
  if (making.state === "held") {
    return (
      <Banner
        tone="warn"
        title={words.heldTitle}
        action={mayMake && <Button onClick={onRetry}>{words.retry}</Button>}
      >
        {reason ?? words.failure.other}
      </Banner>
    );
  }
  if (making.state === "queued") {
    return (
      <p role="status">
        {reason} {making.failure ? words.again : words.queued}
      </p>
    );
  }
  const percent = Math.floor(making.progress * 100);
  return (
    <div className={styles.making}>
      <progress aria-label={words.running} max={100} value={percent} />
      <p>
        {words.running} · {words.percent(percent)}
        {making.seconds_left !== null && <> · {timeLeft(words, making.seconds_left)}</>}
      </p>
    </div>
  );
}

function timeLeft(words: ReturnType<typeof useWords>["film"], seconds: number): string {
  return seconds < 60 ? words.secondsLeft : words.minutesLeft(Math.ceil(seconds / 60));
}

interface OfferProps {
  film: Film;
  isBusy: boolean;
  onMake: () => void;
}

/** What can be done when none is being made. */
function Offer({ film, isBusy, onMake }: OfferProps) {
  const words = useWords().film;
  const isFirst = !film.watchable;
  if (!isFirst && !film.watchable?.is_outdated) return null;
  if (!film.may_make) return isFirst ? <p>{words.ask}</p> : null;
  return (
    <>
      <p>{isFirst ? words.about : words.outdated}</p>
      {isFirst && <NotInIt rooms={film.would_leave_out} />}
      <div className={styles.row}>
        <Button variant={isFirst ? "primary" : "secondary"} isBusy={isBusy} onClick={onMake}>
          {isFirst ? words.make : words.makeAgain}
        </Button>
        {isFirst && <span className={styles.soft}>{words.takes}</span>}
      </div>
    </>
  );
}

function NotInIt({ rooms }: { rooms: LeftOut[] }) {
  const words = useWords().film;
  const { language } = useLanguage();
  if (rooms.length === 0) return null;
  const names = rooms.map((room) => `${room.school} ${room.name}`);
  return (
    <p className={styles.soft}>{words.leftOut(names.join(language === "en" ? ", " : "、"))}</p>
  );
}
