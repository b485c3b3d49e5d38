import { useAction } from "../../hooks/useAction";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Spinner } from "../Spinner";
import { DeckList } from "./DeckList";
import { ShownSlides } from "./ShownSlides";
import styles from "./SlideDesk.module.css";

/** Where the lead brings slides, shows them, turns pages, points and draws. */
export default function SlideDesk() {
  const { slides } = useRoom().view;
  return slides ? <ShownSlides slides={slides} /> : <Choice />;
}

/** No slides are shown: the lesson's files, and a place to bring more. */
function Choice() {
  const words = useWords();
  const session = useSession();
  const shelf = useStore(session.decks.state);
  const isLive = useRoom().view.phase === "live";
  const [run, isBusy] = useAction();
  const show = (deck_id: string) =>
    run(() => session.request({ type: "slides.turn", deck_id, page: 1 }));
  return (
    <section className={styles.desk} aria-label={words.slides.title}>
      <h2 className={styles.heading}>
        <Icon name="slides" size={24} />
        {words.slides.title}
      </h2>
      {shelf.list === null ? (
        <Spinner label={shelf.failure ? words.slides.tryingAgain : words.slides.opening} />
      ) : (
        <DeckList
          lessonId={session.ticket.lesson_id}
          list={shelf.list}
          mayManage
          onChange={() => session.decks.refresh()}
          actionsOf={(deck) =>
            deck.state === "ready" && (
              <Button
                size="small"
                variant="primary"
                icon="slides"
                disabled={!isLive || isBusy}
                onClick={() => show(deck.deck_id)}
              >
                {words.slides.show}
              </Button>
            )
          }
        />
      )}
      {!isLive && shelf.list && shelf.list.decks.length > 0 && (
        <p className={styles.soft}>{words.slides.showWhenLive}</p>
      )}
    </section>
  );
}
