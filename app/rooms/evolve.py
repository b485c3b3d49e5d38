"""The fold: a room and one journal row give the next room. Pure, total, and never refuses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.ids import ParticipantId, SeatId, publication_id
from app.rooms.events import (
    CONSENT_WITHDRAWN,
    AutoAcceptSwitched,
    CallUpAccepted,
    CallUpCancelled,
    CallUpDeclined,
    CallUpExpired,
    ClassroomCalledUp,
    ClassroomSentDown,
    ClockAnchored,
    DataSavingSwitched,
    DeviceReplaced,
    EpochClosed,
    EpochOpened,
    Event,
    FloorClosed,
    FloorOpened,
    HandLowered,
    HandRaised,
    HeadsCounted,
    Heartbeat,
    HelpCalled,
    HelpCleared,
    LeadDeclined,
    LeadHandedOver,
    LeadProposalExpired,
    LeadProposed,
    LeadTakenOver,
    LeadWithdrawn,
    LessonEnded,
    LessonRestored,
    LessonStarted,
    ListenInStarted,
    ListenInStopped,
    ParticipantCut,
    ParticipantHeard,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantReturned,
    ParticipantUnmuted,
    PublicationStarted,
    PublicationStopped,
    PupilNamed,
    QualityChanged,
    RecordingStopped,
    SegmentClosed,
    SignalCleared,
    SignalRaised,
    SingAlongStarted,
    SingAlongStopped,
    SlidesHidden,
    SlidesTurned,
    SoundSwitched,
    SourceSwitched,
    SpotlightMoved,
    StrokeDrawn,
    StrokesCleared,
    StrokeUndone,
)
from app.rooms.permissions import lead_id
from app.rooms.recorded import Recorded
from app.rooms.state import (
    LeadProposal,
    LessonPlan,
    Participant,
    Phase,
    Presence,
    Role,
    Room,
    SlidePosition,
    Slides,
    StagePlace,
    Stroke,
)


def evolve(room: Room, recorded: Recorded) -> Room:
    """The room after this journal row. A row about an unknown participant changes only `seq` and `at_ms`."""
    at_ms = recorded.at_ms
    next_room = _apply(room, recorded.event, at_ms)
    return replace(next_room, seq=recorded.seq, at_ms=max(room.at_ms, at_ms))


def fold(plan: LessonPlan, journal: Iterable[Recorded]) -> Room:
    """The room that a whole journal tells of."""
    room = Room(plan)
    for recorded in journal:
        room = evolve(room, recorded)
    return room


def _apply(room: Room, event: Event, at_ms: int) -> Room:
    match event:
        case (
            ParticipantJoined()
            | ParticipantCut()
            | ParticipantReturned()
            | DeviceReplaced()
            | ParticipantLeft()
        ):
            return _presence(room, event, at_ms)
        case (
            ClassroomCalledUp()
            | CallUpAccepted()
            | CallUpDeclined()
            | CallUpCancelled()
            | CallUpExpired()
            | ClassroomSentDown()
        ):
            return _stage(room, event, at_ms)
        case (
            LeadProposed()
            | LeadDeclined()
            | LeadWithdrawn()
            | LeadProposalExpired()
            | LeadHandedOver()
            | LeadTakenOver()
        ):
            return _lead(room, event)
        case EpochOpened() | SegmentClosed() | EpochClosed() | RecordingStopped():
            return _recording(room, event)
        case LessonStarted() | LessonEnded() | LessonRestored() | ClockAnchored() | Heartbeat():
            return _lesson(room, event, at_ms)
        case SoundSwitched():
            return replace(room, switched_sound=event.preset)
        case HeadsCounted():
            return _counted(room, event)
        case SlidesTurned() | SlidesHidden() | StrokeDrawn() | StrokeUndone() | StrokesCleared():
            return replace(room, slides=_slides(room.slides, event, at_ms))
        case FloorOpened():
            return replace(room, is_floor_open=True)
        case FloorClosed():
            return replace(room, is_floor_open=False)
        case SingAlongStarted():
            return replace(room, is_sing_along=True)
        case SingAlongStopped():
            return replace(room, is_sing_along=False)
        case SpotlightMoved():
            return replace(room, spotlight=event.participant_id)
        case ListenInStarted():
            return replace(room, listening={**room.listening, event.listener_id: event.seat_id})
        case ListenInStopped():
            return replace(
                room, listening={k: v for k, v in room.listening.items() if k != event.listener_id}
            )
        case _:
            return _place(room, event, at_ms)


def _lesson(
    room: Room,
    event: LessonStarted | LessonEnded | LessonRestored | ClockAnchored | Heartbeat,
    at_ms: int,
) -> Room:
    match event:
        case LessonStarted():
            has_lead = any(
                p.role is Role.LEAD and p.presence is not Presence.ABSENT
                for p in room.participants.values()
            )
            return replace(
                room,
                phase=Phase.LIVE,
                started_ms=at_ms,
                lead_gone_ms=None if has_lead else at_ms,
            )
        case LessonEnded():
            return replace(
                room,
                phase=Phase.ENDED,
                ended_ms=at_ms,
                end_reason=event.reason,
                lead_gone_ms=None,
                lead_proposal=None,
                is_floor_open=False,
                slides=replace(room.slides, shown=None),
                is_sing_along=False,
                spotlight=None,
                listening={},
                participants={
                    k: replace(_cleared(p), help_since_ms=None)
                    for k, p in room.participants.items()
                },
            )
        case LessonRestored():
            return replace(room, phase=Phase.WAITING, ended_ms=None, end_reason=None)
        case ClockAnchored():
            return replace(room, resumed_ms=at_ms)
        case Heartbeat():
            return replace(room, heartbeat_ms=at_ms)


def _cleared(participant: Participant) -> Participant:
    """Off the stage, hand down, nothing published, no link, nothing granted."""
    return replace(
        participant,
        place=StagePlace.OFF,
        call_expires_ms=None,
        hand_raised_ms=None,
        publishing={},
        quality=None,
        accepts_by_itself=False,
        signal=None,
        pupil_id=None,
    )


def _with(room: Room, participant: Participant) -> Room:
    participants: Mapping[ParticipantId, Participant] = {
        **room.participants,
        participant.participant_id: participant,
    }
    return replace(room, participants=participants)


def _presence(
    room: Room,
    event: ParticipantJoined
    | ParticipantCut
    | ParticipantReturned
    | DeviceReplaced
    | ParticipantLeft,
    at_ms: int,
) -> Room:
    old = room.participants.get(event.participant_id)
    if isinstance(event, ParticipantJoined):
        return _joined(room, event, old, at_ms)
    if old is None:
        return room
    match event:
        case ParticipantCut():
            return _with(room, replace(old, presence=Presence.CUT, device_id=None, since_ms=at_ms))
        case ParticipantReturned():
            since_ms = old.since_ms if old.presence is Presence.PRESENT else at_ms
            return _with(
                room,
                replace(
                    old, presence=Presence.PRESENT, device_id=event.device_id, since_ms=since_ms
                ),
            )
        case DeviceReplaced():
            return _with(room, replace(old, device_id=event.device_id))
        case ParticipantLeft():
            # Who was lost is gone since the cut, not since the end of the grace period.
            gone_ms = old.since_ms if event.reason == "lost" else at_ms
            if old.role is Role.LEAD and room.phase is Phase.LIVE:
                room = replace(room, lead_gone_ms=gone_ms)
            left = replace(
                _cleared(old), presence=Presence.ABSENT, device_id=None, since_ms=gone_ms
            )
            return _out_of_spotlight(_with(room, left), event.participant_id)


def _joined(room: Room, event: ParticipantJoined, old: Participant | None, at_ms: int) -> Room:
    # A muted classroom that leaves and comes back is still muted, a closed camera still closed.
    joined = Participant(
        participant_id=event.participant_id,
        role=event.role,
        user_id=event.user_id,
        classroom_id=event.classroom_id,
        device_id=event.device_id,
        presence=Presence.PRESENT,
        since_ms=at_ms,
        is_muted=old.is_muted if old else False,
        switched_off=old.switched_off if old else frozenset(),
        saves_data=old.saves_data if old else False,
        stage_ms=old.stage_ms if old else None,
        heard_ms=old.heard_ms if old else None,
        help_since_ms=old.help_since_ms if old else None,
    )
    if event.role is Role.LEAD:
        room = replace(room, lead_gone_ms=None)
    return _with(room, joined)


def _stage(
    room: Room,
    event: ClassroomCalledUp
    | CallUpAccepted
    | CallUpDeclined
    | CallUpCancelled
    | CallUpExpired
    | ClassroomSentDown,
    at_ms: int,
) -> Room:
    old = room.participants.get(ParticipantId(event.seat_id))
    if old is None:
        return room
    match event:
        case ClassroomCalledUp():
            new = replace(old, place=StagePlace.CALLED, call_expires_ms=event.expires_ms)
        case CallUpAccepted():
            # A raised hand is answered by the stage.
            new = replace(
                old, place=StagePlace.ON, call_expires_ms=None, hand_raised_ms=None, stage_ms=at_ms
            )
        case ClassroomSentDown():
            new = replace(old, place=StagePlace.OFF, stage_ms=at_ms, pupil_id=None)
            room = _out_of_spotlight(room, old.participant_id)
        case _:
            new = replace(old, place=StagePlace.OFF, call_expires_ms=None)
    return _with(room, new)


def _out_of_spotlight(room: Room, participant_id: ParticipantId) -> Room:
    return replace(room, spotlight=None) if room.spotlight == participant_id else room


def _lead(
    room: Room,
    event: LeadProposed
    | LeadDeclined
    | LeadWithdrawn
    | LeadProposalExpired
    | LeadHandedOver
    | LeadTakenOver,
) -> Room:
    match event:
        case LeadProposed():
            proposal = LeadProposal(event.to_id, event.by, event.expires_ms)
            return replace(room, lead_proposal=proposal)
        case LeadHandedOver() | LeadTakenOver():
            return _led_by(room, event.lead_id)
        case _:
            return replace(room, lead_proposal=None)


def _led_by(room: Room, new_id: ParticipantId) -> Room:
    """The two change roles in one step, so that there never are two leads or none."""
    old_id = lead_id(room)
    participants = dict(room.participants)
    for participant_id, role in ((old_id, Role.ASSISTANT), (new_id, Role.LEAD)):
        if participant_id in participants:
            participants[participant_id] = replace(participants[participant_id], role=role)
    room = replace(room, participants=participants, lead=new_id, lead_proposal=None)
    return replace(_out_of_spotlight(room, old_id), lead_gone_ms=None)


def _place(
    room: Room,
    event: ParticipantMuted
    | ParticipantUnmuted
    | HandRaised
    | HandLowered
    | SourceSwitched
    | DataSavingSwitched
    | PublicationStarted
    | PublicationStopped
    | QualityChanged
    | ParticipantHeard
    | HelpCalled
    | HelpCleared
    | AutoAcceptSwitched
    | SignalRaised
    | SignalCleared
    | PupilNamed,
    at_ms: int,
) -> Room:
    old = room.participants.get(event.participant_id)
    if old is None:
        return room
    match event:
        case ParticipantMuted():
            new = replace(old, is_muted=True)
        case ParticipantUnmuted():
            new = replace(old, is_muted=False)
        case HandRaised():
            new = replace(old, hand_raised_ms=at_ms)
        case HandLowered():
            new = replace(old, hand_raised_ms=None)
        case SourceSwitched():
            source = frozenset({event.source})
            off = old.switched_off - source if event.is_on else old.switched_off | source
            new = replace(old, switched_off=off)
        case DataSavingSwitched():
            new = replace(old, saves_data=event.is_on)
        case PublicationStarted():
            new = replace(old, publishing={**old.publishing, event.source: event.codec})
        case PublicationStopped():
            left = {k: v for k, v in old.publishing.items() if k != event.source}
            new = replace(old, publishing=left)
        case QualityChanged():
            new = replace(old, quality=event.quality)
        case ParticipantHeard():
            new = replace(old, heard_ms=at_ms)
        case HelpCalled():
            new = replace(old, help_since_ms=at_ms)
        case HelpCleared():
            new = replace(old, help_since_ms=None)
        case AutoAcceptSwitched():
            new = replace(old, accepts_by_itself=event.is_on)
        case SignalRaised():
            new = replace(old, signal=event.signal, signalled_ms=at_ms)
        case SignalCleared():
            new = replace(old, signal=None)
        case PupilNamed():
            new = replace(old, pupil_id=event.pupil_id)
    return _with(room, new)


def _recording(
    room: Room, event: EpochOpened | SegmentClosed | EpochClosed | RecordingStopped
) -> Room:
    match event:
        case EpochOpened():
            publication = publication_id(event.participant_id, event.source)
            # A track that was begun when consent was withdrawn ends all the same.
            stops = {
                k: v
                for k, v in room.recording_stops.items()
                if k != publication or v == CONSENT_WITHDRAWN
            }
            return replace(
                room, open_epochs=room.open_epochs | {event.epoch_id}, recording_stops=stops
            )
        case SegmentClosed():
            return replace(room, segments=room.segments | {event.segment_id})
        case EpochClosed():
            return replace(
                room,
                open_epochs=room.open_epochs - {event.epoch_id},
                closed_epochs=room.closed_epochs | {event.epoch_id},
            )
        case RecordingStopped():
            publication = publication_id(event.participant_id, event.source)
            return replace(
                room, recording_stops={**room.recording_stops, publication: event.reason}
            )


def _counted(room: Room, event: HeadsCounted) -> Room:
    counts = {k: v for k, v in room.head_counts.items() if k != event.seat_id}
    if event.head_count is not None:
        counts[event.seat_id] = event.head_count
    return replace(room, head_counts=counts)


def _slides(
    slides: Slides,
    event: SlidesTurned | SlidesHidden | StrokeDrawn | StrokeUndone | StrokesCleared,
    at_ms: int,
) -> Slides:
    if isinstance(event, SlidesHidden):
        return replace(slides, shown=None)
    page = SlidePosition(event.deck_id, event.page)
    if isinstance(event, SlidesTurned):
        return replace(slides, shown=page, turned_ms=at_ms)
    strokes = slides.strokes_of(page)
    match event:
        case StrokeDrawn():
            strokes += (Stroke(event.stroke_id, event.color, event.points),)
        case StrokeUndone():
            strokes = tuple(one for one in strokes if one.stroke_id != event.stroke_id)
        case StrokesCleared():
            strokes = ()
    return replace(slides, strokes={**slides.strokes, page: strokes})


def listeners_of(room: Room, seat_id: SeatId) -> tuple[ParticipantId, ...]:
    """The staff that listen in on this seat now."""
    return tuple(who for who, seat in room.listening.items() if seat == seat_id)
