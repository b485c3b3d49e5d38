"""What the screens of one lesson have in common: the room as last told, the recent past, and who listens."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from app.ids import LessonId
from app.rooms.events import LessonRestored
from app.rooms.evolve import evolve
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Room
from app.signaling.consoles import Consoles
from app.signaling.directory import LessonCard
from app.signaling.messages import (
    SERVER_MESSAGE,
    ChatHistory,
    ChatSent,
    ClosingChanged,
    ConsolesChanged,
    PageStepped,
    PenDrawn,
    PointerMoved,
    RoomSnapshot,
    ServerMessage,
    SlideShown,
    SpeakersChanged,
)
from app.signaling.notices import Step, notices_of
from app.signaling.private import private_notices, private_view
from app.signaling.room_view import countdown_ms, room_view
from app.signaling.slides import SlideTalk
from app.signaling.speakers import Speakers
from app.signaling.viewer import Notice, Viewer


class Screen(Protocol):
    """A connection, as far as the feed cares."""

    @property
    def viewer(self) -> Viewer: ...

    def send(
        self,
        message: SpeakersChanged
        | SlideShown
        | ConsolesChanged
        | PageStepped
        | ChatSent
        | ChatHistory,
    ) -> None:
        """Queue one message; never waits."""
        ...

    def send_text(self, text: str) -> None:
        """Queue one encoded message; never waits."""
        ...

    def send_passing(self, message: PointerMoved | PenDrawn) -> None:
        """Queue a message that is worth nothing late, if nothing waits."""
        ...


class LessonFeed:
    """Folds the journal of one lesson and tells its screens. Owned by the hub; single-threaded, never awaits."""

    def __init__(self, plan: LessonPlan, card: LessonCard, history: int) -> None:
        self.room = Room(plan)
        self.card = card
        self.screens: set[Screen] = set()
        self.speakers = Speakers()
        self.slides = SlideTalk(time.monotonic)
        self.consoles = Consoles()
        self._steps: deque[Step] = deque(maxlen=history)

    @property
    def lesson_id(self) -> LessonId:
        return self.room.plan.lesson_id

    def replay(self, journal: Iterable[Recorded]) -> None:
        """Fold rows from before anybody listened."""
        for recorded in journal:
            self._step(recorded)

    def publish(self, journal: Sequence[Recorded]) -> list[Step]:
        """Fold new rows and tell every screen; rows already folded in are skipped."""
        countdown = countdown_ms(self.room)
        steps = [step for recorded in journal if (step := self._step(recorded)) is not None]
        for step in steps:
            for notice in self._notices_of(step):
                text = encode(notice.message)
                for screen in list(self.screens):
                    if screen.viewer.may_see(notice):
                        screen.send_text(text)
        if countdown_ms(self.room) != countdown:
            text = encode(self.closing())
            for screen in list(self.screens):
                screen.send_text(text)
        return steps

    def snapshot(self, viewer: Viewer, re: str | None) -> RoomSnapshot:
        return RoomSnapshot(
            type="room.snapshot",
            re=re,
            seq=self.room.seq,
            you=viewer.participant_id,
            room=room_view(self.room, self.card, viewer),
            private=private_view(self.room, self.card, viewer),
        )

    def closing(self) -> ClosingChanged:
        return ClosingChanged(type="closing.changed", closes_at_ms=countdown_ms(self.room))

    def missed(self, viewer: Viewer, last_seq: int, limit: int) -> list[ServerMessage] | None:
        """What this viewer missed since `last_seq`; None if that is too much or not known: send a snapshot.

        A row that makes several messages may have been cut in the middle: it is told again, every message of it
        sets what it says and can be folded twice.
        """
        if not self._steps or not self._steps[0].recorded.seq <= last_seq <= self.room.seq:
            return None
        missed: list[ServerMessage] = []
        for step in self._steps:
            if step.recorded.seq < last_seq:
                continue
            seen = [n.message for n in self._notices_of(step) if viewer.may_see(n)]
            if step.recorded.seq > last_seq or len(seen) > 1:
                missed += seen
            if len(missed) > limit:
                return None
        return missed

    def _notices_of(self, step: Step) -> list[Notice]:
        return [*notices_of(step, self.card), *private_notices(step, self.card)]

    def _step(self, recorded: Recorded) -> Step | None:
        if recorded.seq <= self.room.seq:
            return None
        step = Step(self.room, recorded, evolve(self.room, recorded))
        self.room = step.after
        if isinstance(recorded.event, LessonRestored):
            # Screens that know of its end get a snapshot.
            self._steps.clear()
        self._steps.append(step)
        return step


def encode(message: ServerMessage) -> str:
    return SERVER_MESSAGE.dump_json(message).decode()
