"""A journal in memory that keeps every promise of `RoomJournal`: leases, unique `seq`, all rows or none.

Rows are stored as the JSON text that a database would hold, so that every event takes the way through its codec.
"""

import json
from collections.abc import Sequence

from app.ids import LessonId
from app.rooms.recorded import Recorded, event_from_json, event_to_json
from app.rooms.runtime import JournalConflict


class MemoryJournal:
    """Survives the `Rooms` that write to it, as a database survives a process."""

    def __init__(self) -> None:
        self.rows: dict[LessonId, list[tuple[int, int, int, str, str]]] = {}
        self.leases: dict[LessonId, int] = {}
        self.fail_next: Exception | None = None
        self.fail_after_write: Exception | None = None
        """Raised once after the rows were stored: a connection that breaks during COMMIT."""

    async def claim(self, lesson_id: LessonId) -> int:
        self.leases[lesson_id] = self.leases.get(lesson_id, 0) + 1
        return self.leases[lesson_id]

    async def load(self, lesson_id: LessonId, after_seq: int = 0) -> list[Recorded]:
        return [
            Recorded(seq, at_ms, mono_ns, event_from_json(type_, json.loads(text)))
            for seq, at_ms, mono_ns, type_, text in self.rows.get(lesson_id, [])
            if seq > after_seq
        ]

    async def append(
        self, lesson_id: LessonId, lease_epoch: int, recorded: Sequence[Recorded]
    ) -> None:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        rows = self.rows.setdefault(lesson_id, [])
        last_seq = rows[-1][0] if rows else 0
        expected = range(last_seq + 1, last_seq + 1 + len(recorded))
        if lease_epoch != self.leases.get(lesson_id) or [r.seq for r in recorded] != list(expected):
            raise JournalConflict(lesson_id)
        rows.extend(
            (r.seq, r.at_ms, r.mono_ns, r.event.type, json.dumps(event_to_json(r.event)))
            for r in recorded
        )
        if self.fail_after_write is not None:
            error, self.fail_after_write = self.fail_after_write, None
            raise error
