// Generated from app/signaling/messages.py by `make generate`. Do not edit.

export type SignalingMessage = ClientMessage | ServerMessage;
export type ClientMessage =
  | Hello
  | Auth
  | RoomJoin
  | RoomResume
  | RoomLeave
  | LessonStart
  | LessonEnd
  | CallUpCall
  | CallUpCancel
  | CallUpAccept
  | CallUpDecline
  | StageSendDown
  | ListenStart
  | ListenStop
  | FloorOpen
  | FloorClose
  | SingAlongStart
  | SingAlongStop
  | SpotlightMove
  | LeadPropose
  | LeadAnswer
  | LeadTake
  | HelpCall
  | HelpClear
  | ParticipantMute
  | ParticipantUnmute
  | HandRaise
  | HandLower
  | SourceSwitch
  | DataSavingSwitch
  | SlidesTurn
  | SlidesHide
  | StrokeDraw
  | StrokeUndo
  | StrokesClear
  | PointerMove
  | PenDraw
  | SlideReport
  | SoundSwitch
  | AutoAcceptSwitch
  | SignalRaise
  | SignalClear
  | PupilName
  | ChatSend
  | PageStep
  | MediaPublish
  | MediaSubscribe
  | MediaAccept
  | StillSend
  | ScreenReport
  | Ping;
export type SourceName = "camera" | "microphone" | "screen" | "document";
export type ColorName = "red" | "blue" | "green";
export type SoundPresetName = "voice" | "music";
export type SignalName = "slower" | "repeat" | "frozen" | "no_sound" | "two_minutes" | "ready";
export type AudienceName = "staff" | "classroom" | "everybody";
export type ServerMessage =
  | Welcome
  | Authenticated
  | Ok
  | ErrorMessage
  | Pong
  | Heartbeat
  | Replaced
  | ServerClosing
  | RoomSnapshot
  | Resumed
  | MediaGrant
  | MediaRevoked
  | MediaAnswer
  | MediaOffer
  | SlotMapped
  | SubscriptionPaused
  | StillsWanted
  | StillPart
  | LayersWanted
  | DataUsed
  | SpeakersChanged
  | ScreenReported
  | ConsolesChanged
  | PageStepped
  | ChatSent
  | ChatHistory
  | LessonStarted
  | LessonEnded
  | ParticipantChanged
  | SignalRaised
  | SignalCleared
  | PupilNamed
  | ListenStarted
  | ListenStopped
  | FloorOpened
  | FloorClosed
  | SlidesTurned
  | SlidesHidden
  | StrokeDrawn
  | StrokeUndone
  | StrokesCleared
  | PointerMoved
  | PenDrawn
  | SlideShown
  | SingAlongStarted
  | SingAlongStopped
  | SpotlightMoved
  | LeadChanged
  | SoundSwitched
  | ClosingChanged;
export type RoleName = "lead" | "assistant" | "observer" | "classroom";
export type PhaseName = "waiting" | "live" | "ended";
export type PresenceName = "present" | "cut" | "absent";
export type PlaceName = "off" | "called" | "on";
export type QualityName = "good" | "fair" | "poor" | "lost";
export type WallName = "page" | "projector";
export type SoundName = "heard" | "silent" | "blocked";

/**
 * First message. A `projector` or a `console` is a companion: a socket of the same place without a media peer.
 */
export interface Hello {
  id: string;
  type: "hello";
  protocol: number;
  device_id: string;
  /**
   * What stands at this end: a place's own page, a window for pupils' eyes, or the on-site teacher's phone.
   */
  kind: "device" | "projector" | "console";
}
/**
 * Second message: the ticket of one seat or staff role of one lesson.
 */
export interface Auth {
  id: string;
  type: "auth";
  token: string;
}
/**
 * Third message: take the place. Answered by `room.snapshot`.
 */
export interface RoomJoin {
  id: string;
  type: "room.join";
}
/**
 * Instead of `room.join` after a cut: everything after `last_seq`, or a fresh snapshot.
 */
