/** Which devices this machine used last, and whether it sends a test picture. Kept over days: PCs stay where they are. */
export interface DeviceChoice {
  cameraId: string;
  microphoneId: string;
  usesTestPicture: boolean;
}

const KEY = "tongtang.devices";
const NONE: DeviceChoice = { cameraId: "", microphoneId: "", usesTestPicture: false };

export function rememberedChoice(): DeviceChoice {
  try {
    const text = window.localStorage.getItem(KEY);
    return text ? { ...NONE, ...(JSON.parse(text) as Partial<DeviceChoice>) } : NONE;
  } catch {
    return NONE;
  }
}

export function rememberChoice(choice: DeviceChoice): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // Asked again next time.
  }
}
