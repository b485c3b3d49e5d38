import { useEffect, useRef, useState } from "react";
import type { WatchableFilm } from "../../api/types";
import { attachHls } from "../../film/hls";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import styles from "./FilmCard.module.css";

/** Where it is to be had. */
export type PlayableFilm = Pick<WatchableFilm, "playlist_url" | "poster_url">;

/** The poster until somebody wants to watch: only then the film, and what plays it, are loaded. */
export function FilmPlayer({ film }: { film: PlayableFilm }) {
  const words = useWords().film;
  const [isWanted, setIsWanted] = useState(false);
  if (isWanted) return <Screen film={film} />;
  return (
    <div className={styles.screen}>
      <img src={film.poster_url} alt="" />
      <Button variant="primary" size="large" icon="play" onClick={() => setIsWanted(true)}>
        {words.play}
      </Button>
    </div>
  );
}

function Screen({ film }: { film: PlayableFilm }) {
  const words = useWords().film;
  const [hasFailed, setHasFailed] = useState(false);
  const element = useRef<HTMLVideoElement>(null);
  // Addresses are signed anew with each look at the card; a film that plays keeps the one it began with.
  const address = useRef(film.playlist_url);

  useEffect(() => {
    const video = element.current;
    if (!video) return;
    let isGone = false;
    let detach = () => {};
    const failed = () => setHasFailed(true);
    attachHls(video, address.current, failed).then((undo) => {
      if (isGone) undo();
      else detach = undo;
      video.play().catch(() => undefined);
    }, failed);
    return () => {
      isGone = true;
      detach();
    };
  }, []);

  return (
    <>
      <div className={styles.screen}>
        <video
          ref={element}
          controls
          playsInline
          poster={film.poster_url}
          aria-label={words.title}
          onError={() => setHasFailed(true)}
        />
      </div>
      {hasFailed && <Banner tone="warn" title={words.playFailed} />}
    </>
  );
}
