import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";
import styles from "./LessonPanel.module.css";

/** Close or open camera and microphone of the classroom from where the teacher stands. */
export function SourceSwitches() {
  const { media } = useWords();
  const place = usePlace();
  const own = ownPlace(useRoom());
  const [run, isBusy] = useAction();
  const isAway = own?.presence !== "present";
  const isOn = (source: "camera" | "microphone") => !own?.switched_off.includes(source);
  const flip = (source: "camera" | "microphone") =>
    run(() => place.request({ type: "source.switch", source, is_on: !isOn(source) }));
  return (
    <div className={styles.pair}>
      <Button
        size="large"
        icon={isOn("microphone") ? "microphone" : "microphoneOff"}
        disabled={isBusy || isAway}
        onClick={() => flip("microphone")}
      >
        {isOn("microphone") ? media.closeMicrophone : media.openMicrophone}
      </Button>
      <Button
        size="large"
        icon={isOn("camera") ? "camera" : "cameraOff"}
        disabled={isBusy || isAway}
        onClick={() => flip("camera")}
      >
        {isOn("camera") ? media.closeCamera : media.openCamera}
      </Button>
    </div>
  );
}
