import { useEffect } from "react";
import { useStore } from "../hooks/useStore";
import { useRoom, useSession } from "../lesson/context";
import { ownPlace } from "../room/selectors";
import { pageUrl } from "./decks";
import { preload } from "./preload";

const LOOK_AGAIN_MS = 60_000;
/** Some 20 MB: what a lesson needs, and no more than a school's disk cache keeps. */
const MAX_PAGES = 150;

/** While a classroom waits for its lesson nothing else is sent: the slides come then, unless data costs money. */
export function useDecksBefore(): void {
  const session = useSession();
  const room = useRoom();
  const { list } = useStore(session.decks.state);
  const isWaiting = room.view.phase === "waiting";
  const savesData = ownPlace(room)?.saves_data ?? false;

  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => session.decks.refresh(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [session, isWaiting]);

  useEffect(() => {
    if (!isWaiting || savesData || !list) return;
    const pages = list.decks.flatMap((deck) =>
      deck.pages.map((_, index) => pageUrl(deck, index + 1, "sharp")),
    );
    return preload(pages.slice(0, MAX_PAGES));
  }, [list, isWaiting, savesData]);
}
