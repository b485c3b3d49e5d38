"""Each command x role, asserted literally and then through `decide`."""

from typing import get_args

import pytest

from app.ids import DeviceId, ParticipantId, SeatId, StrokeId
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
    ReportCut,
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
from app.rooms.permissions import PERMISSIONS, Actor, refusal
from tests.rooms.lesson import (
    ADMIN,
    ASSISTANT,
    DECK,
    LEAD,
    OBSERVER,
    PLAN,
    SEAT_A,
    SEAT_B,
    A,
    join_of,
    live_lesson,
)

ROLES = (Actor.LEAD, Actor.ASSISTANT, Actor.OBSERVER, Actor.CLASSROOM, Actor.ADMIN)
# Columns: lead, assistant, observer, classroom, admin.  s: own place only, o: another's only, *: both, -: refused.
EXPECTED = {
    Join: "s s s s -",
    Leave: "s s s s -",
    StartLesson: "* - - - *",
    EndLesson: "* - - - *",
    CallUp: "o o - - -",
    CancelCallUp: "o o - - -",
    AcceptCallUp: "- - - s -",
    DeclineCallUp: "- - - s -",
    SendDown: "o o - s -",
    StartListenIn: "o - - - -",
    StopListenIn: "* - - - -",
    OpenFloor: "* * - - -",
    CloseFloor: "* * - - -",
    StartSingAlong: "* * - - -",
    StopSingAlong: "* * - - -",
    MoveSpotlight: "* * - - -",
    ProposeLead: "o s - - -",
    AnswerLead: "s s - - -",
    TakeLead: "s s - - -",
    CallForHelp: "s s - s -",
    ClearHelp: "* * - s *",
    Mute: "o o - - -",
    Unmute: "o o - - -",
    RaiseHand: "- - - s -",
    LowerHand: "o o - s -",
    SwitchSource: "s - - s -",
    SwitchDataSaving: "- - - s -",
    TurnSlides: "s - - - -",
    HideSlides: "s - - - -",
    DrawStroke: "s - - - -",
    UndoStroke: "s - - - -",
    ClearStrokes: "s - - - -",
    SwitchSound: "s - - - -",
    SwitchAutoAccept: "- - - s -",
    RaiseSignal: "- - - s -",
    ClearSignal: "o o - s -",
    NamePupil: "- - - s -",
}
CELLS = [
    (command, actor, is_self, cell in ("*", "s" if is_self else "o"))
    for command, row in EXPECTED.items()
    for actor, cell in zip(ROLES, row.split(), strict=True)
    for is_self in (True, False)
]
WHO = {
    Actor.LEAD: LEAD,
    Actor.ASSISTANT: ASSISTANT,
    Actor.OBSERVER: OBSERVER,
    Actor.CLASSROOM: A,
    Actor.ADMIN: ADMIN,
}


def test_the_table_names_every_command_and_only_known_ones() -> None:
    assert set(PERMISSIONS) == set(get_args(ParticipantCommand)) == set(EXPECTED)


@pytest.mark.parametrize(("command", "actor", "is_self", "is_allowed"), CELLS)
def test_each_cell_is_as_expected(
    command: type[ParticipantCommand], actor: Actor, is_self: bool, is_allowed: bool
) -> None:
    code = refusal(command, actor, is_self=is_self)
    assert code == (None if is_allowed else "not_allowed")


def command_of(
    kind: type[ParticipantCommand], by: ParticipantId, is_self: bool
) -> ParticipantCommand | None:
    """The command as `by` would send it; None where the message cannot be aimed that way."""
    seat = SeatId(by) if is_self else (SEAT_B if by == A else SEAT_A)
    aimed: dict[type[ParticipantCommand], ParticipantCommand] = {
        CallUp: CallUp(by, seat),
        CancelCallUp: CancelCallUp(by, seat),
        SendDown: SendDown(by, seat),
        StartListenIn: StartListenIn(by, seat),
        Mute: Mute(by, ParticipantId(seat)),
        Unmute: Unmute(by, ParticipantId(seat)),
        LowerHand: LowerHand(by, ParticipantId(seat)),
        ClearHelp: ClearHelp(by, ParticipantId(seat)),
        ProposeLead: ProposeLead(by, by if is_self else ASSISTANT if by == LEAD else LEAD),
        ClearSignal: ClearSignal(by, ParticipantId(seat)),
    }
    if kind in aimed:
        return aimed[kind]
    if not is_self:
        return None
    if kind is Join:
        return None if by == ADMIN else join_of(by)
    if kind is Leave:
        return Leave(by, DeviceId("dev_1"))
    if kind is MoveSpotlight:
        return MoveSpotlight(by, None)
    if kind is AnswerLead:
        return AnswerLead(by, False)
    if kind is SwitchSource:
        return SwitchSource(by, "camera", False)
    if kind is SwitchDataSaving:
        return SwitchDataSaving(by, True)
    if kind is TurnSlides:
        return TurnSlides(by, DECK, 1)
    if kind is DrawStroke:
        return DrawStroke(by, StrokeId("str_00000001"), "red", "0,0 9,9")
    if kind is SwitchSound:
        return SwitchSound(by, "music")
    if kind is SwitchAutoAccept:
        return SwitchAutoAccept(by, True)
    if kind is RaiseSignal:
        return RaiseSignal(by, "slower")
    if kind is NamePupil:
        return NamePupil(by, None)
    return kind(by)  # type: ignore[call-arg]


AIMABLE = [
    (command, is_allowed)
    for kind, actor, is_self, is_allowed in CELLS
    if (command := command_of(kind, WHO[actor], is_self)) is not None
]


@pytest.mark.parametrize(("command", "is_allowed"), AIMABLE)
def test_decide_obeys_each_cell(command: ParticipantCommand, is_allowed: bool) -> None:
    told = live_lesson()
    if isinstance(command, AcceptCallUp | DeclineCallUp):
        told.does(CallUp(LEAD, SEAT_A))
    if isinstance(command, DrawStroke | UndoStroke | ClearStrokes):
        told.does(TurnSlides(LEAD, DECK, 1))
    if isinstance(command, TakeLead) and command.by == ASSISTANT:
        told.does(ReportCut(LEAD, join_of(LEAD).device_id))
        told.passes(PLAN.takeover_after_ms)
    if is_allowed:
        told.does(command)
    else:
        assert told.refuses(command) == "not_allowed"


@pytest.mark.parametrize("kind", sorted(set(EXPECTED) - {Join}, key=lambda k: k.__name__))
def test_a_stranger_is_refused_everything(kind: type[ParticipantCommand]) -> None:
    stranger = ParticipantId("sea_of_another_lesson")
    for is_self in (True, False):
        command = command_of(kind, stranger, is_self)
        if command is not None:
            assert live_lesson().refuses(command) == "not_allowed"
