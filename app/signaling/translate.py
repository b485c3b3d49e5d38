"""Between the wire and the room: message -> command, event -> messages for each viewer, room -> view.

An event is translated by what it changed: the room before and after are compared, so that a screen that folds
the messages always ends at what a fresh snapshot would show.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.ids import DeckId, ParticipantId, PupilId, SeatId, StrokeId, publication_id
from app.rooms import commands
from app.rooms.commands import ParticipantCommand
from app.rooms.deadlines import closes_at_ms, takeover_at_ms
from app.rooms.permissions import lead_id, seat_of
from app.rooms.recorded import Recorded
from app.rooms.state import Participant, Phase, Presence, Role, Room, Slides, Stroke
from app.signaling import messages as wire
from app.signaling.directory import LessonCard

CommandRequest = (
    wire.LessonStart
    | wire.LessonEnd
    | wire.CallUpCall
    | wire.CallUpCancel
    | wire.CallUpAccept
    | wire.CallUpDecline
    | wire.StageSendDown
    | wire.ListenStart
    | wire.ListenStop
    | wire.FloorOpen
    | wire.FloorClose
    | wire.SingAlongStart
    | wire.SingAlongStop
    | wire.SpotlightMove
    | wire.LeadPropose
    | wire.LeadAnswer
    | wire.LeadTake
    | wire.HelpCall
    | wire.HelpClear
    | wire.ParticipantMute
    | wire.ParticipantUnmute
    | wire.HandRaise
    | wire.HandLower
    | wire.SourceSwitch
    | wire.DataSavingSwitch
    | wire.SlidesTurn
    | wire.SlidesHide
    | wire.StrokeDraw
    | wire.StrokeUndo
    | wire.StrokesClear
    | wire.SoundSwitch
    | wire.AutoAcceptSwitch
    | wire.SignalRaise
    | wire.SignalClear
    | wire.PupilName
)


def command_of(request: CommandRequest, by: ParticipantId) -> ParticipantCommand:
    """The command that `by` asks for; who may is the room's to decide."""
    match request:
        case wire.LessonStart():
            return commands.StartLesson(by)
        case wire.LessonEnd():
            return commands.EndLesson(by)
        case wire.CallUpCall():
            return commands.CallUp(by, SeatId(request.seat_id))
        case wire.CallUpCancel():
            return commands.CancelCallUp(by, SeatId(request.seat_id))
        case wire.CallUpAccept():
            return commands.AcceptCallUp(by)
        case wire.CallUpDecline():
            return commands.DeclineCallUp(by)
        case wire.StageSendDown():
            return commands.SendDown(by, SeatId(request.seat_id))
        case wire.ListenStart():
            return commands.StartListenIn(by, SeatId(request.seat_id))
        case wire.ListenStop():
            return commands.StopListenIn(by)
        case wire.FloorOpen():
            return commands.OpenFloor(by)
        case wire.FloorClose():
            return commands.CloseFloor(by)
        case wire.SingAlongStart():
            return commands.StartSingAlong(by)
        case wire.SingAlongStop():
            return commands.StopSingAlong(by)
        case wire.SpotlightMove():
            whom = request.participant_id
            return commands.MoveSpotlight(by, None if whom is None else ParticipantId(whom))
        case wire.LeadPropose():
            return commands.ProposeLead(by, ParticipantId(request.to_id))
        case wire.LeadAnswer():
            return commands.AnswerLead(by, request.is_accepted)
        case wire.LeadTake():
            return commands.TakeLead(by)
        case wire.HelpCall():
            return commands.CallForHelp(by)
        case wire.HelpClear():
            return commands.ClearHelp(by, ParticipantId(request.participant_id))
        case wire.ParticipantMute():
            return commands.Mute(by, ParticipantId(request.participant_id))
        case wire.ParticipantUnmute():
            return commands.Unmute(by, ParticipantId(request.participant_id))
        case wire.HandRaise():
            return commands.RaiseHand(by)
        case wire.HandLower():
            return commands.LowerHand(by, ParticipantId(request.participant_id))
        case wire.SourceSwitch():
            return commands.SwitchSource(by, request.source, request.is_on)
        case wire.DataSavingSwitch():
            return commands.SwitchDataSaving(by, request.is_on)
        case wire.SlidesTurn():
            return commands.TurnSlides(by, DeckId(request.deck_id), request.page)
        case wire.SlidesHide():
            return commands.HideSlides(by)
        case wire.StrokeDraw():
            stroke_id = StrokeId(request.stroke_id)
            return commands.DrawStroke(by, stroke_id, request.color, request.points)
        case wire.StrokeUndo():
            return commands.UndoStroke(by)
        case wire.StrokesClear():
            return commands.ClearStrokes(by)
        case wire.SoundSwitch():
            return commands.SwitchSound(by, request.preset)
        case wire.AutoAcceptSwitch():
            return commands.SwitchAutoAccept(by, request.is_on)
        case wire.SignalRaise():
            return commands.RaiseSignal(by, request.signal)
        case wire.SignalClear():
            return commands.ClearSignal(by, ParticipantId(request.participant_id))
        case wire.PupilName():
            pupil_id = None if request.pupil_id is None else PupilId(request.pupil_id)
            return commands.NamePupil(by, pupil_id)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose screen it is, and of what kind. Companions see what their place sees, a console what is private too."""

    participant_id: ParticipantId
    role: Role
    kind: wire.ConnectionKind = "device"
    is_phone: bool = False
    """A console that came in with a ticket of its own, and not a classroom's page with its cover open."""

    @property
    def is_staff(self) -> bool:
        return self.role.is_staff

    @property
    def is_private(self) -> bool:
        """No pupil looks at it: a console, or a page of the staff. A classroom's own page hangs on the wall."""
        return self.kind == "console" or (self.kind == "device" and self.is_staff)

    def is_told_all_of(self, participant_id: ParticipantId) -> bool:
        """Staff of every place, and a place of itself."""
        return self.is_staff or participant_id == self.participant_id

    def may_see(self, notice: "Notice") -> bool:
        if notice.is_private and not self.is_private:
            return False
        if notice.only_place is not None:
            return self.is_told_all_of(notice.only_place)
        return notice.except_place is None or not self.is_told_all_of(notice.except_place)


