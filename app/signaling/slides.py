"""What passes between the screens of a lesson about slides: pointer, growing lines, and which page each one shows.

Nothing of it is journalled. Pointer and pen go to whoever reads quickly enough; the last page of each place is told
again to staff who come later.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from app.ids import ParticipantId
from app.rooms.slides import may_point
from app.rooms.state import Phase, Presence, Room
from app.signaling import messages as wire
from app.signaling.codes import Refusal
from app.signaling.limits import TokenBucket
from app.signaling.viewer import Viewer

PASSING_PER_S, PASSING_AT_ONCE = 15.0, 30.0
"""Pointer, pen and reports of one place; a page sends eight a second."""

PassingRequest = wire.PointerMove | wire.PenDraw | wire.SlideReport
PassingMessage = wire.PointerMoved | wire.PenDrawn


class SlideScreen(Protocol):
    """A connection, as far as slides go."""

    @property
    def viewer(self) -> Viewer: ...

    def send(self, message: wire.SlideShown) -> None: ...

    def send_passing(self, message: PassingMessage) -> None:
        """Queue a message that is worth nothing late: dropped where others still wait to be read."""
        ...


class SlideTalk:
    """Of one lesson."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock`: seconds, any origin."""
        self._clock = clock
        self._shown: dict[ParticipantId, wire.SlideShown] = {}
        self._rates: dict[ParticipantId, TokenBucket] = {}

    def take(
        self,
        sender: SlideScreen,
        request: PassingRequest,
        room: Room,
        screens: Iterable[SlideScreen],
    ) -> Refusal | None:
        """Pass it on to the others; why not, if it is not passed on."""
        who = sender.viewer.participant_id
        now_s = self._clock()
        rate = self._rates.setdefault(who, TokenBucket(PASSING_AT_ONCE, PASSING_PER_S, now_s))
        if not rate.take(now_s):
            return Refusal.RATE_LIMITED
        if isinstance(request, wire.SlideReport):
            self._report(who, request, room, screens)
        elif may_point(room, who):
            message = _passing(request)
            for screen in screens:
                if screen is not sender:
                    screen.send_passing(message)
        return None

    def tell(self, screen: SlideScreen) -> None:
        """What each place shows, to staff who have just come."""
        if screen.viewer.is_staff:
            for message in self._shown.values():
                screen.send(message)

    def forget(self, who: ParticipantId) -> None:
        """This place is empty."""
        self._shown.pop(who, None)
        self._rates.pop(who, None)

    def _report(
        self,
        who: ParticipantId,
        request: wire.SlideReport,
        room: Room,
        screens: Iterable[SlideScreen],
    ) -> None:
        own = room.participants.get(who)
        is_there = own is not None and own.presence is not Presence.ABSENT
        if not is_there or room.phase is not Phase.LIVE:
            return
        message = wire.SlideShown(
            type="slide.shown", participant_id=who, deck_id=request.deck_id, page=request.page
        )
        if self._shown.get(who) == message:
            return
        self._shown[who] = message
        for screen in screens:
            if screen.viewer.is_staff:
                screen.send(message)


def _passing(request: wire.PointerMove | wire.PenDraw) -> PassingMessage:
    if isinstance(request, wire.PointerMove):
        return wire.PointerMoved(type="pointer.moved", at=request.at)
    return wire.PenDrawn(
        type="pen.drawn",
        stroke_id=request.stroke_id,
        color=request.color,
        points=request.points,
    )
