import type { ReactNode } from "react";
import type { usePages } from "../../hooks/usePages";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { EmptyState } from "../EmptyState";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";
import styles from "./Ledger.module.css";

interface ListedProps {
  pages: ReturnType<typeof usePages>;
  children: ReactNode;
}

/** A table that comes page by page: while it loads, where it is empty, and with the key for more. */
export function Listed({ pages, children }: ListedProps) {
  const words = useWords();
  if (pages.first.state === "loading") return <Spinner label={words.common.loading} />;
  if (pages.first.state === "failed") {
    return <LoadFailed error={pages.first.error} onRetry={pages.reload} />;
  }
  if (pages.items.length === 0) {
    return (
      <EmptyState icon="chart" title={words.ledger.emptyTitle}>
        {words.ledger.emptyHint}
      </EmptyState>
    );
  }
  return (
    <>
      {children}
      {pages.more && (
        <div className={styles.more}>
          <Button isBusy={pages.isBusy} onClick={pages.more}>
            {words.ledger.more}
          </Button>
          <span>{words.ledger.moreHint}</span>
        </div>
      )}
    </>
  );
}
