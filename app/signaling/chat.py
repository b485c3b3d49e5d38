"""The staff chat of one lesson: who may write to whom, how fast, and who reads it. Never journalled.

The lines are kept where they can be erased (`ChatLog`). They reach pages of the staff and consoles, no other screen.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.errors import CommandRejected
from app.ids import LessonId, ParticipantId, new_id
from app.rooms.permissions import seat_of
from app.rooms.refusals import rejected
from app.rooms.state import Phase, Role, Room
from app.signaling.codes import SENTENCES, Refusal
from app.signaling.limits import TokenBucket
from app.signaling.messages import ChatHistory, ChatLine, ChatSend, ChatSent
from app.signaling.viewer import Viewer

LINES_AT_ONCE, LINES_PER_S = 5, 1 / 3
"""Of one place."""
HISTORY_LINES = 50
MAX_LINES = 2_000
"""Of one lesson."""

_MAY_WRITE_TO: dict[Role, frozenset[str]] = {
    Role.LEAD: frozenset({"staff", "classroom", "everybody"}),
    Role.ASSISTANT: frozenset({"staff", "classroom", "everybody"}),
    Role.OBSERVER: frozenset({"staff"}),
    Role.CLASSROOM: frozenset({"classroom"}),
}


class ChatLog(Protocol):
    """Where lines are kept."""

    async def append(self, lesson_id: LessonId, line: ChatLine, max_lines: int) -> bool:
        """False if the lesson has `max_lines` already."""
        ...

    async def last(
        self, lesson_id: LessonId, classroom: ParticipantId | None, limit: int
    ) -> Sequence[ChatLine]:
        """The last lines that the consoles of `classroom` may read, or the staff (None); oldest first."""
        ...


class ChatScreen(Protocol):
    """A connection, as far as the chat goes."""

    @property
    def viewer(self) -> Viewer: ...

    def send(self, message: ChatSent | ChatHistory) -> None: ...


class Chat:
    """Of one lesson."""

    def __init__(self, lesson_id: LessonId, log: ChatLog) -> None:
        self._lesson_id = lesson_id
        self._log = log
        self._rates: dict[ParticipantId, TokenBucket] = {}

    async def write(
        self,
        writer: Viewer,
        request: ChatSend,
        room: Room,
        screens: Iterable[ChatScreen],
        now_s: float,
        now_ms: int,
    ) -> None:
        """Keep a line and tell it to whom it is for. Raises CommandRejected."""
        _check(writer, request, room)
        rate = self._rates.setdefault(
            writer.participant_id, TokenBucket(LINES_AT_ONCE, LINES_PER_S, now_s)
        )
        if not rate.take(now_s):
            raise _rejected(Refusal.RATE_LIMITED)
        line = ChatLine(
            line_id=new_id("msg"),
            at_ms=now_ms,
            sender_id=writer.participant_id,
            audience=request.audience,
            participant_id=request.participant_id,
            text=request.text,
        )
        if not await self._log.append(self._lesson_id, line, MAX_LINES):
            raise _rejected(Refusal.CHAT_FULL)
        for screen in list(screens):
            if may_read(screen.viewer, line):
                screen.send(ChatSent(type="chat.sent", line=line))

    async def greet(self, screen: ChatScreen) -> None:
        """Tell a new screen what was written so far, if it may read anything at all."""
        viewer = screen.viewer
        if not viewer.is_private:
            return
        classroom = None if viewer.is_staff else viewer.participant_id
        lines = await self._log.last(self._lesson_id, classroom, HISTORY_LINES)
        screen.send(ChatHistory(type="chat.history", lines=list(lines)))


def may_read(viewer: Viewer, line: ChatLine) -> bool:
    """Staff read all of it; a console what is for everybody, and what its own classroom wrote or was written."""
    if not viewer.is_private:
        return False
    return (
        viewer.is_staff
        or line.audience == "everybody"
        or (line.audience == "classroom" and line.participant_id == viewer.participant_id)
    )


def _check(writer: Viewer, request: ChatSend, room: Room) -> None:
    is_own = request.participant_id == writer.participant_id
    if request.audience not in _MAY_WRITE_TO[writer.role] or (not writer.is_staff and not is_own):
        raise rejected("not_allowed")
    if room.phase is Phase.ENDED:
        raise rejected("lesson_ended")
    is_for_one = request.audience == "classroom"
    names_seat = (
        request.participant_id is not None
        and seat_of(room, ParticipantId(request.participant_id)) is not None
    )
    if is_for_one != names_seat:
        raise rejected("seat_unknown")


def _rejected(code: Refusal) -> CommandRejected:
    return CommandRejected(code, SENTENCES[code])
