import { useCallback, useEffect } from "react";
import type { SlidesView } from "../../generated/signaling";
import { useLeadGone } from "../../hooks/useLeadGone";
import { useStore } from "../../hooks/useStore";
import { useTurnKeys } from "../../hooks/useTurnKeys";
import { useWords } from "../../i18n";
import { useSession } from "../../lesson/context";
import { LEAD_GONE_MS, pageOf } from "../../slides/ownPage";
import { stepped } from "../../slides/turnKeys";
import { Button } from "../Button";
import styles from "./OwnTurning.module.css";

/** While the lead is gone a classroom turns pages on its own screen; the shared page waits for the lead. */
export function OwnTurning({ slides }: { slides: SlidesView }) {
  const words = useWords();
  const session = useSession();
  const isGone = useLeadGone(LEAD_GONE_MS);
  const turned = useStore(session.ownPage.turned);
  const shelf = useStore(session.decks.state);
  const deck = shelf.list?.decks.find((one) => one.deck_id === slides.deck_id);
  const { page } = pageOf(slides, turned);
  const count = deck?.page_count ?? 0;
  const mayTurn = isGone && count > 1;

  const turn = useCallback(
    (step: number) => session.ownPage.turnTo(stepped(page, step, count), slides),
    [session, page, count, slides],
  );
  useTurnKeys(mayTurn ? turn : null);
  useEffect(() => (mayTurn ? session.ownPage.onAsked(turn) : undefined), [mayTurn, session, turn]);

  if (!mayTurn) {
    return page === slides.page ? null : (
      <p className={styles.note} role="status">
        {words.slides.ownPage(page, slides.page)}
      </p>
    );
  }
  return (
    <div className={styles.bar}>
      <p role="status">{words.slides.leadGone}</p>
      <Button icon="arrowLeft" size="large" disabled={page <= 1} onClick={() => turn(-1)}>
        {words.slides.previous}
      </Button>
      <strong>{words.slides.pageCount(page, count)}</strong>
      <Button icon="arrowRight" size="large" disabled={page >= count} onClick={() => turn(1)}>
        {words.slides.next}
      </Button>
    </div>
  );
}
