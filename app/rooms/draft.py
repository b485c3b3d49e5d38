"""The events that a command is about to yield, and the room as it will be after them."""

from app.rooms.events import Event
from app.rooms.evolve import evolve
from app.rooms.recorded import Recorded
from app.rooms.state import Room


class Draft:
    """Collects events; `room` always shows the room with those events folded in."""

    def __init__(self, room: Room, now_ms: int) -> None:
        self.room = room
        self.now_ms = now_ms
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.room = evolve(self.room, Recorded(self.room.seq + 1, self.now_ms, 0, event))
