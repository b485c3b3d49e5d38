import type { LessonChange } from "../api/types";
import { useLanguage, useWords } from "../i18n";
import { Badge } from "./Badge";
import { formatMoment } from "./office/dates";

/** How a lesson differs from its first plan, wherever it is shown to those whom it concerns. */
export function ChangeNotice({ change }: { change: LessonChange }) {
  const { planning } = useWords();
  const { language } = useLanguage();
  if (change.cancelled) {
    return <Badge tone="warn">{planning.cancelled(planning.reasons[change.cancelled])}</Badge>;
  }
  return (
    <>
      {change.restored && <Badge tone="ok">{planning.restored}</Badge>}
      {change.moved_from && (
        <Badge tone="warn">{planning.movedFrom(formatMoment(change.moved_from, language))}</Badge>
      )}
      {change.instead_of && <Badge tone="warn">{planning.insteadOf(change.instead_of)}</Badge>}
    </>
  );
}
