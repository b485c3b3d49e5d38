import { useId } from "react";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";
import styles from "./LessonPanel.module.css";

/** The second key, turned beforehand: calls bring this classroom up by themselves until the lesson ends. */
export function AutoAccept() {
  const { console: words } = useWords();
  const place = usePlace();
  const own = ownPlace(useRoom());
  const [run, isBusy] = useAction();
  const hintId = useId();
  const isOn = own?.accepts_by_itself ?? false;
  return (
    <div className={styles.choice}>
      <Button
        size="large"
        icon={isOn ? "check" : "up"}
        variant={isOn ? "stage" : "secondary"}
        isWide
        aria-pressed={isOn}
        aria-describedby={hintId}
        disabled={isBusy || own?.presence !== "present"}
        onClick={() => run(() => place.request({ type: "auto_accept.switch", is_on: !isOn }))}
      >
        {words.autoAccept}
      </Button>
      <p id={hintId}>{isOn ? words.autoAcceptOn : words.autoAcceptHint}</p>
    </div>
  );
}
