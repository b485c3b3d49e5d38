import type { WallLesson } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatTime } from "../../lesson/format";
import { Link } from "../../router";
import { isMild, minutesSince, troubleWords } from "../../wall/troubles";
import { Badge } from "../Badge";
import { buttonClass } from "../Button";
import { classes } from "../classes";
import { Icon } from "../Icon";
import { WallPlaceRow } from "./WallPlaceRow";
import styles from "./WallTile.module.css";

interface WallTileProps {
  lesson: WallLesson;
  /** The server's clock. */
  nowMs: number;
}

/** One lesson: what is wrong, who is in and how well, and the way in. */
export function WallTile({ lesson, nowMs }: WallTileProps) {
  const words = useWords();
  const { language } = useLanguage();
  const isGrave = lesson.troubles.some((one) => !isMild(one));
  const time = (iso: string) => formatTime(Date.parse(iso), language);
  return (
    <article
      className={classes(
        styles.tile,
        isGrave ? styles.grave : lesson.troubles.length > 0 && styles.mild,
      )}
      aria-label={lesson.title}
    >
      <header className={styles.head}>
        <h2>{lesson.title}</h2>
        <p className={styles.time}>
          {time(lesson.starts_at)}–{time(lesson.ends_at)} · {lesson.subject}
        </p>
        <p className={styles.badges}>
          {lesson.started_at ? (
            <Badge tone="live" hasDot>
              {words.wall.running(minutesSince(lesson.started_at, nowMs))}
            </Badge>
          ) : (
            <Badge icon="clock">{words.wall.coming(time(lesson.starts_at))}</Badge>
          )}
          {lesson.is_rehearsal && <Badge>{words.wall.rehearsal}</Badge>}
          {lesson.recorded && <Badge>{words.wall.recorded}</Badge>}
        </p>
      </header>
      <Troubles lesson={lesson} nowMs={nowMs} />
      <ul className={styles.places} aria-label={words.wall.places}>
        {lesson.places.map((place) => (
          <WallPlaceRow key={place.participant_id} place={place} />
        ))}
      </ul>
      <footer className={styles.foot}>
        {lesson.may_join ? (
          <Link
            to={`/lessons/${encodeURIComponent(lesson.lesson_id)}/join?role=observer`}
            className={buttonClass()}
            title={words.wall.observeHint}
            aria-label={words.wall.observeOf(lesson.title)}
          >
            <Icon name="eye" />
            <span>{words.wall.observe}</span>
          </Link>
        ) : (
          <span className={styles.others}>{words.wall.ofOthers}</span>
        )}
      </footer>
    </article>
  );
}

function Troubles({ lesson, nowMs }: WallTileProps) {
  const words = useWords();
  if (lesson.troubles.length === 0) {
    return (
      <p className={styles.fine}>
        <Icon name="check" />
        {words.wall.fine}
      </p>
    );
  }
  return (
    <ul className={styles.troubles} aria-label={words.wall.trouble}>
      {lesson.troubles.map((trouble) => (
        <li
          key={`${trouble.kind} ${trouble.participant_id}`}
          className={isMild(trouble) ? styles.mildTrouble : styles.graveTrouble}
        >
          <Icon name={trouble.kind === "help" ? "help" : "warning"} />
          {troubleWords(words, lesson, trouble, nowMs)}
        </li>
      ))}
    </ul>
  );
}
