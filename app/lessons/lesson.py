"""A lesson as it is read: with its seats, its staff, and the names of all of them."""

from dataclasses import dataclass
from typing import Literal

from app.errors import NotFound
from app.ids import ClassroomId, LessonId, SchoolId, SeatId, UserId
from app.lessons.access import LessonScope
from app.lessons.listing import LessonState
from app.lessons.staff import StaffDetail

CancelReason = Literal["teacher", "school", "holiday", "network", "power", "other"]
"""Why a lesson does not take place: the teacher cannot, a school cannot, a day off, a school's link, its power."""
CancelledReason = Literal[CancelReason, "course"]
"""The same, or its course was changed and has no lesson then any more."""
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class SeatDetail:
    seat_id: SeatId
    classroom_id: ClassroomId
    classroom_name: str
    school_id: SchoolId
    school_name: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class LessonDetail:
    """A lesson with its seats. Times: UTC milliseconds. `state` is the effective one at the time of reading."""

    lesson_id: LessonId
    county_id: str
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    is_recorded: bool
    is_demo: bool
    is_rehearsal: bool
    state: LessonState
    started_at_ms: int | None
    ended_at_ms: int | None
    end_reason: str | None
    lead_user_id: UserId
    lead_name: str
    lead_school_id: SchoolId | None
    lead_school_name: str
    engine_index: int
    seats: tuple[SeatDetail, ...]
    staff: tuple[StaffDetail, ...] = ()
    first_starts_at_ms: int | None = None
    """Before it was moved."""
    first_lead_name: str | None = None
    """Before somebody took it over."""
    cancelled_at_ms: int | None = None
    cancelled_reason: CancelledReason | None = None
    restored_at_ms: int | None = None
    """It was cancelled, and takes place after all."""

    @property
    def is_called_off(self) -> bool:
        """Cancelled while nobody was in its room: no journal says that it is over."""
        return self.cancelled_at_ms is not None and self.ended_at_ms is None

    @property
    def is_sample(self) -> bool:
        """Held by simulated participants only, the lead too: nobody teaches it."""
        return self.is_demo and all(seat.is_simulated for seat in self.seats)

    @property
    def scope(self) -> LessonScope:
        return LessonScope(
            self.lesson_id,
            self.county_id,
            self.lead_user_id,
            self.lead_school_id,
            {seat.seat_id: seat.school_id for seat in self.seats},
            {one.user_id: one.role for one in self.staff},
        )

    def seat(self, seat_id: SeatId) -> SeatDetail:
        for seat in self.seats:
            if seat.seat_id == seat_id:
                return seat
        raise NotFound("this lesson has no such seat", code="seat_unknown")

    def tickets_end_ms(self, now_ms: int, grace_ms: int) -> int:
        """Until when a ticket is good: planned end, or the planned length from a late start, and a while more."""
        length_ms = self.ends_at_ms - self.starts_at_ms
        begins_ms = self.started_at_ms if self.started_at_ms is not None else now_ms
        is_late = begins_ms >= self.ends_at_ms
        return (begins_ms + length_ms if is_late else self.ends_at_ms) + grace_ms