export interface RoomResume {
  id: string;
  type: "room.resume";
  last_seq: number;
}
export interface RoomLeave {
  id: string;
  type: "room.leave";
}
export interface LessonStart {
  id: string;
  type: "lesson.start";
}
export interface LessonEnd {
  id: string;
  type: "lesson.end";
}
export interface CallUpCall {
  id: string;
  type: "callup.call";
  seat_id: string;
}
export interface CallUpCancel {
  id: string;
  type: "callup.cancel";
  seat_id: string;
}
export interface CallUpAccept {
  id: string;
  type: "callup.accept";
}
export interface CallUpDecline {
  id: string;
  type: "callup.decline";
}
export interface StageSendDown {
  id: string;
  type: "stage.send_down";
  seat_id: string;
}
export interface ListenStart {
  id: string;
  type: "listen.start";
  seat_id: string;
}
export interface ListenStop {
  id: string;
  type: "listen.stop";
}
export interface FloorOpen {
  id: string;
  type: "floor.open";
}
export interface FloorClose {
  id: string;
  type: "floor.close";
}
export interface SingAlongStart {
  id: string;
  type: "sing_along.start";
}
export interface SingAlongStop {
  id: string;
  type: "sing_along.stop";
}
/**
 * Show the lead or a classroom on stage large on every screen; null: nobody more than usual.
 */
export interface SpotlightMove {
  id: string;
  type: "spotlight.move";
  participant_id: string | null;
}
/**
 * The lead offers to hand over to an assistant; an assistant asks for the lead with its own `to_id`.
 */
export interface LeadPropose {
  id: string;
  type: "lead.propose";
  to_id: string;
}
/**
 * Of the one who was asked; the one who asked withdraws by declining.
 */
export interface LeadAnswer {
  id: string;
  type: "lead.answer";
  is_accepted: boolean;
}
/**
 * An assistant leads on, from `takeover_at_ms` on.
 */
export interface LeadTake {
  id: string;
  type: "lead.take";
}
/**
 * Ask the office for help.
 */
export interface HelpCall {
  id: string;
  type: "help.call";
}
export interface HelpClear {
  id: string;
  type: "help.clear";
  participant_id: string;
}
export interface ParticipantMute {
  id: string;
  type: "participant.mute";
  participant_id: string;
}
export interface ParticipantUnmute {
  id: string;
  type: "participant.unmute";
  participant_id: string;
}
export interface HandRaise {
  id: string;
  type: "hand.raise";
}
export interface HandLower {
  id: string;
  type: "hand.lower";
  participant_id: string;
}
/**
 * The people in the room close or open their own camera or microphone.
 */
export interface SourceSwitch {
  id: string;
  type: "source.switch";
  source: SourceName;
  is_on: boolean;
}
/**
 * The on-site teacher asks for small pictures because the classroom's data costs money, or no longer does.
 */
export interface DataSavingSwitch {
  id: string;
  type: "data_saving.switch";
  is_on: boolean;
}
/**
 * Show this page on every screen.
 */
export interface SlidesTurn {
  id: string;
  type: "slides.turn";
  deck_id: string;
  page: number;
}
export interface SlidesHide {
  id: string;
  type: "slides.hide";
}
/**
 * A finished line on the page that is shown.
 */
export interface StrokeDraw {
  id: string;
  type: "stroke.draw";
  stroke_id: string;
  color: ColorName;
  points: string;
}
export interface StrokeUndo {
  id: string;
  type: "stroke.undo";
}
export interface StrokesClear {
  id: string;
  type: "strokes.clear";
}
/**
 * Where the lead points now; null: nowhere. Passed on, not kept.
 */
export interface PointerMove {
  id: string;
  type: "pointer.move";
  at: string | null;
}
/**
 * The next piece of a line that still grows; the whole line follows as `stroke.draw`. Passed on, not kept.
 */
export interface PenDraw {
  id: string;
  type: "pen.draw";
  stroke_id: string;
  color: ColorName;
  points: string;
}
/**
 * This place's screen has really painted this page.
 */
export interface SlideReport {
  id: string;
  type: "slide.report";
  deck_id: string;
  page: number;
}
/**
 * The lead chooses how the lesson sounds.
 */
export interface SoundSwitch {
  id: string;
  type: "sound.switch";
  preset: SoundPresetName;
}
/**
 * The on-site teacher lets calls bring the classroom up by themselves in this lesson, or no longer.
 */
