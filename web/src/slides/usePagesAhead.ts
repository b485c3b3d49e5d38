import { useCallback, useEffect, useState } from "react";
import type { Deck } from "../api/types";
import { aheadOf } from "./ahead";
import { pageUrl } from "./decks";

const PAUSE_MS = 400;

/**
 * Loads the pages that may come next, one after the other, once the current one is seen sharply: the next page at
 * once, the rest while nothing else is asked for. Who saves data gets the next page only.
 *
 * Returns whether the current page's sharp picture is on this machine already, and what to call when it is seen.
 */
export function usePagesAhead(
  deck: Deck | undefined,
  page: number,
  savesData: boolean,
): [isReady: boolean, onSharp: () => void] {
  const [sharp, setSharp] = useState<string | null>(null);
  const here = deck ? `${deck.deck_id} ${page}` : "";
  const isSharp = sharp === here;

  useEffect(() => {
    if (!deck || !isSharp) return;
    const wanted = aheadOf(page, deck.pages.length, savesData).filter(
      (number) => !hasPage(deck, number),
    );
    return loadInTurn(deck, wanted);
  }, [deck, page, isSharp, savesData]);

  const onSharp = useCallback(() => {
    if (deck) remember(deck, page);
    setSharp(here);
  }, [deck, page, here]);
  return [deck !== undefined && hasPage(deck, page), onSharp];
}

/** Addresses of pages that this window has loaded; the browser's cache has their bytes. */
const loaded = new Set<string>();

const hasPage = (deck: Deck, page: number) => loaded.has(pageUrl(deck, page, "sharp"));
const remember = (deck: Deck, page: number) => loaded.add(pageUrl(deck, page, "sharp"));

/** One picture at a time; returns the way to stop. */
function loadInTurn(deck: Deck, pages: readonly number[]): () => void {
  let image: HTMLImageElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = [...pages];

  function next(): void {
    const page = rest.shift();
    if (page === undefined) return;
    image = new Image();
    image.fetchPriority = "low";
    image.onload = () => {
      remember(deck, page);
      timer = setTimeout(next, PAUSE_MS);
    };
    // It is loaded when it is shown; whatever keeps it away may keep the others away too.
    image.onerror = () => undefined;
    image.src = pageUrl(deck, page, "sharp");
  }

  next();
  return () => {
    clearTimeout(timer);
    rest.length = 0;
    if (image) image.src = "";
  };
}
