"""What each viewer is told, as transcripts that Python and TypeScript both fold: snapshot, messages, snapshot.

`python -m tests.signaling.transcripts FILE` writes them as JSON; `web/src/room/transcripts.test.ts` reads that file.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import CommandRejected
from app.ids import ClassroomId, DeviceId, ParticipantId, PupilId, StrokeId
from app.rooms import commands
from app.rooms.commands import Command, ParticipantCommand
from app.rooms.decide import decide
from app.rooms.permissions import Actor
from app.rooms.recorded import Recorded
from app.rooms.state import Role, Room
from app.signaling.directory import LessonCard
from app.signaling.feed import LessonFeed, encode
from app.signaling.messages import SpeakersChanged
from app.signaling.viewer import Viewer
from tests.rooms.lesson import (
    ADMIN,
    ASSISTANT,
    DECK,
    LEAD,
    OBSERVER,
    PLAN,
    SEAT_A,
    SEAT_B,
    SEAT_C,
    A,
    B,
    C,
    join_of,
)
from tests.support.clock import START_MS

Message = dict[str, Any]
PEOPLE: Mapping[Actor, ParticipantId] = {
    Actor.LEAD: LEAD,
    Actor.ASSISTANT: ASSISTANT,
    Actor.OBSERVER: OBSERVER,
    Actor.CLASSROOM: A,
    Actor.ADMIN: ADMIN,
}
PUPIL = PupilId("pup_1")
CARD = LessonCard(
    "春天的歌",
    "音乐",
    {"usr_li": ("李老师", "城关小学")},
    pupils={ClassroomId("cls_a"): {PUPIL: "王小花"}},
)
VIEWERS = (
    Viewer(LEAD, Role.LEAD),
    Viewer(ASSISTANT, Role.ASSISTANT),
    Viewer(OBSERVER, Role.OBSERVER),
    Viewer(A, Role.CLASSROOM),
    Viewer(B, Role.CLASSROOM),
    Viewer(A, Role.CLASSROOM, "projector"),
    Viewer(A, Role.CLASSROOM, "console"),
    Viewer(B, Role.CLASSROOM, "console"),
)
EVERYBODY: tuple[Command, ...] = tuple(join_of(who) for who in (LEAD, ASSISTANT, OBSERVER, A, B, C))
LIVE: tuple[Command, ...] = (*EVERYBODY, commands.StartLesson(LEAD))
CALLED: tuple[Command, ...] = (*LIVE, commands.CallUp(LEAD, SEAT_A), commands.RaiseHand(A))
SCENES: Mapping[str, tuple[Command, ...]] = {
    "nobody": (),
    "waiting": EVERYBODY,
    "live": LIVE,
    "called": CALLED,
    "on stage": (
        *CALLED,
        commands.AcceptCallUp(A),
        commands.Mute(LEAD, A),
        commands.ReportHeadCount(SEAT_A, 18),
        commands.RaiseSignal(A, "frozen"),
        commands.RaiseSignal(B, "ready"),
        commands.NamePupil(A, PUPIL),
        commands.SwitchAutoAccept(A, is_on=True),
    ),
    "slides": (
        *LIVE,
        commands.TurnSlides(LEAD, DECK, 1),
        commands.DrawStroke(LEAD, StrokeId("str_00000001"), "red", "1,2 3,4"),
        commands.DrawStroke(LEAD, StrokeId("str_00000002"), "blue", "5,6 5,6"),
    ),
    "granted": (*LIVE, commands.SwitchAutoAccept(A, is_on=True)),
    "open floor": (
        *LIVE,
        commands.OpenFloor(LEAD),
        commands.StartListenIn(LEAD, SEAT_B),
        commands.ReportPublication(A, "camera", "vp8"),
        commands.SwitchSource(A, "camera", is_on=False),
    ),
    "sing-along": (
        *CALLED,
        commands.AcceptCallUp(A),
        commands.MoveSpotlight(LEAD, A),
        commands.StartSingAlong(LEAD),
        commands.StartListenIn(LEAD, SEAT_A),
        commands.CallForHelp(B),
    ),
    "lead offered": (*LIVE, commands.ProposeLead(LEAD, ASSISTANT)),
    "lead asked for": (*LIVE, commands.ProposeLead(ASSISTANT, ASSISTANT)),
    "lead gone": (
        *LIVE,
        commands.ReportCut(LEAD, DeviceId(f"dev_{LEAD}")),
        # Each takes a second: the wait for the lead is over after them.
        *(commands.SwitchDataSaving(A, is_on=number % 2 == 0) for number in range(10)),
    ),
}
"""What happened before the command that a transcript is about."""


def samples(by: ParticipantId) -> tuple[ParticipantCommand, ...]:
    """Every command that `by` can ask for, aimed at its own place and at others. An admin has no place to join."""
    seats = (SEAT_A, SEAT_B, SEAT_C)
    places = (by, *map(ParticipantId, seats))
    return (
        *((join_of(by, "dev_second"),) if by != ADMIN else ()),
        commands.Leave(by, DeviceId(f"dev_{by}")),
        commands.StartLesson(by),
        commands.EndLesson(by),
        *(commands.CallUp(by, seat) for seat in seats),
        *(commands.CancelCallUp(by, seat) for seat in seats),
        commands.AcceptCallUp(by),
        commands.DeclineCallUp(by),
        *(commands.SendDown(by, seat) for seat in seats),
        *(commands.StartListenIn(by, seat) for seat in seats),
        commands.StopListenIn(by),
        commands.OpenFloor(by),
        commands.CloseFloor(by),
        commands.StartSingAlong(by),
        commands.StopSingAlong(by),
        *(commands.MoveSpotlight(by, place) for place in (None, *places)),
        commands.ProposeLead(by, ASSISTANT),
        commands.AnswerLead(by, is_accepted=True),
        commands.AnswerLead(by, is_accepted=False),
        commands.TakeLead(by),
        commands.CallForHelp(by),
        *(commands.ClearHelp(by, place) for place in places),
        *(commands.Mute(by, place) for place in places),
        *(commands.Unmute(by, place) for place in places),
        commands.RaiseHand(by),
        *(commands.LowerHand(by, place) for place in places),
        commands.SwitchSource(by, "camera", is_on=False),
        commands.SwitchSource(by, "camera", is_on=True),
        commands.SwitchDataSaving(by, is_on=True),
        *(commands.TurnSlides(by, DECK, page) for page in (1, 2)),
        commands.HideSlides(by),
        commands.DrawStroke(by, StrokeId("str_00000009"), "green", "7,7 8,8"),
        commands.UndoStroke(by),
        commands.ClearStrokes(by),
        commands.SwitchSound(by, "music"),
        commands.SwitchAutoAccept(by, is_on=True),
        commands.RaiseSignal(by, "slower"),
        *(commands.ClearSignal(by, place) for place in places),
        commands.NamePupil(by, PUPIL),
        commands.NamePupil(by, None),
    )


@dataclass(frozen=True, slots=True)
class Transcript:
    """One command in one scene, as one viewer was told of it."""

    name: str
    command: ParticipantCommand
    actor: Actor
    viewer: ParticipantId
    before: Message
    messages: tuple[Message, ...]
    after: Message


def transcripts() -> Iterator[Transcript]:
    """Every command of every role in every scene that takes it and is changed by it."""
    for scene, history in SCENES.items():
        for actor, by in PEOPLE.items():
            for command in samples(by):
                yield from _told(scene, history, actor, command)


class _Page:
    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.heard: list[Message] = []

    def send_text(self, text: str) -> None:
        self.heard.append(json.loads(text))

    def send(self, message: SpeakersChanged) -> None:
        self.send_text(encode(message))


def _told(
    scene: str, history: tuple[Command, ...], actor: Actor, command: ParticipantCommand
) -> Iterator[Transcript]:
    feed = LessonFeed(PLAN, CARD, 500)
    for earlier in history:
        feed.replay(_rows(feed.room, earlier))
    try:
        rows = _rows(feed.room, command)
    except CommandRejected:
        return
    pages = [_Page(viewer) for viewer in VIEWERS]
    before = [_snapshot(feed, viewer) for viewer in VIEWERS]
    feed.screens.update(pages)
    feed.publish(rows)
    for page, earlier_snapshot in zip(pages, before, strict=True):
        yield Transcript(
            name=f"{scene}: {command}, seen by {page.viewer.kind} of {page.viewer.participant_id}",
            command=command,
            actor=actor,
            viewer=page.viewer.participant_id,
            before=earlier_snapshot,
            messages=tuple(page.heard),
            after=_snapshot(feed, page.viewer),
        )


def _rows(room: Room, command: Command) -> tuple[Recorded, ...]:
    """The journal rows of a command one second after the last one. CommandRejected if it is refused."""
    now_ms = max(room.at_ms, START_MS) + 1_000
    events = decide(room, command, now_ms)
    return tuple(Recorded(room.seq + i, now_ms, 0, event) for i, event in enumerate(events, 1))


def _snapshot(feed: LessonFeed, viewer: Viewer) -> Message:
    message: Message = json.loads(encode(feed.snapshot(viewer, None)))
    return message


def write(path: Path) -> int:
    """Write those that tell something as JSON; how many."""
    told = [
        {"name": one.name, "before": one.before, "messages": one.messages, "after": one.after}
        for one in transcripts()
        if one.messages or one.before != one.after
    ]
    path.write_text(json.dumps(told))
    return len(told)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} transcripts")
