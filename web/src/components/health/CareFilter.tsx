import type { Care, ClassroomHealthPage } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import styles from "./Health.module.css";

interface CareFilterProps {
  /** The first page, which has the counts. */
  page: ClassroomHealthPage;
  care: Care | null;
  onCare: (care: Care | null) => void;
}

/** How many classrooms need what; pressed, only these. */
export function CareFilter({ page, care, onCare }: CareFilterProps) {
  const words = useWords().health;
  const counts = Object.entries(page.cares ?? {}) as [Care, number][];
  const shown = counts.filter(([one, count]) => count > 0 || one === care);
  const chip = (one: Care | null, label: string) => (
    <Button
      key={one}
      size="small"
      variant={care === one ? "primary" : "secondary"}
      aria-pressed={care === one}
      onClick={() => onCare(one)}
    >
      {label}
    </Button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of switches is no form.
    <div className={styles.chips} role="group" aria-label={words.filter}>
      {chip(null, words.all(page.total ?? 0))}
      {shown.map(([one, count]) => chip(one, words.counted(words.cares[one], count)))}
    </div>
  );
}