@dataclass(frozen=True, slots=True)
class Notice:
    """A journalled change as a message, and who sees it."""

    message: wire.ServerMessage
    only_place: ParticipantId | None = None
    """Staff and this place only; None: everybody."""
    except_place: ParticipantId | None = None
    """Everybody but staff and this place, who are told more in a notice of their own."""
    is_private: bool = False
    """For screens that no pupil looks at."""


@dataclass(frozen=True, slots=True)
class Step:
    """One journal row and what it made of the room."""

    before: Room
    recorded: Recorded
    after: Room


def notices_of(step: Step, card: LessonCard) -> list[Notice]:
    """What the screens learn of one event; nothing of heartbeats, clocks and recording bookkeeping."""
    return [
        *_listen_stopped(step),
        *_floor_closed(step),
        *_lesson(step),
        *_lead(step),
        *_participants(step, card),
        *_floor_opened(step),
        *_slides(step),
        *_sing_along(step),
        *_spotlight(step),
        *_sound_switched(step),
        *_listen_started(step),
    ]


def room_view(room: Room, card: LessonCard, viewer: Viewer) -> wire.RoomView:
    """The whole room as `viewer` may see it: every seat of the plan, taken or not, then staff in order of joining."""
    plan = room.plan
    return wire.RoomView(
        lesson_id=plan.lesson_id,
        title=card.title,
        subject=card.subject,
        phase=room.phase.value,
        starts_at_ms=plan.starts_at_ms,
        ends_at_ms=plan.ends_at_ms,
        started_ms=room.started_ms,
        ended_ms=room.ended_ms,
        end_reason=room.end_reason,
        closes_at_ms=countdown_ms(room),
        is_recorded=plan.is_recorded,
        lead=lead_view(room),
        is_floor_open=room.is_floor_open,
        is_sing_along=room.is_sing_along,
        spotlight=room.spotlight,
        sound_preset=room.sound_preset,
        listening={
            listener: seat
            for listener, seat in room.listening.items()
            if viewer.is_staff or ParticipantId(seat) == viewer.participant_id
        },
        slides=_slides_view(room.slides),
        participants=[
            participant_view(room, card, p, is_told_all=viewer.is_told_all_of(p))
            for p in _everybody(room)
        ],
    )


def countdown_ms(room: Room) -> int | None:
    """When the lesson will end by itself, as soon as there is a reason to say so: no lead, or its time is up."""
    if room.phase is not Phase.LIVE:
        return None
    at_ms = closes_at_ms(room)
    if at_ms is None:
        return None
    is_due = room.lead_gone_ms is not None or room.at_ms >= at_ms - room.plan.overtime_ms
    return at_ms if is_due else None


