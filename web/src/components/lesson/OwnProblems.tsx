import { useState } from "react";
import { useStore } from "../../hooks/useStore";
import { useSession } from "../../lesson/context";
import type { SourceStatus } from "../../media/capture";
import { DeviceProblems } from "./DeviceProblems";

const reasonOf = (status: SourceStatus) => (status.kind === "problem" ? status.problem : "");

/** The worded reasons during a lesson. They can be put away, and come back with a new reason. */
export function OwnProblems() {
  const { capture } = useSession();
  const { camera, microphone, document } = useStore(capture.state);
  const [dismissed, setDismissed] = useState("");
  const reasons = [camera, microphone, document].map(reasonOf).join(" ");
  if (reasons === dismissed) return null;
  return <DeviceProblems onDismiss={() => setDismissed(reasons)} />;
}
