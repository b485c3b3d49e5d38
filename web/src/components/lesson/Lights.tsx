import type { ReactNode } from "react";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Badge } from "../Badge";
import styles from "./Lights.module.css";
import { OwnQuality } from "./LinkQuality";

/** The recording light, and screen, camera and microphone as they really are. Beside the colour there is always a word. */
export function Lights({ microphoneWords }: { microphoneWords?: string }) {
  const words = useWords();
  const session = useSession();
  const { camera, microphone, screen, document, isReduced } = useStore(session.capture.state);
  const isCameraOn = camera.kind === "on";
  const isMicrophoneOn = microphone.kind === "on";
  return (
    <div className={styles.lights}>
      <RecordingLight />
      <OwnQuality />
      {screen.kind === "on" && (
        <Badge tone="stage" icon="screen">
          {words.lead.sharing}
        </Badge>
      )}
      {document.kind === "on" && (
        <Badge tone="stage" icon="page">
          {words.document.isOn}
        </Badge>
      )}
      {isReduced && (
        <Badge tone="warn" icon="info">
          {words.media.slowPc}
        </Badge>
      )}
      {session.sendsMedia && (
        <>
          <Badge tone={isCameraOn ? "ok" : "neutral"} icon={isCameraOn ? "camera" : "cameraOff"}>
            {isCameraOn ? words.media.cameraOn : words.media.cameraOff}
          </Badge>
          <Badge
            tone={isMicrophoneOn ? "ok" : "neutral"}
            icon={isMicrophoneOn ? "microphone" : "microphoneOff"}
          >
            {isMicrophoneOn
              ? (microphoneWords ?? words.media.microphoneOn)
              : words.media.microphoneOff}
          </Badge>
        </>
      )}
    </div>
  );
}

function RecordingLight(): ReactNode {
  const words = useWords();
  const room = useRoom();
  const { is_recorded: isRecorded, phase } = room.view;
  if (!isRecorded) return <Badge>{words.lesson.notRecording}</Badge>;
  if (phase !== "live") return <Badge>{words.lesson.willRecord}</Badge>;
  const place = ownPlace(room);
  const isOwnRecorded = place?.role !== "classroom" || place.is_recorded;
  return (
    <Badge tone="live" hasDot>
      {isOwnRecorded ? words.lesson.recording : words.lesson.recordingOthers}
    </Badge>
  );
}