export interface AutoAcceptSwitch {
  id: string;
  type: "auto_accept.switch";
  is_on: boolean;
}
/**
 * One touch that tells the staff something; it takes the place of the signal before it.
 */
export interface SignalRaise {
  id: string;
  type: "signal.raise";
  signal: SignalName;
}
/**
 * Staff have taken note, or the classroom takes its signal back.
 */
export interface SignalClear {
  id: string;
  type: "signal.clear";
  participant_id: string;
}
/**
 * Who speaks on the stage, out of the classroom's roster; null: nobody in particular.
 */
export interface PupilName {
  id: string;
  type: "pupil.name";
  pupil_id: string | null;
}
/**
 * `staff` reads what is for the staff, `classroom` the staff and one classroom's consoles, `everybody` all of them.
 *
 * A console writes to `classroom`, its own; an observer to `staff`.
 */
export interface ChatSend {
  id: string;
  type: "chat.send";
  audience: AudienceName;
  /**
   * The classroom; null for the other audiences.
   */
  participant_id: string | null;
  text: string;
}
/**
 * While the lead is gone: the classroom's own screen turns one page on or back. Passed on to its page, not kept.
 */
export interface PageStep {
  id: string;
  type: "page.step";
  step: 1 | -1;
}
/**
 * Offer of the publishing connection; `tracks` maps mid to source. Answered by `media.answer`.
 */
export interface MediaPublish {
  id: string;
  type: "media.publish";
  sdp: string;
  tracks: {
    [k: string]: SourceName;
  };
}
/**
 * Ask for the server's offer of the subscribing connection. Answered by `media.offer`.
 */
export interface MediaSubscribe {
  id: string;
  type: "media.subscribe";
  is_ice_restart: boolean;
}
/**
 * The browser's answer to `media.offer`.
 */
export interface MediaAccept {
  id: string;
  type: "media.accept";
  sdp: string;
}
/**
 * One part of a JPEG of this device's own picture, for those who get no moving one; see `stills.wanted`.
 */
export interface StillSend {
  id: string;
  type: "still.send";
  source: SourceName;
  /**
   * Grows with each picture.
   */
  still: number;
  part: number;
  parts: number;
  /**
   * Base64 of the picture, cut into pieces.
   */
  data: string;
}
/**
 * From a classroom's device, every few seconds of a live lesson.
 */
export interface ScreenReport {
  id: string;
  type: "screen.report";
  /**
   * Which window the pupils look at: the page itself, or its projector window.
   */
  wall: "page" | "projector";
  /**
   * That window is covered or minimised.
   */
  is_hidden: boolean;
  /**
   * How long the large picture has stood still; null: there is none to show.
   */
  picture_age_ms: number | null;
  /**
   * The lead's sound: decoded and played lately, played without a sound in it, or not played by the browser.
   */
  sound: "heard" | "silent" | "blocked";
}
export interface Ping {
  id: string;
  type: "ping";
}
/**
 * Answer to `hello`.
 */
export interface Welcome {
  type: "welcome";
  re: string;
  connection_id: string;
  protocol: number;
  server_time_ms: number;
  /**
   * The server pings this often; a socket silent for twice as long is dropped.
   */
  heartbeat_s: number;
}
/**
 * Answer to `auth`: whose place this ticket is.
 */
export interface Authenticated {
  type: "authenticated";
  re: string;
  lesson_id: string;
  participant_id: string;
  role: RoleName;
}
export interface Ok {
  type: "ok";
  re: string;
}
/**
 * A refusal. `code` is forever; `re` is the request's id, or null when there was none.
 */
export interface ErrorMessage {
  type: "error";
  re: string | null;
  code: string;
  message: string;
}
export interface Pong {
  type: "pong";
  re: string;
  server_time_ms: number;
}
/**
 * Sent every `heartbeat_s` so that a client notices a dead link.
 */
export interface Heartbeat {
  type: "heartbeat";
  server_time_ms: number;
}
/**
 * Terminal: another device took this place. The client must not reconnect by itself.
 */
export interface Replaced {
  type: "replaced";
}
/**
 * The server is going away (restart): reconnect with back-off.
 */
