import { useId } from "react";
import { useWords } from "../../i18n";
import { VIEW_MODES, type ViewMode } from "../../replay/selection";
import styles from "./ControlBar.module.css";

interface ViewModesProps {
  mode: ViewMode;
  onChange: (mode: ViewMode) => void;
}

/** How much is loaded: everything, less, or the sound alone. */
export function ViewModes({ mode, onChange }: ViewModesProps) {
  const words = useWords().replay;
  const name = useId();
  return (
    <fieldset className={styles.modes}>
      <legend className="visually-hidden">{words.mode}</legend>
      {VIEW_MODES.map((one) => (
        <label key={one} title={words.modeHints[one]}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={one === mode}
            onChange={() => onChange(one)}
          />
          <span>{words.modes[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
