"""What a command leads to: events, or a refusal. Pure; a repeated click yields no events instead of a refusal."""

from app.ids import ParticipantId
from app.rooms.commands import (
    AcceptCallUp,
    AnswerLead,
    CallForHelp,
    CallUp,
    CancelCallUp,
    CheckDeadlines,
    ClearHelp,
    ClearSignal,
    ClearStrokes,
    CloseFloor,
    Command,
    DeclineCallUp,
    DrawStroke,
    EndLesson,
    HideSlides,
    Join,
    Leave,
    LowerHand,
    MoveSpotlight,
    Mute,
    NamePupil,
    OpenFloor,
    ParticipantCommand,
    ProposeLead,
    RaiseHand,
    RaiseSignal,
    ReportCut,
    ReportEpochClosed,
    ReportEpochOpened,
    ReportHeadCount,
    ReportHeard,
    ReportPublication,
    ReportQuality,
    ReportRecordingStopped,
    ReportSegmentClosed,
    SendDown,
    ServerCommand,
    StartLesson,
    StartListenIn,
    StartSingAlong,
    StopListenIn,
    StopSingAlong,
    SwitchAutoAccept,
    SwitchDataSaving,
    SwitchSound,
    SwitchSource,
    TakeLead,
    TakeUpRoom,
    TurnSlides,
    UndoStroke,
    Unmute,
)
from app.rooms.console import clear_signal, name_pupil, raise_signal, switch_auto_accept
from app.rooms.deadlines import closes_at_ms, grace_ends_ms, heartbeat_due_ms
from app.rooms.draft import Draft
from app.rooms.events import (
    CallUpExpired,
    DataSavingSwitched,
    EndReason,
    Event,
    HandLowered,
    HandRaised,
    Heartbeat,
    HelpCalled,
    HelpCleared,
    LeadProposalExpired,
    LessonEnded,
    LessonStarted,
    ParticipantLeft,
    ParticipantMuted,
    ParticipantUnmuted,
    SourceSwitched,
)
from app.rooms.leading import answer_lead, propose_lead, take_lead
from app.rooms.permissions import Actor, actor_of, refusal, seat_of, target_of
from app.rooms.presence import cut, join, leave, leave_now, take_up
from app.rooms.refusals import rejected
from app.rooms.reports import (
    report_head_count,
    report_heard,
    report_publication,
    report_quality,
    report_recording,
)
from app.rooms.slides import clear_strokes, draw_stroke, hide_slides, turn_slides, undo_stroke
from app.rooms.sound import switch_sound
from app.rooms.stage import (
    accept,
    call_up,
    cancel,
    decline,
    send_down,
    start_listen_in,
    stop_listen_in,
)
from app.rooms.state import Phase, Presence, Role, Room
from app.rooms.whole_class import move_spotlight, switch_floor, switch_sing_along

_FROM_OUTSIDE = (Join, Leave, StartLesson, EndLesson, ClearHelp)
"""Commands of somebody who need not be in the room."""
_BEFORE_THE_START = (
    *_FROM_OUTSIDE,
    SwitchSource,
    SwitchDataSaving,
    SwitchSound,
    CallForHelp,
    SwitchAutoAccept,
    RaiseSignal,
    ClearSignal,
)
_AT_STAFF_TOO = (MoveSpotlight, ProposeLead)
"""Commands that may be aimed at somebody without a seat."""
_SOURCES: dict[Role, frozenset[str]] = {
    Role.LEAD: frozenset({"camera", "microphone", "screen", "document"}),
    Role.CLASSROOM: frozenset({"camera", "microphone"}),
}


def decide(room: Room, command: Command, now_ms: int) -> tuple[Event, ...]:
    """The events that `command` leads to at `now_ms` (lesson clock).

    Raises CommandRejected with a code of `refusals.REFUSALS`, and nothing else.
    """
    draft = Draft(room, now_ms)
    if isinstance(command, ServerCommand):
        _report(draft, command)
    else:
        _check_access(room, command)
        _ask(draft, command)
    return tuple(draft.events)


