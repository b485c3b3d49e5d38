import { ApiError } from "../api/client";
import { listDecks } from "../api/room";
import type { Ticket } from "../api/types";
import type { ServerMessage, SourceName } from "../generated/signaling";
import type { LocalCapture } from "../media/capture";
import type { MediaClient } from "../media/port";
import { SameMachine } from "../media/sameMachine";
import { Speaker } from "../media/speaker";
import { stillOf } from "../media/still";
import { StillReception } from "../media/stillReception";
import { StillSender } from "../media/stillSender";
import { WebRtcMedia } from "../media/webrtc";
import { publicationId, type RoomState } from "../room/reduce";
import { mayShowItself, ownPlace, participantOf, pauseOf } from "../room/selectors";
import { isFinal } from "../signaling/link";
import { deviceId } from "../signaling/ticket";
import { DeckShelf } from "../slides/decks";
import { LiveInk } from "../slides/liveInk";
import { OwnPage } from "../slides/ownPage";
import { Store } from "../store";
import { OwnVoice } from "./ownVoice";
import { PlaceSession } from "./place";
import { ScreenMonitor } from "./screenMonitor";

/** The slot of the lead's sound and picture, whoever leads. */
const LEAD_SLOT = "lead.0";

/** One tab in one lesson: the socket, the fold of what it says, the media, and what this machine sends. */
export class LessonSession extends PlaceSession {
  readonly capture: LocalCapture;
  readonly media: MediaClient;
  readonly speaker = new Speaker();
  readonly stills = new StillReception();
  readonly decks: DeckShelf;
  readonly ink = new LiveInk();
  readonly ownPage: OwnPage;
  /** What this classroom's windows really show, told to the staff. */
  readonly screen: ScreenMonitor;
  /** Whether this machine's microphone gives any sound; followed on the lead's screen. */
  readonly voice = new OwnVoice();
  readonly #stillSender: StillSender;
  /** This is the second lesson tab of the machine: no sound and no microphone until somebody asks for them. */
  readonly isQuiet = new Store(false);
  readonly #sameMachine = new SameMachine();
  readonly #endings: (() => void)[] = [];
  #isSwitching = false;
  /** What this machine shared when the room was told last. */
  #shared = "";
  #wasSending = false;
  #isRecovering = false;

