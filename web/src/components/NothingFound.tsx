import { useWords } from "../i18n";
import { EmptyState } from "./EmptyState";

/** What was looked for is not there. */
export function NothingFound() {
  const words = useWords().find;
  return (
    <EmptyState icon="people" title={words.noneTitle}>
      {words.noneHint}
    </EmptyState>
  );
}
