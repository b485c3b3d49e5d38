import type { PupilMark, RollPupil } from "../../api/types";
import { useWords } from "../../i18n";
import { came, isLate, leftEarly, withLate, withLeftEarly } from "../../rollcall/marks";
import { classes } from "../classes";
import styles from "./PupilRow.module.css";

interface PupilRowProps {
  pupil: RollPupil;
  mark: PupilMark | null;
  onMark: (mark: PupilMark | null) => void;
}

/** One pupil and five keys. The key that is pressed already takes its mark back. */
export function PupilRow({ pupil, mark, onMark }: PupilRowProps) {
  const words = useWords().rollCall;
  const name = pupil.name ?? words.erased;
  return (
    <li className={styles.row}>
      <span className={styles.who}>
        <strong>{name}</strong>
        {pupil.number && <span className={styles.number}>{pupil.number}</span>}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in this row. */}
      <div className={styles.keys} role="group" aria-label={name}>
        <Key
          tone="came"
          isOn={came(mark)}
          onPress={() => onMark(came(mark) ? null : "present")}
          label={words.present}
        />
        <Key
          tone="absent"
          isOn={mark === "absent"}
          onPress={() => onMark(mark === "absent" ? null : "absent")}
          label={words.absent}
        />
        <Key
          tone="partly"
          isOn={mark === "excused"}
          onPress={() => onMark(mark === "excused" ? null : "excused")}
          label={words.excused}
        />
        <Key
          tone="partly"
          isOn={isLate(mark)}
          onPress={() => onMark(withLate(mark, !isLate(mark)))}
          label={words.late}
        />
        <Key
          tone="partly"
          isOn={leftEarly(mark)}
          onPress={() => onMark(withLeftEarly(mark, !leftEarly(mark)))}
          label={words.leftEarly}
        />
      </div>
    </li>
  );
}

interface KeyProps {
  tone: "came" | "absent" | "partly";
  isOn: boolean;
  label: string;
  onPress: () => void;
}

function Key({ tone, isOn, label, onPress }: KeyProps) {
  return (
    <button
      type="button"
      className={classes(styles.key, styles[tone])}
      aria-pressed={isOn}
      onClick={onPress}
    >
      {label}
    </button>
  );
}
