import { errorWords, useWords } from "../../i18n";
import { unsentCount } from "../../rollcall/marks";
import type { RollBook, RollState } from "../../rollcall/rollBook";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Icon } from "../Icon";
import styles from "./RollCall.module.css";

/** Whether everything is on the server; if not, what is missing and what happens to it. */
export function SyncLine({ book, state }: { book: RollBook; state: RollState }) {
  const words = useWords();
  const waiting = unsentCount(state.unsent);
  if (state.sync === "refused") {
    return (
      <Banner
        tone="warn"
        title={words.rollCall.refused}
        action={
          <>
            <Button onClick={() => book.retry()}>{words.common.retry}</Button>
            {waiting > 0 && (
              <Button variant="quiet" onClick={() => book.discard()}>
                {words.rollCall.discard}
              </Button>
            )}
          </>
        }
      >
        {errorWords(words, state.problem ?? "failed")}
      </Banner>
    );
  }
  if (state.sync === "waiting") {
    return (
      <Banner
        tone="warn"
        title={waiting > 0 ? words.rollCall.unsent(waiting) : words.rollCall.offline}
        action={<Button onClick={() => book.retry()}>{words.common.retry}</Button>}
      >
        {waiting > 0 ? words.rollCall.unsentHint : words.rollCall.offlineHint}
      </Banner>
    );
  }
  const isSaved = state.sync === "idle" && waiting === 0;
  return (
    <p className={styles.sync} role="status">
      <Icon name={isSaved ? "check" : "clock"} />
      {isSaved && state.saved?.head_count === null && words.rollCall.savesItself}
      {isSaved && state.saved?.head_count !== null && words.rollCall.saved}
      {!isSaved && words.rollCall.saving}
    </p>
  );
}
