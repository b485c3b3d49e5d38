"""A room by the book: decide, append in one transaction, evolve."""

from dataclasses import dataclass, field

from app.db.engine import Database
from app.db.journal import Journal
from app.errors import CommandRejected
from app.rooms import commands as c
from app.rooms.decide import decide
from app.rooms.evolve import evolve
from app.rooms.evolve import fold as fold_room
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Room
from tests.support.clock import START_MS


@dataclass
class RoomByTheBook:
    """No runtime, no timers: time is what the test says."""

    database: Database
    journal: Journal
    plan: LessonPlan
    now_ms: int = START_MS
    epoch: int = 0
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.room = Room(self.plan)

    async def take_up(self) -> None:
        """A new process: claim, load, anchor."""
        self.epoch = await self.journal.claim(self.plan.lesson_id)
        self.room = fold_room(self.plan, await self.journal.load(self.plan.lesson_id))
        await self.execute(c.TakeUpRoom(f"boot_{self.epoch}", 1, self.now_ms))

    async def execute(self, command: c.Command) -> None:
        try:
            events = decide(self.room, command, self.now_ms)
        except CommandRejected:
            return
        rows = [
            Recorded(self.room.seq + 1 + i, self.now_ms, self.now_ms * 1000, event)
            for i, event in enumerate(events)
        ]
        await self.journal.append(self.plan.lesson_id, self.epoch, rows)
        for row in rows:
            self.room = evolve(self.room, row)
