import type { ReactNode } from "react";
import type { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";
import { Button } from "./Button";
import styles from "./Listed.module.css";
import { LoadFailed } from "./office/OfficePage";
import { Spinner } from "./Spinner";

interface ListedProps {
  pages: ReturnType<typeof usePages>;
  /** Stands there where nothing is. */
  empty: ReactNode;
  /** Words of the key for more. */
  more: string;
  /** Beside that key. */
  moreHint?: string;
  children: ReactNode;
}

/** A list that comes page by page: while it loads, where it failed or is empty, and with the key for more. */
export function Listed({ pages, empty, more, moreHint, children }: ListedProps) {
  const words = useWords();
  if (pages.first.state === "loading") return <Spinner label={words.common.loading} />;
  if (pages.first.state === "failed") {
    return <LoadFailed error={pages.first.error} onRetry={pages.reload} />;
  }
  if (pages.items.length === 0) return empty;
  const key = pages.more && (
    <Button isBusy={pages.isBusy} onClick={pages.more}>
      {more}
    </Button>
  );
  return (
    <>
      {children}
      {key && moreHint ? (
        <div className={styles.more}>
          {key}
          <span>{moreHint}</span>
        </div>
      ) : (
        key
      )}
    </>
  );
}
