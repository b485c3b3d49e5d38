import { useAction } from "../../hooks/useAction";
import { useLeadGone } from "../../hooks/useLeadGone";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { LEAD_GONE_MS } from "../../slides/ownPage";
import { Button } from "../Button";
import styles from "./LessonPanel.module.css";

/** While the lead is gone: turn the pages of the classroom's own screen from where the teacher stands. */
export function OwnPages() {
  const { slides: words } = useWords();
  const place = usePlace();
  const isGone = useLeadGone(LEAD_GONE_MS);
  const hasSlides = useRoom().view.slides !== null;
  const [run, isBusy] = useAction();
  const step = (by: 1 | -1) => run(() => place.request({ type: "page.step", step: by }));
  if (!isGone || !hasSlides) return null;
  return (
    <section className={styles.choice}>
      <p role="status">{words.leadGone}</p>
      <div className={styles.pair}>
        <Button size="large" icon="arrowLeft" disabled={isBusy} onClick={() => step(-1)}>
          {words.previous}
        </Button>
        <Button size="large" icon="arrowRight" disabled={isBusy} onClick={() => step(1)}>
          {words.next}
        </Button>
      </div>
    </section>
  );
}
