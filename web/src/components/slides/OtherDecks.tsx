import type { Deck } from "../../api/types";
import { useWords } from "../../i18n";
import styles from "./SlideDesk.module.css";

interface OtherDecksProps {
  decks: readonly Deck[];
  /** The deck that is shown. */
  shown: string;
  onPick: (deckId: string) => void;
}

/** From one deck to another without hiding the slides; nothing where there is only one. */
export function OtherDecks({ decks, shown, onPick }: OtherDecksProps) {
  const words = useWords();
  const ready = decks.filter((deck) => deck.state === "ready");
  if (ready.length < 2) return null;
  return (
    <select
      className={styles.decks}
      aria-label={words.slides.otherDeck}
      value={shown}
      onChange={(event) => onPick(event.target.value)}
    >
      {ready.map((deck) => (
        <option key={deck.deck_id} value={deck.deck_id}>
          {deck.name}
        </option>
      ))}
    </select>
  );
}
