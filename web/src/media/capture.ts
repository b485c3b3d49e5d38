import type { SoundPresetName, SourceName } from "../generated/signaling";
import { Store } from "../store";
import { type CaptureProblem, problemOf } from "./captureProblem";
import {
  type DeviceChoice,
  rememberChoice,
  rememberedChoice,
  rememberedSwitches,
  rememberSwitches,
} from "./deviceChoice";
import type { LocalTracks } from "./port";
import { microphoneConstraints } from "./soundProfile";
import { startTestPicture } from "./testPicture";

export type SourceStatus =
  | { kind: "off" }
  | { kind: "starting" }
  | { kind: "on"; track: MediaStreamTrack }
  | { kind: "problem"; problem: CaptureProblem };

export interface Device {
  id: string;
  label: string;
}

export interface CaptureState {
  camera: SourceStatus;
  microphone: SourceStatus;
  screen: SourceStatus;
  /** What lies under a second camera. */
  document: SourceStatus;
  /** The picture is smaller than it could be, because this PC is too slow for it. */
  isReduced: boolean;
  cameras: readonly Device[];
  microphones: readonly Device[];
  choice: DeviceChoice;
}

export type PictureSize = "classroom" | "lead";

const SIZES: Record<PictureSize, MediaTrackConstraints> = {
  classroom: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } },
  lead: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 25 } },
};

/** Print must be read from the last row: all the detail there is, and few frames. */
const DOCUMENT: MediaTrackConstraints = {
  width: { ideal: 1920 },
  height: { ideal: 1080 },
  frameRate: { ideal: 10, max: 15 },
};

/** On a PC that is too slow for more: as many lines, fewer frames. */
const SLOW_DOCUMENT: MediaTrackConstraints = { ...DOCUMENT, frameRate: { ideal: 5, max: 5 } };

const ALL_SOURCES = ["camera", "microphone", "screen", "document"] as const;

const OFF: SourceStatus = { kind: "off" };

/**
 * Camera, microphone, shared screen and document camera of this machine. "Off" really lets go of the device, so that the light beside
 * the lens tells the truth. Works without either.
 */
export class LocalCapture {
  readonly state = new Store<CaptureState>({
    camera: OFF,
    microphone: OFF,
    screen: OFF,
    document: OFF,
    isReduced: false,
    cameras: [],
    microphones: [],
    choice: rememberedChoice(),
  });
  size: PictureSize = "classroom";
  testCaption = "同堂 · 测试画面";
  readonly #wanted = rememberedSwitches();
  #stopTestPicture: (() => void) | null = null;
  #round = { camera: 0, microphone: 0, screen: 0, document: 0 };
  #soundPreset: SoundPresetName = "voice";
  /** The constraints with which the microphone was opened, as JSON. */
  #openedSound = "";

