"""What a place knows of its consoles: how many phones are in, and whether something private waits for one.

Not journalled. That something waits is all that a classroom's own page ever learns of it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol
from weakref import WeakKeyDictionary

from app.ids import ParticipantId
from app.signaling.messages import ConsolesChanged, PageStep, PageStepped
from app.signaling.viewer import Viewer


class PlaceScreen(Protocol):
    """A connection, as far as the consoles go."""

    @property
    def viewer(self) -> Viewer: ...

    def send(self, message: ConsolesChanged | PageStepped) -> None: ...


_NOTHING = (0, False)


class Consoles:
    """Of one lesson: what waits, and what each screen was told."""

    def __init__(self) -> None:
        self._waiting: set[ParticipantId] = set()
        self._told: WeakKeyDictionary[PlaceScreen, tuple[int, bool]] = WeakKeyDictionary()

    def tell(self, screens: Iterable[PlaceScreen]) -> None:
        """A screen came or went: tell the page and the consoles of each place what is new to them."""
        there = [screen for screen in screens if screen.viewer.kind != "projector"]
        viewers = [screen.viewer for screen in there]
        self._waiting -= {one.participant_id for one in viewers if one.kind == "console"}
        phones = Counter(one.participant_id for one in viewers if one.is_phone)
        for screen in there:
            place = screen.viewer.participant_id
            news = (phones[place], place in self._waiting)
            if news == self._told.get(screen, _NOTHING):
                continue
            self._told[screen] = news
            screen.send(
                ConsolesChanged(type="consoles.changed", phones=news[0], is_waiting=news[1])
            )

    def wrote(self, to: str | None, screens: Iterable[PlaceScreen]) -> None:
        """Something came for the consoles of `to`, or of every classroom: it waits where there is none."""
        there = list(screens)
        self._waiting |= {
            screen.viewer.participant_id
            for screen in there
            if not screen.viewer.is_staff and to in (None, screen.viewer.participant_id)
        }
        self.tell(there)


def step_page(console: Viewer, request: PageStep, screens: Iterable[PlaceScreen]) -> None:
    """Pass it on to the page of the console's own classroom, which knows whether it may turn pages now."""
    for screen in list(screens):
        viewer = screen.viewer
        if viewer.participant_id == console.participant_id and viewer.kind == "device":
            screen.send(PageStepped(type="page.stepped", step=request.step))
