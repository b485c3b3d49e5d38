"""Who may ask for what: one table of command x role. The rest of the domain asks only `refusal`."""

from collections.abc import Mapping
from enum import StrEnum

from app.ids import ParticipantId
from app.rooms.commands import (
    AcceptCallUp,
    AnswerLead,
    CallForHelp,
    CallUp,
    CancelCallUp,
    ClearHelp,
    ClearSignal,
    ClearStrokes,
    CloseFloor,
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
    SendDown,
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
    TurnSlides,
    UndoStroke,
    Unmute,
)
from app.rooms.state import Role, Room, Seat


class Actor(StrEnum):
    """A role, or an admin, who acts from outside of the room."""

    LEAD = "lead"
    ASSISTANT = "assistant"
    OBSERVER = "observer"
    CLASSROOM = "classroom"
    ADMIN = "admin"


class Scope(StrEnum):
    """At whom a role may aim a command."""

    SELF = "self"
    OTHERS = "others"
    ANYONE = "anyone"


_EVERYONE_ITSELF: Mapping[Actor, Scope] = {
    Actor.LEAD: Scope.SELF,
    Actor.ASSISTANT: Scope.SELF,
    Actor.OBSERVER: Scope.SELF,
    Actor.CLASSROOM: Scope.SELF,
}
_LEAD_AND_ADMIN: Mapping[Actor, Scope] = {Actor.LEAD: Scope.ANYONE, Actor.ADMIN: Scope.ANYONE}
_LEAD_AND_ASSISTANT: Mapping[Actor, Scope] = {
    Actor.LEAD: Scope.ANYONE,
    Actor.ASSISTANT: Scope.ANYONE,
}
_STAFF_OVER_OTHERS: Mapping[Actor, Scope] = {
    Actor.LEAD: Scope.OTHERS,
    Actor.ASSISTANT: Scope.OTHERS,
}
_LEAD_ITSELF: Mapping[Actor, Scope] = {Actor.LEAD: Scope.SELF}
_LEAD_AND_ASSISTANT_THEMSELVES: Mapping[Actor, Scope] = {
    Actor.LEAD: Scope.SELF,
    Actor.ASSISTANT: Scope.SELF,
}
_CLASSROOM_ITSELF: Mapping[Actor, Scope] = {Actor.CLASSROOM: Scope.SELF}

PERMISSIONS: Mapping[type[ParticipantCommand], Mapping[Actor, Scope]] = {
    Join: _EVERYONE_ITSELF,
    Leave: _EVERYONE_ITSELF,
    StartLesson: _LEAD_AND_ADMIN,
    EndLesson: _LEAD_AND_ADMIN,
    CallUp: _STAFF_OVER_OTHERS,
    CancelCallUp: _STAFF_OVER_OTHERS,
    AcceptCallUp: _CLASSROOM_ITSELF,
    DeclineCallUp: _CLASSROOM_ITSELF,
    SendDown: {**_STAFF_OVER_OTHERS, **_CLASSROOM_ITSELF},
    StartListenIn: {Actor.LEAD: Scope.OTHERS},
    StopListenIn: {Actor.LEAD: Scope.ANYONE},
    OpenFloor: _LEAD_AND_ASSISTANT,
    CloseFloor: _LEAD_AND_ASSISTANT,
    StartSingAlong: _LEAD_AND_ASSISTANT,
    StopSingAlong: _LEAD_AND_ASSISTANT,
    MoveSpotlight: _LEAD_AND_ASSISTANT,
    ProposeLead: {Actor.LEAD: Scope.OTHERS, Actor.ASSISTANT: Scope.SELF},
    AnswerLead: _LEAD_AND_ASSISTANT_THEMSELVES,
    TakeLead: _LEAD_AND_ASSISTANT_THEMSELVES,
    CallForHelp: {**_LEAD_AND_ASSISTANT_THEMSELVES, **_CLASSROOM_ITSELF},
    ClearHelp: {**_LEAD_AND_ASSISTANT, **_CLASSROOM_ITSELF, Actor.ADMIN: Scope.ANYONE},
    Mute: _STAFF_OVER_OTHERS,
    Unmute: _STAFF_OVER_OTHERS,
    RaiseHand: _CLASSROOM_ITSELF,
    LowerHand: {**_STAFF_OVER_OTHERS, **_CLASSROOM_ITSELF},
    SwitchSource: {Actor.LEAD: Scope.SELF, Actor.CLASSROOM: Scope.SELF},
    SwitchDataSaving: _CLASSROOM_ITSELF,
    TurnSlides: _LEAD_ITSELF,
    HideSlides: _LEAD_ITSELF,
    DrawStroke: _LEAD_ITSELF,
    UndoStroke: _LEAD_ITSELF,
    ClearStrokes: _LEAD_ITSELF,
    SwitchSound: {Actor.LEAD: Scope.SELF},
    SwitchAutoAccept: _CLASSROOM_ITSELF,
    RaiseSignal: _CLASSROOM_ITSELF,
    ClearSignal: {**_STAFF_OVER_OTHERS, **_CLASSROOM_ITSELF},
    NamePupil: _CLASSROOM_ITSELF,
}
"""Absent means refused. Scope SELF: only at its own place; OTHERS: only at another's."""


def refusal(command: type[ParticipantCommand], actor: Actor, *, is_self: bool) -> str | None:
    """The refusal code for this command of this role aimed at its own or another's place; None: allowed."""
    scope = PERMISSIONS[command].get(actor)
    match scope:
        case Scope.ANYONE:
            is_allowed = True
        case Scope.SELF:
            is_allowed = is_self
        case Scope.OTHERS:
            is_allowed = not is_self
        case None:
            is_allowed = False
    return None if is_allowed else "not_allowed"


def target_of(command: ParticipantCommand) -> ParticipantId:
    """Whose place the command is about; the sender's own unless the command names another."""
    match command:
        case CallUp() | CancelCallUp() | SendDown() | StartListenIn():
            return ParticipantId(command.seat_id)
        case Mute() | Unmute() | LowerHand() | ClearHelp() | ClearSignal():
            return command.participant_id
        case MoveSpotlight():
            return command.participant_id or command.by
        case ProposeLead():
            return command.to_id
        case _:
            return command.by


def lead_id(room: Room) -> ParticipantId:
    """The one lead of this lesson, present or not: the plan's, until another one was given the lead."""
    return room.lead or ParticipantId(f"{Role.LEAD}_{room.plan.lead_user_id}")


def seat_of(room: Room, participant_id: ParticipantId) -> Seat | None:
    """The planned seat that this participant holds; None for staff and strangers."""
    for seat in room.plan.seats:
        if ParticipantId(seat.seat_id) == participant_id:
            return seat
    return None


def actor_of(room: Room, by: ParticipantId) -> Actor | None:
    """As what `by` acts, also before it joined; None for somebody who has no place in this lesson.

    `admin_<user id>` is let in by the server only, after its own check.
    """
    participant = room.participants.get(by)
    if participant is not None:
        return Actor(participant.role)
    if seat_of(room, by) is not None:
        return Actor.CLASSROOM
    if by == lead_id(room):
        return Actor.LEAD
    for actor in (Actor.ASSISTANT, Actor.OBSERVER, Actor.ADMIN):
        if by.startswith(f"{actor}_"):
            return actor
    return None