def lead_view(room: Room) -> wire.LeadView:
    """Who leads, and who may next."""
    proposal = room.lead_proposal
    return wire.LeadView(
        participant_id=lead_id(room),
        takeover_at_ms=takeover_at_ms(room),
        proposal=None
        if proposal is None
        else wire.LeadProposalView(
            to_id=proposal.to_id, by=proposal.by, expires_ms=proposal.expires_ms
        ),
    )


def participant_view(
    room: Room, card: LessonCard, participant_id: ParticipantId, *, is_told_all: bool
) -> wire.ParticipantView:
    """One place, for a viewer who is told all of it or not. A seat that nobody took yet is an absent classroom."""
    head_count = room.head_counts.get(SeatId(participant_id)) if is_told_all else None
    participant = _participant(room, participant_id)
    name = card.of_participant(participant)
    return wire.ParticipantView(
        participant_id=participant_id,
        role=participant.role.value,
        name=name.name,
        school=name.school,
        presence=participant.presence.value,
        place=participant.place.value,
        call_expires_ms=participant.call_expires_ms,
        hand_raised_ms=participant.hand_raised_ms,
        stage_ms=participant.stage_ms,
        heard_ms=participant.heard_ms,
        help_since_ms=participant.help_since_ms,
        is_muted=participant.is_muted,
        switched_off=[s for s in wire.SOURCES if s in participant.switched_off],
        saves_data=participant.saves_data,
        accepts_by_itself=participant.accepts_by_itself,
        publishing={
            s: participant.publishing[s] for s in wire.SOURCES if s in participant.publishing
        },
        is_recorded=_is_recorded(room, participant_id),
        is_simulated=participant_id in card.simulated,
        head_count=head_count,
        quality=participant.quality,
    )


def _everybody(room: Room) -> Iterator[ParticipantId]:
    seats = [ParticipantId(seat.seat_id) for seat in room.plan.seats]
    yield from seats
    yield from (p for p in room.participants if p not in seats)


def _participant(room: Room, participant_id: ParticipantId) -> Participant:
    participant = room.participants.get(participant_id)
    if participant is not None:
        return participant
    seat = seat_of(room, participant_id)
    return Participant(
        participant_id=participant_id,
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=seat.classroom_id if seat else None,
        device_id=None,
        presence=Presence.ABSENT,
        since_ms=0,
    )


def _is_recorded(room: Room, participant_id: ParticipantId) -> bool:
    """The light tells the truth: planned, consented to, and no track of it was given up."""
    seat = seat_of(room, participant_id)
    is_consented = seat.may_be_recorded if seat else participant_id == lead_id(room)
    has_stopped = any(
        publication_id(participant_id, s) in room.recording_stops for s in wire.SOURCES
    )
    return room.plan.is_recorded and is_consented and not has_stopped


def _participants(step: Step, card: LessonCard) -> Iterator[Notice]:
    before, after = step.before, step.after
    concerns_every_place = (
        before.recording_stops is not after.recording_stops
        or before.head_counts is not after.head_counts
    )
    for participant_id in _everybody(after):
        old, new = before.participants.get(participant_id), after.participants.get(participant_id)
        if old is new and not concerns_every_place:
            continue
        whole = _participant_changed(step, card, participant_id, is_told_all=True)
        part = _participant_changed(step, card, participant_id, is_told_all=False)
        if whole is not None:
            yield Notice(whole, only_place=None if part == whole else participant_id)
        if part is not None and part != whole:
            yield Notice(part, except_place=participant_id)


def _participant_changed(
    step: Step, card: LessonCard, participant_id: ParticipantId, *, is_told_all: bool
) -> wire.ParticipantChanged | None:
    """The place's new view, if this event made it another one."""
    view = participant_view(step.after, card, participant_id, is_told_all=is_told_all)
    is_known = participant_id in step.before.participants or seat_of(step.before, participant_id)
    if is_known and view == participant_view(
        step.before, card, participant_id, is_told_all=is_told_all
    ):
        return None
    return wire.ParticipantChanged(
        type="participant.changed",
        seq=step.recorded.seq,
        at_ms=step.recorded.at_ms,
        event=step.recorded.event.type,
        participant=view,
    )


def _lesson(step: Step) -> Iterator[Notice]:
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    before, after = step.before, step.after
    if before.started_ms is None and after.started_ms is not None:
        yield Notice(wire.LessonStarted(type="lesson.started", seq=seq, at_ms=at_ms))
    if before.phase is not Phase.ENDED and after.phase is Phase.ENDED:
        reason = after.end_reason or ""
        yield Notice(wire.LessonEnded(type="lesson.ended", seq=seq, at_ms=at_ms, reason=reason))


