import type { SlidesView } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useStays } from "../../hooks/useStays";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import type { RoomState } from "../../room/reduce";
import { classroomsOf } from "../../room/selectors";
import { Button } from "../Button";
import styles from "./SlideDesk.module.css";

/** A page that is still loading is no stray. */
const LOADING_MS = 4_000;

/** Classrooms that look at another page than the shared one, and the key that brings them back. */
export function Strays({ slides }: { slides: SlidesView }) {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const strays = straysOf(room, slides);
  const hasTime = useStays(strays.length > 0, LOADING_MS);
  if (!hasTime) return null;
  const places = strays.map(({ name, page }) => words.slides.stray(name, page));
  return (
    <div className={styles.bar} role="status">
      <span>{words.slides.strays(places)}</span>
      <Button
        size="small"
        variant="primary"
        disabled={isBusy}
        onClick={() =>
          run(() =>
            session.request({ type: "slides.turn", deck_id: slides.deck_id, page: slides.page }),
          )
        }
      >
        {words.slides.gather}
      </Button>
    </div>
  );
}

function straysOf(room: RoomState, slides: SlidesView): { name: string; page: number }[] {
  return classroomsOf(room).flatMap(({ participant_id, presence, name }) => {
    const shown = room.slidesShown[participant_id];
    if (presence !== "present" || shown?.deckId !== slides.deck_id) return [];
    return shown.page === slides.page ? [] : [{ name, page: shown.page }];
  });
}
