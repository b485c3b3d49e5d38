import { useCallback, useState } from "react";
import type { Deck } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useStore } from "../../hooks/useStore";
import { useTurnKeys } from "../../hooks/useTurnKeys";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { sharerOf } from "../../room/selectors";
import { stepped } from "../../slides/turnKeys";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Spinner } from "../Spinner";
import { DeckList } from "./DeckList";
import { DrawingSurface } from "./DrawingSurface";
import { PenTools, type Tool } from "./PenTools";
import styles from "./SlideDesk.module.css";
import { SlideView } from "./SlideView";
import { Strays } from "./Strays";
import { Thumbnails } from "./Thumbnails";

/** Where the lead brings slides, shows them, turns pages, points and draws. */
export default function SlideDesk() {
  const { slides } = useRoom().view;
  return slides ? <Shown /> : <Choice />;
}

/** No slides are shown: the lesson's files, and a place to bring more. */
function Choice() {
  const words = useWords();
  const session = useSession();
  const shelf = useStore(session.decks.state);
  const isLive = useRoom().view.phase === "live";
  const [run, isBusy] = useAction();
  const show = (deck: Deck) =>
    run(() => session.request({ type: "slides.turn", deck_id: deck.deck_id, page: 1 }));
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
                title={isLive ? undefined : words.slides.showWhenLive}
                onClick={() => show(deck)}
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

function Shown() {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const { slides } = room.view;
  const shelf = useStore(session.decks.state);
  const [run, isBusy] = useAction();
  const [tool, setTool] = useState<Tool>("pointer");
  const deck = shelf.list?.decks.find((one) => one.deck_id === slides?.deck_id);
  const count = deck?.page_count ?? 0;
  const page = slides?.page ?? 1;
  const deckId = slides?.deck_id ?? "";

  const turnTo = useCallback(
    (to: number) => run(() => session.request({ type: "slides.turn", deck_id: deckId, page: to })),
    [run, session, deckId],
  );
  const step = useCallback(
    (by: number) => {
      const to = stepped(page, by, count);
      if (to !== page) turnTo(to);
    },
    [turnTo, page, count],
  );
  useTurnKeys(step);

  if (!slides) return null;
  return (
    <section className={styles.desk} aria-label={words.slides.title}>
      <div className={styles.bar}>
        <Button
          icon="arrowLeft"
          size="small"
          disabled={page <= 1}
          onClick={() => step(-1)}
          title={words.slides.keys}
        >
          {words.slides.previous}
        </Button>
        <strong className={styles.count} role="status">
          {words.slides.pageCount(page, count)}
        </strong>
        <Button
          icon="arrowRight"
          size="small"
          disabled={page >= count}
          onClick={() => step(1)}
          title={words.slides.keys}
        >
          {words.slides.next}
        </Button>
        <PenTools tool={tool} onTool={setTool} hasLines={slides.strokes.length > 0} />
        <Button
          size="small"
          icon="close"
          disabled={isBusy}
          onClick={() => run(() => session.request({ type: "slides.hide" }))}
        >
          {words.slides.hide}
        </Button>
      </div>
      {sharerOf(room) && <p className={styles.soft}>{words.slides.coveredByScreen}</p>}
      <div className={styles.work}>
        <SlideView slides={slides} className={styles.page}>
          <DrawingSurface key={`${deckId} ${page}`} tool={tool} />
        </SlideView>
        {deck && <Thumbnails deck={deck} page={page} onPick={turnTo} />}
      </div>
      <Strays slides={slides} />
    </section>
  );
}
