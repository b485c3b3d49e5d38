import { useCallback, useEffect, useState } from "react";
import type { Deck } from "../api/types";
import { aheadOf } from "./ahead";
import { pageUrl } from "./decks";
import { isLoaded, noteLoaded, preload } from "./preload";

/**
 * Loads the pages that may come next, one after the other, once the current one is seen sharply. Who saves data gets
 * the next page only.
 *
 * Returns whether the current page's sharp picture is on this machine already, and what to call when it is seen.
 */
export function usePagesAhead(
  deck: Deck | undefined,
  page: number,
  savesData: boolean,
): [isReady: boolean, onSharp: () => void] {
  const [seen, setSeen] = useState<string | null>(null);
  const address = deck ? pageUrl(deck, page, "sharp") : null;
  const isSharp = seen === address;

  useEffect(() => {
    if (!deck || !isSharp) return;
    const ahead = aheadOf(page, deck.pages.length, savesData);
    return preload(ahead.map((number) => pageUrl(deck, number, "sharp")));
  }, [deck, page, isSharp, savesData]);

  const onSharp = useCallback(() => {
    if (address) noteLoaded(address);
    setSeen(address);
  }, [address]);
  return [address !== null && isLoaded(address), onSharp];
}
