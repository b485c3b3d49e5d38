"""The lesson's time line: milliseconds since `lesson.started`."""

from app.rooms.events import LessonStarted
from app.rooms.recorded import Recorded

MAX_SAME_BOOT_MS = 15_000
"""How far wall clocks of two processes of one boot may differ. After a reboot the monotonic clock starts over,
and wall minus monotonic differs by all the time the machine had been up."""


class LessonTimeline:
    """Places journal rows and monotonic readings of any process, before and after a reboot."""

    def __init__(self, started_at_ms: int, started_mono_ns: int) -> None:
        self._started_at_ms = started_at_ms
        self._started_mono_ns = started_mono_ns

    @classmethod
    def of(cls, journal: list[Recorded]) -> "LessonTimeline":
        """ValueError if the lesson never started."""
        for row in journal:
            if isinstance(row.event, LessonStarted):
                return cls(row.at_ms, row.mono_ns)
        raise ValueError("the lesson never started")

    @property
    def started_at_ms(self) -> int:
        return self._started_at_ms

    def at(self, mono_ns: int, utc_ms: int, utc_mono_ns: int) -> int:
        """Where `mono_ns` lies, if the same clock read `utc_mono_ns` when the wall clock said `utc_ms`."""
        booted_ms = utc_ms - utc_mono_ns // 1_000_000
        lesson_booted_ms = self._started_at_ms - self._started_mono_ns // 1_000_000
        if abs(booted_ms - lesson_booted_ms) <= MAX_SAME_BOOT_MS:
            return round((mono_ns - self._started_mono_ns) / 1_000_000)
        return round(utc_ms + (mono_ns - utc_mono_ns) / 1_000_000) - self._started_at_ms

    def of_row(self, row: Recorded) -> int:
        return self.at(row.mono_ns, row.at_ms, row.mono_ns)
