import { useState } from "react";
import { useWords } from "../../i18n";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import styles from "./GuideButton.module.css";
import { GuideText } from "./GuideText";
import type { GuideName } from "./guides";

/** The "?" of a page: its guide in a window over it, so that nobody leaves a lesson to read. */
export function GuideButton({ guide }: { guide: GuideName }) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.button} onClick={() => setIsOpen(true)}>
        <Icon name="question" />
        {words.guide.open}
      </button>
      {isOpen && (
        <Dialog
          title={words.guide[guide]}
          isWide
          cancelLabel={words.common.close}
          onClose={() => setIsOpen(false)}
        >
          <GuideText guide={guide} />
        </Dialog>
      )}
    </>
  );
}