def _check_access(room: Room, command: ParticipantCommand) -> None:
    """Role first, then phase, then presence: a stranger learns nothing about the lesson."""
    target = target_of(command)
    actor = _joining_as(room, command) if isinstance(command, Join) else actor_of(room, command.by)
    if actor is None:
        raise rejected("not_allowed")
    code = refusal(type(command), actor, is_self=target == command.by)
    if code is not None:
        raise rejected(code)
    if room.phase is Phase.ENDED and not isinstance(command, Leave | EndLesson):
        raise rejected("lesson_ended")
    if isinstance(command, _FROM_OUTSIDE):
        return
    if room.phase is Phase.WAITING and not isinstance(command, _BEFORE_THE_START):
        raise rejected("not_live")
    sender = room.participants.get(command.by)
    if sender is None or sender.presence is Presence.ABSENT:
        raise rejected("not_present")
    is_seat_named = target != command.by and not isinstance(command, _AT_STAFF_TOO)
    if is_seat_named and seat_of(room, target) is None:
        raise rejected("seat_unknown")


def _joining_as(room: Room, command: Join) -> Actor:
    """The role that a join claims, checked against the plan."""
    if command.role is Role.CLASSROOM:
        seat = seat_of(room, command.by)
        if seat is None:
            raise rejected("seat_unknown")
        if command.classroom_id not in (None, seat.classroom_id):
            raise rejected("not_allowed")
        return Actor.CLASSROOM
    is_own_place = command.by == f"{command.role}_{command.user_id}"
    is_the_lead = command.user_id == room.plan.lead_user_id
    if not is_own_place or (command.role is Role.LEAD and not is_the_lead):
        raise rejected("not_allowed")
    return Actor(command.role)


def _ask(draft: Draft, command: ParticipantCommand) -> None:
    match command:
        case Join():
            join(draft, command)
        case Leave():
            leave(draft, command)
        case StartLesson():
            _start(draft, command)
        case EndLesson():
            _end(draft, command)
        case CallUp():
            call_up(draft, command)
        case CancelCallUp():
            cancel(draft, command)
        case AcceptCallUp():
            accept(draft, command)
        case DeclineCallUp():
            decline(draft, command)
        case SendDown():
            send_down(draft, command)
        case StartListenIn():
            start_listen_in(draft, command)
        case StopListenIn():
            stop_listen_in(draft, command)
        case OpenFloor() | CloseFloor():
            switch_floor(draft, command)
        case StartSingAlong() | StopSingAlong():
            switch_sing_along(draft, command)
        case MoveSpotlight():
            move_spotlight(draft, command)
        case ProposeLead():
            propose_lead(draft, command)
        case AnswerLead():
            answer_lead(draft, command)
        case TakeLead():
            take_lead(draft, command)
        case CallForHelp():
            if draft.room.participants[command.by].help_since_ms is None:
                draft.emit(HelpCalled(command.by))
        case ClearHelp():
            _clear_help(draft, command)
        case Mute() | Unmute():
            _mute(draft, command)
        case RaiseHand():
            if draft.room.participants[command.by].hand_raised_ms is None:
                draft.emit(HandRaised(command.by))
        case LowerHand():
            _lower_hand(draft, command)
        case SwitchSource():
            _switch_source(draft, command)
        case SwitchDataSaving():
            if draft.room.participants[command.by].saves_data != command.is_on:
                draft.emit(DataSavingSwitched(command.by, command.is_on))
        case TurnSlides():
            turn_slides(draft, command)
        case HideSlides():
            hide_slides(draft, command)
        case DrawStroke():
            draw_stroke(draft, command)
        case UndoStroke():
            undo_stroke(draft, command)
        case ClearStrokes():
            clear_strokes(draft, command)
        case SwitchSound():
            switch_sound(draft, command)
        case SwitchAutoAccept():
            switch_auto_accept(draft, command)
        case RaiseSignal():
            raise_signal(draft, command)
        case ClearSignal():
            clear_signal(draft, command)
        case NamePupil():
            name_pupil(draft, command)


