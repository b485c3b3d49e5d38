import { useAction } from "../../hooks/useAction";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useSession } from "../../lesson/context";
import { Button, type ButtonProps } from "../Button";

/** The two switches that close or open this machine's camera and microphone. */
export function SourceButtons({ size = "medium" }: { size?: NonNullable<ButtonProps["size"]> }) {
  const words = useWords();
  const session = useSession();
  const { camera, microphone } = useStore(session.capture.state);
  const [run, isBusy] = useAction();
  const isCameraOn = camera.kind === "on" || camera.kind === "starting";
  const isMicrophoneOn = microphone.kind === "on" || microphone.kind === "starting";
  return (
    <>
      <Button
        size={size}
        icon={isMicrophoneOn ? "microphone" : "microphoneOff"}
        disabled={isBusy}
        onClick={() => run(() => session.switchSource("microphone", !isMicrophoneOn))}
      >
        {isMicrophoneOn ? words.media.closeMicrophone : words.media.openMicrophone}
      </Button>
      <Button
        size={size}
        icon={isCameraOn ? "camera" : "cameraOff"}
        disabled={isBusy}
        onClick={() => run(() => session.switchSource("camera", !isCameraOn))}
      >
        {isCameraOn ? words.media.closeCamera : words.media.openCamera}
      </Button>
    </>
  );
}
