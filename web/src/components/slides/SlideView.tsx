import type { ReactNode } from "react";
import type { SlidesView } from "../../generated/signaling";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { pageUrl } from "../../slides/decks";
import { pageOf } from "../../slides/ownPage";
import { usePagesAhead } from "../../slides/usePagesAhead";
import { classes } from "../classes";
import { EmptyState } from "../EmptyState";
import { Spinner } from "../Spinner";
import { Ink } from "./Ink";
import { PagePicture } from "./PagePicture";
import styles from "./SlideView.module.css";

interface SlideViewProps {
  slides: SlidesView;
  className?: string | undefined;
  /** Over the page: where the lead draws. */
  children?: ReactNode;
}

/** The page that this screen shows, as large as fits, with the lead's lines and pointer on it. */
export function SlideView({ slides, className, children }: SlideViewProps) {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const shelf = useStore(session.decks.state);
  const { page } = pageOf(slides, useStore(session.ownPage.turned));
  const deck = shelf.list?.decks.find((one) => one.deck_id === slides.deck_id);
  const shape = deck?.pages[page - 1];
  const [isReady, onSharp] = usePagesAhead(deck, page, ownPlace(room)?.saves_data ?? false);

  if (!deck || !shape) {
    const isAway = shelf.list !== null && shelf.failure === null && deck?.state !== "preparing";
    return (
      <div className={classes(styles.frame, className)}>
        {isAway ? (
          <EmptyState icon="warning" title={words.slides.gone}>
            {words.slides.goneHint}
          </EmptyState>
        ) : (
          <Spinner label={shelf.failure ? words.slides.tryingAgain : words.slides.opening} />
        )}
      </div>
    );
  }
  const isShared = page === slides.page;
  return (
    <div className={classes(styles.frame, className)}>
      <PagePicture
        key={`${deck.deck_id} ${page}`}
        number={page}
        sharp={pageUrl(deck, page, "sharp")}
        light={shape.has_light && !isReady ? pageUrl(deck, page, "light") : null}
        shape={shape.width / shape.height}
        label={words.slides.pageOf(page, deck.page_count, deck.name)}
        onPainted={() => session.ownPage.painted({ deckId: deck.deck_id, page })}
        onSharp={onSharp}
        onFailed={() => session.decks.refresh()}
      >
        {isShared && <Ink strokes={slides.strokes} />}
        {isShared && children}
      </PagePicture>
    </div>
  );
}