def _report(draft: Draft, command: ServerCommand) -> None:
    match command:
        case ReportCut():
            cut(draft, command)
        case ReportPublication():
            report_publication(draft, command)
        case ReportQuality():
            report_quality(draft, command)
        case ReportHeard():
            report_heard(draft, command)
        case (
            ReportEpochOpened()
            | ReportSegmentClosed()
            | ReportEpochClosed()
            | ReportRecordingStopped()
        ):
            report_recording(draft, command)
        case ReportHeadCount():
            report_head_count(draft, command)
        case TakeUpRoom():
            take_up(draft, command)
        case CheckDeadlines():
            _check_deadlines(draft)


def _start(draft: Draft, command: StartLesson) -> None:
    if draft.room.phase is Phase.WAITING:
        draft.emit(LessonStarted(command.by))


def _end(draft: Draft, command: EndLesson) -> None:
    match draft.room.phase:
        case Phase.WAITING:
            _close(draft, "cancelled", command.by)
        case Phase.LIVE:
            _close(draft, "ended_by_lead", command.by)
        case Phase.ENDED:
            pass


def _close(draft: Draft, reason: EndReason, by: ParticipantId | None) -> None:
    """End the lesson and close everybody's presence. Stage, hands and floor go with `lesson.ended`."""
    draft.emit(LessonEnded(reason, by))
    for participant in draft.room.participants.values():
        if participant.presence is not Presence.ABSENT:
            draft.emit(ParticipantLeft(participant.participant_id, "lesson_ended"))


def _clear_help(draft: Draft, command: ClearHelp) -> None:
    place = draft.room.participants.get(command.participant_id)
    if place is not None and place.help_since_ms is not None:
        draft.emit(HelpCleared(place.participant_id, command.by))


def _mute(draft: Draft, command: Mute | Unmute) -> None:
    target = draft.room.participants.get(command.participant_id)
    if target is None:
        raise rejected("seat_absent")
    if isinstance(command, Mute) and not target.is_muted:
        draft.emit(ParticipantMuted(target.participant_id, command.by))
    elif isinstance(command, Unmute) and target.is_muted:
        draft.emit(ParticipantUnmuted(target.participant_id, command.by))


def _lower_hand(draft: Draft, command: LowerHand) -> None:
    target = draft.room.participants.get(command.participant_id)
    if target is not None and target.hand_raised_ms is not None:
        draft.emit(HandLowered(target.participant_id, command.by))


def _switch_source(draft: Draft, command: SwitchSource) -> None:
    own = draft.room.participants[command.by]
    if command.source not in _SOURCES.get(own.role, frozenset()):
        raise rejected("source_unknown")
    is_on_now = command.source not in own.switched_off
    if command.is_on != is_on_now:
        draft.emit(SourceSwitched(command.by, command.source, command.is_on))


def _check_deadlines(draft: Draft) -> None:
    """Everything that is due at `draft.now_ms`, in the order in which a person would tell it."""
    if draft.room.phase is Phase.ENDED:
        return
    for participant in draft.room.participants.values():
        expires_ms = participant.call_expires_ms
        if expires_ms is not None and expires_ms <= draft.now_ms:
            seat = seat_of(draft.room, participant.participant_id)
            if seat is not None:
                draft.emit(CallUpExpired(seat.seat_id))
    proposal = draft.room.lead_proposal
    if proposal is not None and proposal.expires_ms <= draft.now_ms:
        draft.emit(LeadProposalExpired(proposal.to_id))
    for participant in draft.room.participants.values():
        is_cut = participant.presence is Presence.CUT
        if is_cut and grace_ends_ms(draft.room, participant) <= draft.now_ms:
            leave_now(draft, participant, "lost")
    closes_ms = closes_at_ms(draft.room)
    if closes_ms is not None and closes_ms <= draft.now_ms:
        _close(draft, _reason_to_close(draft.room), None)
        return
    heartbeat_ms = heartbeat_due_ms(draft.room)
    if heartbeat_ms is not None and heartbeat_ms <= draft.now_ms:
        draft.emit(Heartbeat())


def _reason_to_close(room: Room) -> EndReason:
    if room.phase is Phase.WAITING:
        return "cancelled"
    if room.lead_gone_ms is not None:
        return "lead_absent"
    return "planned_end"
