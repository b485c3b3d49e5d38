import type { SharedFilm } from "../../api/types";
import { useWords } from "../../i18n";
import { formatBytes } from "../../lesson/format";
import { buttonClass } from "../Button";
import { Card } from "../Card";
import { Icon } from "../Icon";
import styles from "./FilmCard.module.css";
import { FilmPlayer } from "./FilmPlayer";

/** The film behind a share link: to watch and to keep. */
export function SharedFilmCard({ film }: { film: SharedFilm }) {
  const words = useWords().film;
  return (
    <Card className={styles.card} aria-label={words.title}>
      <h2>{words.title}</h2>
      <FilmPlayer film={film} />
      <div className={styles.row}>
        <a className={buttonClass("secondary")} href={film.download_url} download>
          <Icon name="download" />
          <span>{words.download(formatBytes(film.size_bytes))}</span>
        </a>
      </div>
    </Card>
  );
}
