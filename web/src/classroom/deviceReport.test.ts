import { describe, expect, it } from "vitest";
import type { CaptureState, SourceStatus } from "../media/capture";
import { deviceReport } from "./deviceReport";

const OFF: SourceStatus = { kind: "off" };
const ON = { kind: "on", track: {} } as SourceStatus;
const BOTH = { camera: true, microphone: true };

function capture(camera: SourceStatus, microphone: SourceStatus, usesTestPicture = false) {
  return { camera, microphone, choice: { usesTestPicture } } as CaptureState;
}

describe("what a PC tells of its camera and microphone", () => {
  it("is whether they are there while nobody opens them", () => {
    expect(deviceReport(capture(OFF, OFF), BOTH)).toEqual({ camera: "found", microphone: "found" });
    const report = deviceReport(capture(OFF, { kind: "starting" }), { ...BOTH, microphone: false });
    expect(report).toEqual({ camera: "found", microphone: "missing" });
    expect(deviceReport(capture(OFF, OFF), null).camera).toBe("insecure");
  });

  it("is how it went once they were opened", () => {
    const inUse: SourceStatus = { kind: "problem", problem: "in_use" };
    const report = deviceReport(capture(inUse, ON), BOTH);
    expect(report).toEqual({ camera: "in_use", microphone: "ok" });
  });

  it("does not take the test picture for a camera", () => {
    expect(deviceReport(capture(ON, ON, true), { ...BOTH, camera: false }).camera).toBe("missing");
  });
});
