import type { ReactNode } from "react";
import { deleteDeck } from "../../api/room";
import type { Deck, Decks } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { fileUrl, pageUrl } from "../../slides/decks";
import { Badge } from "../Badge";
import { buttonClass } from "../Button";
import { Icon } from "../Icon";
import { ConfirmDelete } from "./ConfirmDelete";
import styles from "./DeckList.module.css";
import { UploadDeck } from "./UploadDeck";

interface DeckListProps {
  lessonId: string;
  list: Decks;
  /** The lead and admins bring and take away; others download. */
  mayManage: boolean;
  /** Something came or went. */
  onChange: () => void;
  /** What else can be done with a deck here. */
  actionsOf?: (deck: Deck) => ReactNode;
}

/** The files of a lesson: what they look like, how far they are, and what can be done with them. */
export function DeckList({ lessonId, list, mayManage, onChange, actionsOf }: DeckListProps) {
  const words = useWords();
  return (
    <div className={styles.list}>
      {list.decks.length === 0 && (
        <p className={styles.soft}>{mayManage ? words.slides.noneYet : words.slides.noneForYou}</p>
      )}
      {list.decks.length > 0 && (
        <ul className={styles.list}>
          {list.decks.map((deck) => (
            <li key={deck.deck_id} className={styles.row}>
              <Cover deck={deck} />
              <div className={styles.words}>
                <strong className={styles.name}>{deck.name}</strong>
                <DeckState deck={deck} />
              </div>
              <div className={styles.actions}>
                {actionsOf?.(deck)}
                <a
                  className={buttonClass("secondary", "small")}
                  href={fileUrl(deck)}
                  download={deck.name}
                >
                  <Icon name="download" />
                  <span>{words.slides.download}</span>
                </a>
                {mayManage && <DeleteDeck lessonId={lessonId} deck={deck} onDeleted={onChange} />}
              </div>
            </li>
          ))}
        </ul>
      )}
      {mayManage && <UploadDeck lessonId={lessonId} list={list} onUploaded={onChange} />}
    </div>
  );
}

/** The first page, or a place as large while there is none. */
function Cover({ deck }: { deck: Deck }) {
  const [first] = deck.pages;
  return (
    <span className={styles.cover}>
      {first ? (
        <img src={pageUrl(deck, 1, "thumb")} alt="" width={first.width} height={first.height} />
      ) : (
        <Icon name={deck.state === "failed" ? "warning" : "clock"} size={28} />
      )}
    </span>
  );
}

function DeckState({ deck }: { deck: Deck }) {
  const words = useWords();
  const size = words.slides.size(deck.size_bytes);
  if (deck.state === "failed") {
    return (
      <span className={styles.failed} role="status">
        {failureWords(words.slides.failure, deck.failure)}
      </span>
    );
  }
  if (deck.state === "preparing") {
    return (
      <Badge tone="warn" icon="clock">
        {deck.page_count === 0
          ? words.slides.waiting
          : words.slides.preparing(deck.pages.length, deck.page_count)}
      </Badge>
    );
  }
  return <span className={styles.soft}>{`${words.slides.pages(deck.page_count)} · ${size}`}</span>;
}

function failureWords(known: Record<string, string>, code: string | null): string {
  return known[code ?? ""] ?? known.other ?? "";
}

interface DeleteDeckProps {
  lessonId: string;
  deck: Deck;
  onDeleted: () => void;
}

function DeleteDeck({ lessonId, deck, onDeleted }: DeleteDeckProps) {
  const [run, isBusy] = useAction();
  return (
    <ConfirmDelete
      name={deck.name}
      isBusy={isBusy}
      onConfirm={() =>
        run(async () => {
          await deleteDeck(lessonId, deck.deck_id);
          onDeleted();
        })
      }
    />
  );
}
