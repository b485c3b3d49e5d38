import { useStore } from "../../hooks/useStore";
import { useSession } from "../../lesson/context";
import { DeviceProblem } from "./DeviceProblem";

/** The worded reasons why this machine's camera or microphone is missing during a lesson. */
export function OwnProblems() {
  const { capture } = useSession();
  const { camera, microphone } = useStore(capture.state);
  const isInsecure = camera.kind === "problem" && camera.problem === "insecure";
  return (
    <>
      {camera.kind === "problem" && (
        <DeviceProblem
          source="camera"
          problem={camera.problem}
          onRetry={() => void capture.switchOn("camera")}
        />
      )}
      {microphone.kind === "problem" && !isInsecure && (
        <DeviceProblem
          source="microphone"
          problem={microphone.problem}
          onRetry={() => void capture.switchOn("microphone")}
        />
      )}
    </>
  );
}
