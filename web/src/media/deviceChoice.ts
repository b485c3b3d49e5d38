/** Which devices this machine used last, and whether it sends a test picture. Kept over days: PCs stay where they are. */
export interface DeviceChoice {
  cameraId: string;
  microphoneId: string;
  usesTestPicture: boolean;
  /** The camera over the table. */
  documentId: string;
  /** Null: nobody said. */
  hasHeadphones: boolean | null;
}

const KEY = "tongtang.devices";
const NONE: DeviceChoice = {
  cameraId: "",
  microphoneId: "",
  usesTestPicture: false,
  documentId: "",
  hasHeadphones: null,
};

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

/** Camera and microphone on or off, per tab: a reload must not open what somebody closed. */
export interface Switches {
  camera: boolean;
  microphone: boolean;
}

const SWITCHES_KEY = "tongtang.switches";

export function rememberedSwitches(): Switches {
  const both = { camera: true, microphone: true };
  try {
    const text = window.sessionStorage.getItem(SWITCHES_KEY);
    return text ? { ...both, ...(JSON.parse(text) as Partial<Switches>) } : both;
  } catch {
    return both;
  }
}

export function rememberSwitches(switches: Switches): void {
  try {
    window.sessionStorage.setItem(SWITCHES_KEY, JSON.stringify(switches));
  } catch {
    // Both are on again after a reload.
  }
}