export interface ServerClosing {
  type: "server.closing";
}
/**
 * Answer to `room.join`, and to `room.resume` when the gap is too old. `seq` is the last event folded in.
 */
export interface RoomSnapshot {
  type: "room.snapshot";
  re: string | null;
  seq: number;
  you: string;
  room: RoomView;
  /**
   * Null on a screen that pupils may see.
   */
  private: PrivateView | null;
}
/**
 * The room as this viewer may see it.
 */
export interface RoomView {
  lesson_id: string;
  title: string;
  subject: string;
  phase: PhaseName;
  starts_at_ms: number;
  ends_at_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
  end_reason: string | null;
  /**
   * When the lesson will end by itself if nothing changes (countdown); null while there is no reason to.
   */
  closes_at_ms: number | null;
  is_recorded: boolean;
  lead: LeadView;
  is_floor_open: boolean;
  is_sing_along: boolean;
  /**
   * Whom all screens show large; null: nobody more than usual.
   */
  spotlight: string | null;
  /**
   * How every place treats its microphone.
   */
  sound_preset: "voice" | "music";
  /**
   * Listener -> seat. A classroom sees only who listens to itself.
   */
  listening: {
    [k: string]: string;
  };
  /**
   * What all screens show beside people; null: no slides.
   */
  slides: SlidesView | null;
  participants: ParticipantView[];
}
/**
 * Who leads, and who may next.
 */
export interface LeadView {
  /**
   * The one lead of this moment, there or not.
   */
  participant_id: string;
  /**
   * The lead's page is gone, and an assistant may take over from then on. Null while it is there, or not live.
   */
  takeover_at_ms: number | null;
  proposal: LeadProposalView | null;
}
/**
 * An open offer of the lead (`by` leads), or an assistant's wish to lead (`by` is `to_id`).
 */
export interface LeadProposalView {
  to_id: string;
  by: string;
  expires_ms: number;
}
/**
 * The page that all screens show, with what is drawn on it.
 */
export interface SlidesView {
  deck_id: string;
  page: number;
  /**
   * When somebody last turned to a page: a screen that turned pages by itself before that follows again.
   */
  turned_ms: number;
  strokes: StrokeView[];
}
export interface StrokeView {
  stroke_id: string;
  color: ColorName;
  points: string;
}
/**
 * One place as this viewer may see it.
 */
export interface ParticipantView {
  participant_id: string;
  role: RoleName;
  /**
   * Classroom or staff name, for screens; never in the journal.
   */
  name: string;
  school: string;
  presence: PresenceName;
  place: PlaceName;
  call_expires_ms: number | null;
  hand_raised_ms: number | null;
  /**
   * When it last came to the stage or left it; null: it was not there yet.
   */
  stage_ms: number | null;
  /**
   * When somebody there last spoke and others heard it, to a minute; null: not yet.
   */
  heard_ms: number | null;
  /**
   * It calls the office for help since then.
   */
  help_since_ms: number | null;
  is_muted: boolean;
  switched_off: SourceName[];
  /**
   * A classroom that chose small pictures.
   */
  saves_data: boolean;
  /**
   * A classroom whose on-site teacher lets calls bring it up by themselves.
   */
  accepts_by_itself: boolean;
  /**
   * Live publications: source -> codec.
   */
  publishing: {
    camera?: string;
    microphone?: string;
    screen?: string;
    document?: string;
  };
  /**
   * What this place sends is being written (the lesson is recorded and the classroom consented).
   */
  is_recorded: boolean;
  is_simulated: boolean;
  /**
   * Pupils in this classroom by its roll call, for staff and for the place itself; null: not counted.
   */
  head_count: number | null;
  /**
   * How its media link does (`lost`: nothing is heard of it); null: not measured yet.
   */
  quality: QualityName | null;
}
/**
 * What no pupil should read, of every classroom for the staff and of its own for a console.
 */
export interface PrivateView {
  /**
   * By participant id.
   */
  signals: {
    [k: string]: SignalView;
  };
  /**
   * Who speaks on the stage, by participant id.
   */
  pupils: {
    [k: string]: PupilView;
  };
}
export interface SignalView {
  signal: SignalName;
  raised_ms: number;
}
export interface PupilView {
  pupil_id: string;
  /**
   * Empty once the pupil was erased.
   */
  name: string;
}
/**
 * Answer to `room.resume`: the events after `seq` (the client's own `last_seq`) follow.
 */
