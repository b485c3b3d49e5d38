import { useEffect, useRef } from "react";
import { codeOnCard } from "../../classroom/enter";
import { useStore } from "../../hooks/useStore";
import { useTrackStream } from "../../hooks/useTrackStream";
import { useWords } from "../../i18n";
import { sharedCapture } from "../../media/capture";
import { watchForQrCode } from "../../media/qrReader";
import { DeviceProblems } from "../lesson/DeviceProblems";
import { Spinner } from "../Spinner";
import { VideoTile } from "../VideoTile";

/** The card held before the PC's own camera: nothing has to be typed. `onCode` once, for the first card that is seen. */
export function CardScanner({ onCode }: { onCode: (code: string) => void }) {
  const words = useWords();
  const capture = sharedCapture();
  const { camera } = useStore(capture.state);
  const stream = useTrackStream(camera);
  const isDone = useRef(false);

  useEffect(() => {
    void capture.switchOn("camera");
    return () => capture.close();
  }, [capture]);

  useEffect(() => {
    if (camera.kind !== "on") return;
    return watchForQrCode(camera.track, (text) => {
      const code = codeOnCard(text);
      if (code === null || isDone.current) return;
      isDone.current = true;
      onCode(code);
    });
  }, [camera, onCode]);

  return (
    <>
      <p>{words.classroomPc.scanHint}</p>
      <VideoTile
        stream={stream}
        name={words.classroomPc.scan}
        isMirrored={true}
        cover={stream ? undefined : <Spinner label={words.media.starting} />}
      />
      <DeviceProblems />
    </>
  );
}
