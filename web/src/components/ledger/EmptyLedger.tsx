import { useWords } from "../../i18n";
import { EmptyState } from "../EmptyState";

/** Nothing was planned that these filters let through. */
export function EmptyLedger() {
  const words = useWords().ledger;
  return (
    <EmptyState icon="chart" title={words.emptyTitle}>
      {words.emptyHint}
    </EmptyState>
  );
}