export interface Resumed {
  type: "room.resumed";
  re: string;
  seq: number;
}
/**
 * Media connections may be opened now. A new `media_epoch`: make new RTCPeerConnections at once.
 */
export interface MediaGrant {
  type: "media.grant";
  engine: "webrtc";
  media_epoch: number;
  ice_servers: {
    [k: string]: string;
  }[];
  /**
   * What may be sent now. Sent again whenever it changes.
   */
  publish: SourceName[];
  video_cap_bps: number;
}
/**
 * Close the media connections: the lesson is over, or the engine is being restarted (a grant follows).
 */
export interface MediaRevoked {
  type: "media.revoked";
  reason: "ended" | "engine_lost";
}
export interface MediaAnswer {
  type: "media.answer";
  re: string;
  sdp: string;
}
/**
 * Offer of the subscribing connection: fixed slots. The mid of a slot's track is `<slot>.a` or `<slot>.v`.
 */
export interface MediaOffer {
  type: "media.offer";
  re: string;
  sdp: string;
}
/**
 * Who is in a slot (`lead.0`, `classrooms.2`, `screen.0`); null: nobody.
 */
export interface SlotMapped {
  type: "slot.mapped";
  slot: string;
  participant_id: string | null;
}
/**
 * Video from this participant is paused or resumed because of this viewer's link.
 */
export interface SubscriptionPaused {
  type: "subscription.paused";
  participant_id: string;
  source: SourceName;
  is_paused: boolean;
  reason: "loss" | "bandwidth" | "";
  /**
   * The link has room for a still every few seconds (`still.part`); false: for sound alone.
   */
  carries_stills: boolean;
}
/**
 * Somebody gets no moving picture from this device: send stills of this source, or no more.
 */
export interface StillsWanted {
  type: "stills.wanted";
  source: SourceName;
  is_wanted: boolean;
}
/**
 * A part of a still of a picture that is paused for this viewer, as `still.send` had it.
 */
export interface StillPart {
  type: "still.part";
  participant_id: string;
  source: SourceName;
  still: number;
  part: number;
  parts: number;
  data: string;
}
/**
 * Which encodings of this device's video somebody needs: the others are to be switched off.
 */
export interface LayersWanted {
  type: "layers.wanted";
  source: SourceName;
  /**
   * In the order of the rids in the device's own offer; one entry where there are no rids.
   */
  layers: boolean[];
}
/**
 * What the media of this place carried in this lesson so far, over all its connections: bytes of IP packets.
 */
export interface DataUsed {
  type: "data.used";
  /**
   * By the server, to this place.
   */
  bytes_sent: number;
  bytes_received: number;
}
/**
 * Who speaks now, of those whom this viewer hears or, as staff, watches over; the whole list each time.
 */
export interface SpeakersChanged {
  type: "speakers.changed";
  participant_ids: string[];
}
/**
 * To the staff, as the classroom's page said it.
 */
export interface ScreenReported {
  type: "screen.reported";
  participant_id: string;
  /**
   * Lesson clock, UTC milliseconds; a page that is gone reports no more.
   */
  at_ms: number;
  wall: WallName;
  is_hidden: boolean;
  picture_age_ms: number | null;
  sound: SoundName;
}
/**
 * For a place's own page and its consoles; not told again to a new socket if it is 0 and false.
 */
export interface ConsolesChanged {
  type: "consoles.changed";
  /**
   * Phones that are in as consoles of this place.
   */
  phones: number;
  /**
   * Something private came, and no console of this place was there to show it.
   */
  is_waiting: boolean;
}
/**
 * To a classroom's own page: a console of it asks for another page.
 */
export interface PageStepped {
  type: "page.stepped";
  step: 1 | -1;
}
/**
 * Somebody wrote something that this viewer may read. Not journalled.
 */
export interface ChatSent {
  type: "chat.sent";
  line: ChatLine;
}
export interface ChatLine {
  line_id: string;
  at_ms: number;
  sender_id: string;
  audience: AudienceName;
  participant_id: string | null;
  text: string;
}
/**
 * The last lines that this viewer may read, oldest first; follows the snapshot and `room.resumed`.
 */
