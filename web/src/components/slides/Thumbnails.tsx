import { useEffect, useRef } from "react";
import type { Deck } from "../../api/types";
import { useWords } from "../../i18n";
import { pageUrl } from "../../slides/decks";
import { classes } from "../classes";
import styles from "./Thumbnails.module.css";

interface ThumbnailsProps {
  deck: Deck;
  page: number;
  onPick: (page: number) => void;
}

/** Every page in small, the shown one marked and in sight. */
export function Thumbnails({ deck, page, onPick }: ThumbnailsProps) {
  const words = useWords();
  const current = useRef<HTMLButtonElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another button.
  useEffect(() => {
    current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [page]);

  return (
    <ol className={styles.list} aria-label={words.slides.allPages}>
      {deck.pages.map((shape, index) => {
        const number = index + 1;
        const isCurrent = number === page;
        return (
          <li key={number}>
            <button
              ref={isCurrent ? current : undefined}
              type="button"
              className={classes(styles.page, isCurrent && styles.current)}
              aria-current={isCurrent ? "page" : undefined}
              aria-label={words.slides.pageNumber(number)}
              onClick={() => onPick(number)}
            >
              <img
                src={pageUrl(deck, number, "thumb")}
                alt=""
                loading="lazy"
                width={shape.width}
                height={shape.height}
              />
              <span aria-hidden="true">{number}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
