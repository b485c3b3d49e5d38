"""Passes on to the staff what a classroom's page says of its own screen and sound. Nothing is kept or journalled."""

from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from app.rooms.state import Role
from app.signaling import messages as wire
from app.signaling.codes import Refusal
from app.signaling.connection import Connection
from app.signaling.feed import Screen, encode
from app.signaling.limits import TokenBucket
from app.signaling.session import Now

REPORTS_PER_S, REPORTS_AT_ONCE = 0.5, 3.0
"""Of one socket."""


class ScreenDesk:
    """Bounds how often each page reports."""

    def __init__(self, clock: Callable[[], Now]) -> None:
        self._clock = clock
        self._rates: WeakKeyDictionary[Connection, TokenBucket] = WeakKeyDictionary()

    def take(
        self, connection: Connection, request: wire.ScreenReport, screens: Iterable[Screen]
    ) -> Refusal | None:
        """Tell the staff among `screens`, or why not. Only a classroom's own device knows its screen."""
        if connection.ticket.role is not Role.CLASSROOM or connection.session.is_companion:
            return Refusal.NOT_A_CLASSROOM
        now = self._clock()
        rate = self._rates.setdefault(
            connection, TokenBucket(REPORTS_AT_ONCE, REPORTS_PER_S, now.mono_s)
        )
        if not rate.take(now.mono_s):
            return Refusal.RATE_LIMITED
        message = wire.ScreenReported(
            type="screen.reported",
            participant_id=connection.ticket.participant_id,
            at_ms=now.utc_ms,
            wall=request.wall,
            is_hidden=request.is_hidden,
            picture_age_ms=request.picture_age_ms,
            sound=request.sound,
        )
        text = encode(message)
        for screen in list(screens):
            if screen.viewer.is_staff:
                screen.send_text(text)
        return None