def _lead(step: Step) -> Iterator[Notice]:
    lead = lead_view(step.after)
    if lead != lead_view(step.before):
        recorded = step.recorded
        yield Notice(
            wire.LeadChanged(
                type="lead.changed",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                event=recorded.event.type,
                lead=lead,
            )
        )


def _sing_along(step: Step) -> Iterator[Notice]:
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    if step.after.is_sing_along and not step.before.is_sing_along:
        yield Notice(wire.SingAlongStarted(type="sing_along.started", seq=seq, at_ms=at_ms))
    elif step.before.is_sing_along and not step.after.is_sing_along:
        yield Notice(wire.SingAlongStopped(type="sing_along.stopped", seq=seq, at_ms=at_ms))


def _spotlight(step: Step) -> Iterator[Notice]:
    if step.after.spotlight != step.before.spotlight:
        recorded = step.recorded
        yield Notice(
            wire.SpotlightMoved(
                type="spotlight.moved",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                participant_id=step.after.spotlight,
            )
        )


def _floor_opened(step: Step) -> Iterator[Notice]:
    if step.after.is_floor_open and not step.before.is_floor_open:
        recorded = step.recorded
        yield Notice(wire.FloorOpened(type="floor.opened", seq=recorded.seq, at_ms=recorded.at_ms))


def _floor_closed(step: Step) -> Iterator[Notice]:
    if step.before.is_floor_open and not step.after.is_floor_open:
        recorded = step.recorded
        yield Notice(wire.FloorClosed(type="floor.closed", seq=recorded.seq, at_ms=recorded.at_ms))


def _slides(step: Step) -> Iterator[Notice]:
    """Of the page that is shown: another page, or what was drawn or wiped on this one."""
    before, after = step.before.slides, step.after.slides
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    view = _slides_view(after)
    if view is None:
        if before.shown is not None:
            yield Notice(wire.SlidesHidden(type="slides.hidden", seq=seq, at_ms=at_ms))
        return
    if (before.shown, before.turned_ms) != (after.shown, after.turned_ms):
        yield Notice(wire.SlidesTurned(type="slides.turned", seq=seq, at_ms=at_ms, slides=view))
        return
    yield from map(Notice, _strokes(step))


def _strokes(step: Step) -> Iterator[wire.ServerMessage]:
    page = step.after.slides.shown
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    if page is None:
        return
    old, new = step.before.slides.strokes_of(page), step.after.slides.strokes_of(page)
    if old and not new:
        yield wire.StrokesCleared(type="strokes.cleared", seq=seq, at_ms=at_ms)
        return
    for stroke in old:
        if stroke not in new:
            yield wire.StrokeUndone(
                type="stroke.undone", seq=seq, at_ms=at_ms, stroke_id=stroke.stroke_id
            )
    for stroke in new:
        if stroke not in old:
            yield wire.StrokeDrawn(
                type="stroke.drawn", seq=seq, at_ms=at_ms, stroke=_stroke_view(stroke)
            )


def _slides_view(slides: Slides) -> wire.SlidesView | None:
    if slides.shown is None:
        return None
    return wire.SlidesView(
        deck_id=slides.shown.deck_id,
        page=slides.shown.page,
        turned_ms=slides.turned_ms,
        strokes=[_stroke_view(stroke) for stroke in slides.strokes_of(slides.shown)],
    )


def _stroke_view(stroke: Stroke) -> wire.StrokeView:
    return wire.StrokeView(stroke_id=stroke.stroke_id, color=stroke.color, points=stroke.points)


def _sound_switched(step: Step) -> Iterator[Notice]:
    recorded, preset = step.recorded, step.after.sound_preset
    if preset != step.before.sound_preset:
        yield Notice(
            wire.SoundSwitched(
                type="sound.switched", seq=recorded.seq, at_ms=recorded.at_ms, preset=preset
            )
        )


def _listen_stopped(step: Step) -> Iterator[Notice]:
    recorded = step.recorded
    for listener, seat in step.before.listening.items():
        if step.after.listening.get(listener) != seat:
            message = wire.ListenStopped(
                type="listen.stopped",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                listener_id=listener,
                seat_id=seat,
            )
            yield Notice(message, only_place=ParticipantId(seat))


def _listen_started(step: Step) -> Iterator[Notice]:
    recorded = step.recorded
    for listener, seat in step.after.listening.items():
        if step.before.listening.get(listener) != seat:
            message = wire.ListenStarted(
                type="listen.started",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                listener_id=listener,
                seat_id=seat,
            )
            yield Notice(message, only_place=ParticipantId(seat))
