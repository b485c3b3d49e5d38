import { useWords } from "../../i18n";
import { Badge } from "../Badge";
import { classes } from "../classes";
import { Icon } from "../Icon";
import styles from "./ReplayTile.module.css";

interface ClassroomSoundProps {
  isHeard: boolean;
  isListening: boolean;
  onListen: (isOn: boolean) => void;
}

/** Whether a classroom sounds now: on stage by itself, off stage when somebody wants to listen. */
export function ClassroomSound({ isHeard, isListening, onListen }: ClassroomSoundProps) {
  const words = useWords();
  if (isHeard) {
    return (
      <Badge tone="stage" icon="speaker">
        {words.replay.onStage}
      </Badge>
    );
  }
  return (
    <button
      type="button"
      className={classes(styles.listen, isListening && styles.listening)}
      aria-pressed={isListening}
      onClick={() => onListen(!isListening)}
    >
      <Icon name={isListening ? "speaker" : "speakerOff"} size={18} />
      {words.replay.listen}
    </button>
  );
}