  constructor() {
    // Absent over plain http: then every start is answered with "insecure".
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    devices?.addEventListener("devicechange", () => void this.#devicesChanged());
  }

  get tracks(): LocalTracks {
    const tracks: Partial<Record<SourceName, MediaStreamTrack>> = {};
    for (const source of ALL_SOURCES) {
      const status = this.state.get()[source];
      if (status.kind === "on") tracks[source] = status.track;
    }
    return tracks;
  }

  /** Whether its owner wants it on, even while a problem keeps it from being there. */
  isWanted(source: "camera" | "microphone"): boolean {
    return this.#wanted[source];
  }

  /** Start what is wanted and not running: on the way in, and after a reload. */
  async start(): Promise<void> {
    const isIdle = (source: "camera" | "microphone") =>
      this.#wanted[source] && this.state.get()[source].kind === "off";
    const { choice } = this.state.get();
    const asksTogether = !choice.usesTestPicture && !isInsecure();
    if (asksTogether && isIdle("camera") && isIdle("microphone")) {
      if (await this.#startBoth(choice)) return;
    }
    for (const source of ["microphone", "camera"] as const) {
      if (isIdle(source)) await this.switchOn(source);
    }
  }

  async switchOn(source: "camera" | "microphone"): Promise<void> {
    this.#want(source, true);
    const { choice } = this.state.get();
    const round = this.#begin(source);
    if (source === "camera" && choice.usesTestPicture) {
      this.#startTestPicture();
      return;
    }
    try {
      const track = await this.#request(source, choice);
      if (this.#round[source] !== round) track.stop();
      else this.#arrived(source, track);
      await this.#listDevices();
    } catch (error) {
      const problem = isInsecure() ? "insecure" : problemOf(error);
      if (this.#round[source] === round) this.#set(source, { kind: "problem", problem });
    }
  }

  switchOff(source: SourceName): void {
    if (source === "camera" || source === "microphone") this.#want(source, false);
    this.#round[source] += 1;
    this.#release(source);
    this.#set(source, OFF);
  }

  async choose(change: Partial<DeviceChoice>): Promise<void> {
    const before = this.state.get().choice;
    const choice = { ...before, ...change };
    this.state.update({ choice });
    rememberChoice(choice);
    if (choice.microphoneId !== before.microphoneId) await this.switchOn("microphone");
    else await this.#renewSound();
    const isOtherPicture =
      choice.cameraId !== before.cameraId || choice.usesTestPicture !== before.usesTestPicture;
    if (isOtherPicture) await this.switchOn("camera");
  }

  /** Treat the microphone like this from now on; one that is open is opened anew, browsers change none in flight. */
  async setSoundPreset(preset: SoundPresetName): Promise<void> {
    this.#soundPreset = preset;
    await this.#renewSound();
  }

  /** Take a small picture while this PC is too slow for a large one. A classroom's is small already. */
  async reduce(isSlow: boolean): Promise<void> {
    const isReduced = isSlow && this.size === "lead";
    if (isReduced === this.state.get().isReduced) return;
    this.state.update({ isReduced });
    const { camera, document, choice } = this.state.get();
    const applied: Promise<void>[] = [];
    if (camera.kind === "on" && !choice.usesTestPicture) {
      applied.push(camera.track.applyConstraints(this.#cameraSize()));
    }
    if (document.kind === "on") applied.push(document.track.applyConstraints(this.#documentSize()));
    // A device that has one size only keeps it.
    await Promise.allSettled(applied);
    // Who sends the tracks looks at their size again.
    this.state.update({});
  }

  /** Whether nothing that is played here reaches the microphone. Leads wear headphones unless they say otherwise. */
  get hasHeadphones(): boolean {
    return this.state.get().choice.hasHeadphones ?? this.size === "lead";
  }

  /** Ask which window or screen to show. Closing the question is not a problem. */
  async shareScreen(): Promise<void> {
    this.switchOff("document");
    const round = this.#begin("screen");
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { ideal: 10, max: 15 } },
        audio: false,
      });
      const [track] = stream.getVideoTracks();
      if (!track || this.#round.screen !== round) return;
      track.contentHint = "detail";
      track.onended = () => this.switchOff("screen");
      this.#set("screen", { kind: "on", track });
    } catch {
      this.#set("screen", OFF);
    }
  }

  /** Show what lies under this camera, or under that of last time; what was shared until now ends. */
  async showDocument(cameraId = this.state.get().choice.documentId): Promise<void> {
    this.switchOff("screen");
    const choice = { ...this.state.get().choice, documentId: cameraId };
    this.state.update({ choice });
    rememberChoice(choice);
    const round = this.#begin("document");
    try {
      if (isInsecure()) throw new DOMException("no mediaDevices", "SecurityError");
      // Not a face instead, if it was pulled out.
      const deviceId = cameraId ? { deviceId: { exact: cameraId } } : {};
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { ...this.#documentSize(), ...deviceId },
      });
      const [track] = stream.getVideoTracks();
      if (!track || this.#round.document !== round) return track?.stop();
      track.contentHint = "detail";
      this.#arrived("document", track);
    } catch (error) {
      const problem = isInsecure() ? "insecure" : problemOf(error);
      if (this.#round.document === round) this.#set("document", { kind: "problem", problem });
    }
  }

  /** Let go of everything; what was wanted stays wanted for the next lesson. */
  close(): void {
    for (const source of ALL_SOURCES) {
      this.#round[source] += 1;
      this.#release(source);
      this.#set(source, OFF);
    }
  }

  #want(source: "camera" | "microphone", isWanted: boolean): void {
    this.#wanted[source] = isWanted;
    rememberSwitches(this.#wanted);
  }

  /** One permission question for both. False if that failed: then each is asked for alone and has its own reason. */
  async #startBoth(choice: DeviceChoice): Promise<boolean> {
    const rounds = { camera: this.#begin("camera"), microphone: this.#begin("microphone") };
    try {
      const stream = await navigator.mediaDevices.getUserMedia(this.#constraints(choice));
      for (const track of stream.getTracks()) {
        const source = track.kind === "video" ? "camera" : "microphone";
        if (this.#round[source] === rounds[source]) this.#arrived(source, track);
        else track.stop();
      }
      await this.#listDevices();
      return true;
    } catch {
      for (const source of ["camera", "microphone"] as const) {
        if (this.#round[source] === rounds[source]) this.#set(source, OFF);
      }
      return false;
    }
  }

  #constraints(choice: DeviceChoice): {
    video: MediaTrackConstraints;
    audio: MediaTrackConstraints;
  } {
    return {
      video: { ...this.#cameraSize(), ...preferred(choice.cameraId) },
      audio: { ...this.#soundConstraints(), ...preferred(choice.microphoneId) },
    };
  }

  #cameraSize(): MediaTrackConstraints {
    return SIZES[this.state.get().isReduced ? "classroom" : this.size];
  }

  #documentSize(): MediaTrackConstraints {
    return this.state.get().isReduced ? SLOW_DOCUMENT : DOCUMENT;
  }

  #soundConstraints(): MediaTrackConstraints {
    return microphoneConstraints({
      preset: this.#soundPreset,
      isLead: this.size === "lead",
      hasHeadphones: this.hasHeadphones,
    });
  }

  async #renewSound(): Promise<void> {
    const { kind } = this.state.get().microphone;
    const isOpen = kind === "on" || kind === "starting";
    const isOther = JSON.stringify(this.#soundConstraints()) !== this.#openedSound;
    if (isOpen && isOther) await this.switchOn("microphone");
  }

  #begin(source: SourceName): number {
    if (source === "microphone") this.#openedSound = JSON.stringify(this.#soundConstraints());
    this.#round[source] += 1;
    this.#release(source);
    this.#set(source, { kind: "starting" });
    return this.#round[source];
  }

  async #request(source: "camera" | "microphone", choice: DeviceChoice): Promise<MediaStreamTrack> {
    if (isInsecure()) throw new DOMException("no mediaDevices", "SecurityError");
    const { video, audio } = this.#constraints(choice);
    const wanted = source === "camera" ? { video } : { audio };
    const [track] = (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
    if (!track) throw new DOMException("no track", "NotFoundError");
    return track;
  }

  #arrived(source: "camera" | "microphone" | "document", track: MediaStreamTrack): void {
    if (source === "microphone") {
      track.contentHint = this.#soundPreset === "music" ? "music" : "speech";
    }
    // Fires when the device is pulled out or its permission withdrawn, not when we stop the track.
    track.onended = () => this.#set(source, { kind: "problem", problem: "missing" });
    this.#set(source, { kind: "on", track });
  }

  #startTestPicture(): void {
    const { track, stop } = startTestPicture(this.testCaption);
    this.#stopTestPicture = stop;
    this.#set("camera", { kind: "on", track });
  }

  #release(source: SourceName): void {
    const status = this.state.get()[source];
    if (status.kind === "on") {
      status.track.onended = null;
      status.track.stop();
    }
    if (source === "camera") {
      this.#stopTestPicture?.();
      this.#stopTestPicture = null;
    }
  }

  #set(source: SourceName, status: SourceStatus): void {
    this.state.update({ [source]: status });
  }

  /** A camera that was plugged in after all is used without a click. */
  async #devicesChanged(): Promise<void> {
    await this.#listDevices();
    for (const source of ["camera", "microphone"] as const) {
      const status = this.state.get()[source];
      const isMissing = status.kind === "problem" && status.problem === "missing";
      if (this.#wanted[source] && isMissing) await this.switchOn(source);
    }
  }

  async #listDevices(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: MediaDeviceKind): Device[] =>
      all
        .filter((device) => device.kind === kind && device.deviceId !== "")
        .map((device) => ({ id: device.deviceId, label: device.label }));
    this.state.update({ cameras: of("videoinput"), microphones: of("audioinput") });
  }
}

/** The one capture of this page: the preview before a lesson and the lesson share it. */
let shared: LocalCapture | null = null;

export function sharedCapture(): LocalCapture {
  shared ??= new LocalCapture();
  return shared;
}

function isInsecure(): boolean {
  return !("mediaDevices" in navigator);
}

function preferred(deviceId: string): MediaTrackConstraints {
  return deviceId ? { deviceId: { ideal: deviceId } } : {};
}
