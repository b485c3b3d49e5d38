import type { MediaGrant, SourceName } from "../generated/signaling";
import type { Store } from "../store";

/** Tracks of this machine, by source. Absent: nothing to send from there. */
export type LocalTracks = Readonly<Partial<Record<SourceName, MediaStreamTrack>>>;

/** What arrives in one slot. The streams keep their identity while the connection lives. */
export interface RemoteSlot {
  audio: MediaStream | null;
  video: MediaStream | null;
}

export interface MediaState {
  /** `recovering`: a connection that had worked is being made again. */
  phase: "idle" | "connecting" | "connected" | "recovering";
  slots: Readonly<Record<string, RemoteSlot>>;
  /** Many packets were lost in the last seconds, in either direction. */
  isWeak: boolean;
  /** This PC cannot encode the pictures that it is given. */
  isSlow: boolean;
}

export const IDLE: MediaState = { phase: "idle", slots: {}, isWeak: false, isSlow: false };

/** The browser's side of one media engine. `grant.engine` says which client fits. */
export interface MediaClient {
  readonly state: Store<MediaState>;
  /** Open connections, or adapt them to a changed grant; another epoch replaces them at once. */
  grant(grant: MediaGrant): void;
  revoke(): void;
  /** What this machine has to send; only what the grant allows leaves it. */
  setTracks(tracks: LocalTracks): void;
  /** Which encodings of a source somebody needs, low to high; what nobody needs is not sent. */
  setLayersWanted(source: SourceName, layers: readonly boolean[]): void;
  /** Whether somebody's packets should be arriving now, so that silence means a broken path. */
  expectPackets(isExpected: boolean): void;
  /** Sound of this slot that was decoded so far, as `totalAudioEnergy` of webrtc-stats has it. */
  soundEnergy(slot: string): number;
  /** The socket came back: look at once. */
  check(): void;
  /** This machine has another network: find a way over it, also where nothing is expected to arrive. */
  networkChanged(): void;
  close(): void;
}
