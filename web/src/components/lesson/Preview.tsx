import { useEffect } from "react";
import type { SoundPresetName } from "../../generated/signaling";
import { useLevel } from "../../hooks/useLevel";
import { useStore } from "../../hooks/useStore";
import { useTrackStream } from "../../hooks/useTrackStream";
import { useWords } from "../../i18n";
import { isLessonScreen } from "../../lesson/ticketFor";
import { type PictureSize, type SourceStatus, sharedCapture } from "../../media/capture";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Meter } from "../Meter";
import { Select } from "../Select";
import { VideoTile } from "../VideoTile";
import { DeviceProblems } from "./DeviceProblems";
import styles from "./Preview.module.css";
import { SoundTest } from "./SoundTest";

interface PreviewProps {
  size: PictureSize;
  /** How the lesson's microphones are treated. */
  sound: SoundPresetName;
}

/** One's own picture and sound before going in: choose, see, hear; every problem has its next step. */
export function Preview({ size, sound }: PreviewProps) {
  const words = useWords();
  const capture = sharedCapture();
  const state = useStore(capture.state);
  const stream = useTrackStream(state.camera);
  const { camera, microphone, choice } = state;
  const level = useLevel(microphone.kind === "on" ? microphone.track : null);

  useEffect(() => {
    capture.size = size;
    void capture.setSoundPreset(sound);
    void capture.start();
    return () => {
      // Inside the lesson the same picture goes on; anywhere else the camera is let go.
      if (!isLessonScreen(window.location.pathname)) capture.close();
    };
  }, [capture, size, sound]);

  return (
    <div className={styles.preview}>
      <div className={styles.picture}>
        <VideoTile
          stream={stream}
          name={words.preJoin.preview}
          isMirrored={!choice.usesTestPicture}
          cover={stream ? undefined : <PictureCover status={camera} />}
        />
      </div>
      <div className={styles.choices}>
        <DeviceProblems />
        {!choice.usesTestPicture && state.cameras.length > 0 && (
          <Select
            label={words.preJoin.chooseCamera}
            value={choice.cameraId}
            options={optionsOf(state.cameras, words.media.defaultDevice)}
            onChange={(cameraId) => void capture.choose({ cameraId })}
          />
        )}
        {state.microphones.length > 0 && (
          <Select
            label={words.preJoin.chooseMicrophone}
            value={choice.microphoneId}
            options={optionsOf(state.microphones, words.media.defaultDevice)}
            onChange={(microphoneId) => void capture.choose({ microphoneId })}
          />
        )}
        <div className={styles.level}>
          <span>{words.media.level}</span>
          <Meter label={words.media.level} level={level} />
          <small>{microphone.kind === "on" ? words.media.speakNow : words.media.noSound}</small>
        </div>
        <SoundTest microphone={microphone.kind === "on" ? microphone.track : null} />
        {sound === "music" && <Headphones isLead={size === "lead"} />}
        <Button
          size="small"
          icon="camera"
          onClick={() => void capture.choose({ usesTestPicture: !choice.usesTestPicture })}
        >
          {choice.usesTestPicture ? words.media.realCamera : words.media.testPicture}
        </Button>
      </div>
    </div>
  );
}

/** Where music is taught it decides whether echo cancellation may stand aside. */
function Headphones({ isLead }: { isLead: boolean }) {
  const words = useWords().sound;
  const capture = sharedCapture();
  useStore(capture.state);
  return (
    <label className={styles.headphones}>
      <input
        type="checkbox"
        checked={capture.hasHeadphones}
        onChange={(event) => void capture.choose({ hasHeadphones: event.target.checked })}
      />
      <span>
        {isLead ? words.headphones : words.roomHeadphones}
        <small>{isLead ? words.headphonesHint : words.roomHeadphonesHint}</small>
      </span>
    </label>
  );
}

function PictureCover({ status }: { status: SourceStatus }) {
  const words = useWords();
  if (status.kind === "starting") return <span>{words.media.starting}</span>;
  return (
    <>
      <Icon name="cameraOff" size={40} />
      <span>{words.preJoin.noCamera}</span>
    </>
  );
}

function optionsOf(devices: readonly { id: string; label: string }[], fallback: string) {
  const isDefaultListed = devices.some((device) => device.id === "default");
  const options = devices.map(({ id, label }) => ({ value: id, label: label || fallback }));
  return isDefaultListed ? options : [{ value: "", label: fallback }, ...options];
}