  constructor(ticket: Ticket, capture: LocalCapture) {
    super(ticket, "device", deviceId());
    this.capture = capture;
    this.decks = new DeckShelf(
      () => listDecks(ticket.lesson_id, ticket.token),
      (error) => (error instanceof ApiError ? error.code : "failed"),
    );
    this.ownPage = new OwnPage((report) => this.signaling.request(report));
    this.media = new WebRtcMedia((body) => this.signaling.request(body));
    this.screen = new ScreenMonitor(
      {
        isPlaying: () => this.speaker.isPlaying(LEAD_SLOT),
        energy: () => this.media.soundEnergy(LEAD_SLOT),
      },
      async (report) => {
        if (this.room.get()?.view.phase === "live") await this.request(report);
      },
    );
    this.#stillSender = new StillSender(
      async (source) => {
        const track = this.capture.tracks[source];
        return track ? stillOf(track) : null;
      },
      (part) => this.signaling.request(part),
    );
  }

  /** The lead changes in a lesson: an assistant may begin to send, and who led so far stops. */
  get sendsMedia(): boolean {
    const room = this.room.get();
    if (room) return mayShowItself(room);
    return this.ticket.role === "lead" || this.ticket.role === "classroom";
  }

  override start(): void {
    this.#endings.push(
      this.room.subscribe(() => this.#follow()),
      this.signaling.link.subscribe(() => this.#linkChanged()),
      this.media.state.subscribe(() => this.#mediaChanged()),
      this.capture.state.subscribe(() => this.#captureChanged()),
      listenTo("online", () => this.#networkChanged()),
    );
    super.start();
    // Beside the way in, not after it: a late classroom on a weak link waits for its first slide.
    this.decks.refresh();
    this.#send();
    void this.#sameMachine.enter().then(({ isSecond }) => isSecond && this.#startQuiet());
  }

  override stop(): void {
    for (const end of this.#endings.splice(0)) end();
    super.stop();
    this.media.close();
    this.#stillSender.close();
    this.screen.close();
    this.speaker.close();
    this.decks.close();
    this.#sameMachine.leave();
  }

  async leave(): Promise<void> {
    await this.signaling.leave();
    this.stop();
  }

  /** Open or close camera or microphone, here and in the room. */
  async switchSource(source: "camera" | "microphone", isOn: boolean): Promise<void> {
    if (isOn) await this.capture.switchOn(source);
    else this.capture.switchOff(source);
    await this.#tellSwitches();
  }

  /** The person at a second tab asks for its sound. */
  async endQuiet(): Promise<void> {
    this.isQuiet.set(false);
    this.#sameMachine.becomeLoud();
    this.speaker.setMuted(false);
    if (this.sendsMedia) await this.switchSource("microphone", true);
  }

  #startQuiet(): void {
    this.isQuiet.set(true);
    this.speaker.setMuted(true);
    if (this.sendsMedia) void this.switchSource("microphone", false);
  }

  protected override receive(message: ServerMessage): void {
    this.#receiveMedia(message);
    this.ink.take(message);
    super.receive(message);
    this.#followSlides(message);
    if (message.type === "page.stepped") this.ownPage.asked(message.step);
    if (message.type === "room.snapshot" || message.type === "room.resumed") {
      this.media.check();
      // A new socket is told again what is wanted.
      this.#stillSender.close();
      void this.#tellSwitches();
    } else if (message.type === "participant.changed" && message.event === "source.switched") {
      this.#adoptSwitches(message.participant.participant_id);
    }
  }

  #receiveMedia(message: ServerMessage): void {
    if (message.type === "media.grant") this.media.grant(message);
    else if (message.type === "media.revoked") {
      this.media.revoke();
      this.#stillSender.close();
      this.stills.clear();
    } else if (message.type === "layers.wanted") {
      this.media.setLayersWanted(message.source, message.layers);
    } else if (message.type === "stills.wanted") {
      this.#stillSender.setWanted(message.source, message.is_wanted);
    } else if (message.type === "still.part") {
      this.stills.add(publicationId(message.participant_id, message.source), message);
    } else if (message.type === "subscription.paused" && !message.carries_stills) {
      this.stills.forget(publicationId(message.participant_id, message.source));
    }
  }

  #followSlides(message: ServerMessage): void {
    if (message.type === "room.snapshot" || message.type === "room.resumed") {
      // Decks may have come meanwhile, and staff on a new socket are told again what each screen shows.
      this.decks.refreshIfOld();
      this.ownPage.tellAgain();
    }
    const slides = this.room.get()?.view.slides;
    if (slides) this.decks.need(slides.deck_id);
  }

  /** Another device has the place now, or we gave it up: its media goes too. */
  #linkChanged(): void {
    if (isFinal(this.signaling.link.get())) this.media.revoke();
  }

  #captureChanged(): void {
    this.#send();
    const { camera, microphone } = this.capture.state.get();
    // On a slow PC the lead's sound is here before its own devices are open.
    if (camera.kind === "on" || microphone.kind === "on") this.speaker.captures();
  }

  #follow(): void {
    const room = this.room.get();
    if (!room) return;
    this.media.expectPackets(expectsPackets(room));
    if (this.sendsMedia) void this.capture.setSoundPreset(room.view.sound_preset);
    this.#playSound();
    if (this.sendsMedia !== this.#wasSending) {
      this.#wasSending = this.sendsMedia;
      this.#send();
      void this.#tellSwitches();
    }
    if (room.view.phase === "ended") this.capture.close();
  }

  #playSound(): void {
    const room = this.room.get();
    const { slots } = this.media.state.get();
    const streams = new Map<string, MediaStream>();
    for (const slot of Object.keys(room?.slots ?? {})) {
      const audio = slots[slot]?.audio;
      if (audio) streams.set(slot, audio);
    }
    this.speaker.play(streams);
  }

  #send(): void {
    this.media.setTracks(this.sendsMedia ? this.capture.tracks : {});
    if (!this.sendsMedia) return;
    const { screen, document } = this.capture.state.get();
    const shared = `${screen.kind === "on"} ${document.kind === "on"}`;
    if (shared !== this.#shared) {
      this.#shared = shared;
      void this.#tellSwitches();
    }
  }

  /** This machine's switches are the truth; the room is told where it believes something else. */
  async #tellSwitches(): Promise<void> {
    if (!this.sendsMedia || this.#isSwitching) return;
    this.#isSwitching = true;
    try {
      for (const source of ["microphone", "camera", "screen", "document"] as const) {
        const isOn = this.#differs(source);
        if (isOn === null) continue;
        await this.signaling.request({ type: "source.switch", source, is_on: isOn });
      }
    } catch {
      // Not now (cut, lesson over): told again with the next snapshot or switch.
    } finally {
      this.#isSwitching = false;
    }
  }

  /** How this machine's switch stands, if the room believes otherwise. */
  #differs(source: SourceName): boolean | null {
    const room = this.room.get();
    const place = room && ownPlace(room);
    if (!place) return null;
    const isOff = place.switched_off.includes(source);
    if (source === "screen" || source === "document") {
      // Nobody shares by default: only the end of sharing, and sharing again, are news.
      const isShared = this.capture.state.get()[source].kind === "on";
      if (isShared) return isOff ? true : null;
      return !isOff && place.publishing[source] !== undefined ? false : null;
    }
    const isOn = this.capture.isWanted(source);
    return isOff === isOn ? isOn : null;
  }

  /** Another screen of this place (the phone console) used a switch. */
  #adoptSwitches(participantId: string): void {
    const room = this.room.get();
    if (this.#isSwitching || !room || participantId !== room.you) return;
    const isOff = (source: SourceName) => ownPlace(room)?.switched_off.includes(source) ?? false;
    for (const source of ["microphone", "camera"] as const) {
      if (isOff(source) && this.capture.isWanted(source)) this.capture.switchOff(source);
      else if (!isOff(source) && !this.capture.isWanted(source)) void this.capture.switchOn(source);
    }
  }

  #networkChanged(): void {
    this.signaling.check();
    this.media.networkChanged();
  }

  /** What broke the media's path may have taken the socket with it, and nothing is negotiated over a dead one. */
  #mediaChanged(): void {
    void this.capture.reduce(this.media.state.get().isSlow);
    const isRecovering = this.media.state.get().phase === "recovering";
    if (isRecovering && !this.#isRecovering) this.signaling.check();
    this.#isRecovering = isRecovering;
    this.#playSound();
  }
}

/** Somebody's camera is on its way to us, so silence would mean a broken path. */
function expectsPackets(room: RoomState): boolean {
  if (room.view.phase !== "live") return false;
  return Object.values(room.slots).some((id) => {
    const place = participantOf(room, id);
    const isSending = place?.presence === "present" && place.publishing.camera !== undefined;
    return isSending && !pauseOf(room, id, "camera");
  });
}

function listenTo(event: "online", listener: () => void): () => void {
  window.addEventListener(event, listener);
  return () => window.removeEventListener(event, listener);
}
