import { useEffect } from "react";
import { tellDevices } from "../api/pcs";
import { sharedCapture } from "../media/capture";
import { deviceReport, pluggedIn } from "./deviceReport";

/** Devices come and go several at a time, and cameras take a moment to open. */
const SETTLED_MS = 3_000;

/** A classroom's own PC tells the office of its camera and microphone: at first, and when that changes. */
export function useDeviceReports(isPaired: boolean): void {
  useEffect(() => {
    if (!isPaired) return;
    const capture = sharedCapture();
    // Absent over plain http, which is told too.
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    let told = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = async () => {
      const report = deviceReport(capture.state.get(), await pluggedIn());
      const text = JSON.stringify(report);
      if (text === told) return;
      await tellDevices(report);
      told = text;
    };
    const soon = () => {
      clearTimeout(timer);
      // Refused or unreachable: told with the next change, or by the next page.
      timer = setTimeout(() => void tell().catch(() => undefined), SETTLED_MS);
    };
    soon();
    const unsubscribe = capture.state.subscribe(soon);
    devices?.addEventListener("devicechange", soon);
    window.addEventListener("online", soon);
    return () => {
      clearTimeout(timer);
      unsubscribe();
      devices?.removeEventListener("devicechange", soon);
      window.removeEventListener("online", soon);
    };
  }, [isPaired]);
}