export interface ChatHistory {
  type: "chat.history";
  lines: ChatLine[];
}
export interface LessonStarted {
  seq: number;
  at_ms: number;
  type: "lesson.started";
}
export interface LessonEnded {
  seq: number;
  at_ms: number;
  type: "lesson.ended";
  reason: string;
}
/**
 * A place changed; `participant` is its whole new view. Covers joins, presence, stage, hands, mutes, sources and
 * publications: one message, so that a screen has one way to fold it. `event` names what happened (`hand.raised`).
 */
export interface ParticipantChanged {
  seq: number;
  at_ms: number;
  type: "participant.changed";
  event: string;
  participant: ParticipantView;
}
export interface SignalRaised {
  seq: number;
  at_ms: number;
  type: "signal.raised";
  participant_id: string;
  signal: SignalName;
}
export interface SignalCleared {
  seq: number;
  at_ms: number;
  type: "signal.cleared";
  participant_id: string;
  /**
   * Who took note of it or took it back; null: the classroom left.
   */
  by: string | null;
}
export interface PupilNamed {
  seq: number;
  at_ms: number;
  type: "pupil.named";
  participant_id: string;
  pupil: PupilView | null;
}
/**
 * Staff see every listen-in; a classroom sees only the ones on itself ("the lead is listening to you").
 */
export interface ListenStarted {
  seq: number;
  at_ms: number;
  type: "listen.started";
  listener_id: string;
  seat_id: string;
}
export interface ListenStopped {
  seq: number;
  at_ms: number;
  type: "listen.stopped";
  listener_id: string;
  seat_id: string;
}
export interface FloorOpened {
  seq: number;
  at_ms: number;
  type: "floor.opened";
}
export interface FloorClosed {
  seq: number;
  at_ms: number;
  type: "floor.closed";
}
export interface SlidesTurned {
  seq: number;
  at_ms: number;
  type: "slides.turned";
  slides: SlidesView;
}
export interface SlidesHidden {
  seq: number;
  at_ms: number;
  type: "slides.hidden";
}
export interface StrokeDrawn {
  seq: number;
  at_ms: number;
  type: "stroke.drawn";
  stroke: StrokeView;
}
export interface StrokeUndone {
  seq: number;
  at_ms: number;
  type: "stroke.undone";
  stroke_id: string;
}
/**
 * Nothing is drawn on the shown page any more.
 */
export interface StrokesCleared {
  seq: number;
  at_ms: number;
  type: "strokes.cleared";
}
export interface PointerMoved {
  type: "pointer.moved";
  at: string | null;
}
export interface PenDrawn {
  type: "pen.drawn";
  stroke_id: string;
  color: ColorName;
  points: string;
}
/**
 * What a place's screen really shows, as it last said. To the staff; told again after a cut.
 */
export interface SlideShown {
  type: "slide.shown";
  participant_id: string;
  deck_id: string;
  page: number;
}
/**
 * Every room sings to the lead's sound: no classroom is heard, except by who listens in.
 */
export interface SingAlongStarted {
  seq: number;
  at_ms: number;
  type: "sing_along.started";
}
export interface SingAlongStopped {
  seq: number;
  at_ms: number;
  type: "sing_along.stopped";
}
/**
 * All screens show this participant large; null: nobody more than usual.
 */
export interface SpotlightMoved {
  seq: number;
  at_ms: number;
  type: "spotlight.moved";
  participant_id: string | null;
}
/**
 * What there is to know about the lead changed: `lead` is the whole new view, `event` the journal's word.
 */
export interface LeadChanged {
  seq: number;
  at_ms: number;
  type: "lead.changed";
  event: string;
  lead: LeadView;
}
/**
 * Every place treats its microphone in this way from now on.
 */
export interface SoundSwitched {
  seq: number;
  at_ms: number;
  type: "sound.switched";
  preset: SoundPresetName;
}
/**
 * When the lesson will end by itself (countdown), or null. Ephemeral.
 */
export interface ClosingChanged {
  type: "closing.changed";
  closes_at_ms: number | null;
}

export const PROTOCOL_VERSION = 1;
