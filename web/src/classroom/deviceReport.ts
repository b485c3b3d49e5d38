import type { DeviceStates } from "../api/types";
import type { CaptureState, SourceStatus } from "../media/capture";

/** What is plugged in, as far as a page may know without opening it; null: not even that (plain http). */
export type Plugged = { camera: boolean; microphone: boolean } | null;

/** What this PC tells of its camera and microphone: how it went when they were opened, else whether they are there. */
export function deviceReport(capture: CaptureState, plugged: Plugged): DeviceStates {
  const isTestPicture = capture.choice.usesTestPicture;
  return {
    camera: stateOf(isTestPicture ? { kind: "off" } : capture.camera, plugged?.camera),
    microphone: stateOf(capture.microphone, plugged?.microphone),
  };
}

function stateOf(source: SourceStatus, isPlugged: boolean | undefined): DeviceStates["camera"] {
  switch (source.kind) {
    case "on":
      return "ok";
    case "problem":
      return source.problem;
    case "off":
    case "starting":
      if (isPlugged === undefined) return "insecure";
      return isPlugged ? "found" : "missing";
  }
}

/** Which kinds of device there are; their names stay hidden until somebody allowed it, and are not asked for. */
export async function pluggedIn(): Promise<Plugged> {
  if (!("mediaDevices" in navigator)) return null;
  const devices = await navigator.mediaDevices.enumerateDevices();
  const has = (kind: MediaDeviceKind) => devices.some((device) => device.kind === kind);
  return { camera: has("videoinput"), microphone: has("audioinput") };
}
