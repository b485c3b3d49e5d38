import { useCallback, useState } from "react";
import type { Deck } from "../../api/types";
import type { SlidesView } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useStore } from "../../hooks/useStore";
import { useTurnKeys } from "../../hooks/useTurnKeys";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { classroomsOf, sharedOf } from "../../room/selectors";
import { stepped } from "../../slides/turnKeys";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { DrawingSurface } from "./DrawingSurface";
import { OtherDecks } from "./OtherDecks";
import { PenTools, type Tool } from "./PenTools";
import styles from "./SlideDesk.module.css";
import { SlideView } from "./SlideView";
import { Strays } from "./Strays";
import { Thumbnails } from "./Thumbnails";

/** The lead's desk while slides are shown: the page to point at and draw on, and how to turn it. */
export function ShownSlides({ slides }: { slides: SlidesView }) {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const shelf = useStore(session.decks.state);
  const [run, isBusy] = useAction();
  const [tool, setTool] = useState<Tool>("pointer");
  const { deck_id: deckId, page } = slides;
  const deck = shelf.list?.decks.find((one) => one.deck_id === deckId);
  const count = deck?.page_count ?? 0;
  const isCovered = sharedOf(room) !== undefined;

  const show = useCallback(
    (deck_id: string, to: number) =>
      run(() => session.request({ type: "slides.turn", deck_id, page: to })),
    [run, session],
  );
  const step = useCallback(
    (by: number) => {
      const to = stepped(page, by, count);
      if (to !== page) show(deckId, to);
    },
    [show, deckId, page, count],
  );
  useTurnKeys(step);

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
        {!isCovered && <ShownIn slides={slides} />}
        <OtherDecks
          decks={shelf.list?.decks ?? []}
          shown={deckId}
          onPick={(other) => show(other, 1)}
        />
        <Button
          size="small"
          icon="close"
          className={styles.last}
          disabled={isBusy}
          onClick={() => run(() => session.request({ type: "slides.hide" }))}
        >
          {words.slides.hide}
        </Button>
      </div>
      <PenTools tool={tool} onTool={setTool} hasLines={slides.strokes.length > 0} />
      {isCovered && <p className={styles.soft}>{words.slides.coveredByScreen}</p>}
      <div className={styles.page} style={{ aspectRatio: shapeOf(deck) }}>
        <SlideView slides={slides}>
          <DrawingSurface key={`${deckId} ${page}`} tool={tool} />
        </SlideView>
      </div>
      {deck && <Thumbnails deck={deck} page={page} onPick={(to) => show(deckId, to)} />}
      <Strays slides={slides} />
    </section>
  );
}

/** In how many classrooms the page is really seen. Simulated ones have no screen. */
function ShownIn({ slides }: { slides: SlidesView }) {
  const words = useWords();
  const room = useRoom();
  const there = classroomsOf(room).filter((one) => one.presence === "present" && !one.is_simulated);
  if (there.length === 0) return null;
  const showing = there.filter(({ participant_id }) => {
    const shown = room.slidesShown[participant_id];
    return shown?.deckId === slides.deck_id && shown.page === slides.page;
  });
  const isAll = showing.length === there.length;
  return (
    <Badge tone={isAll ? "ok" : "warn"} icon={isAll ? "check" : "clock"}>
      {words.slides.shownIn(showing.length, there.length)}
    </Badge>
  );
}

/** One shape for the whole deck, so that nothing moves when a page is turned. */
function shapeOf(deck: Deck | undefined): number {
  const first = deck?.pages[0];
  return first ? first.width / first.height : 16 / 9;
}
