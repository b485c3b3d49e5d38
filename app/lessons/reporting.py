"""A lesson as its viewer may see it in reports."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.caller import Caller
from app.ids import ClassroomId, LessonId, ParticipantId, SchoolId, SeatId
from app.lessons.access import (
    is_its_admin,
    is_lead,
    own_seats,
    require_lead_or_admin,
    require_names,
    require_sight,
    seats_known_by_name,
)
from app.lessons.repository import LessonStore


@dataclass(frozen=True, slots=True)
class ReportedLesson:
    lesson_id: LessonId
    title: str
    planned_start_ms: int
    planned_end_ms: int
    is_over: bool
    seat_names: Mapping[ParticipantId, tuple[str, str]]
    """Classroom and school by seat."""
    only_seats: frozenset[ParticipantId] | None
    """Who is of a school that takes part sees its classrooms; the lead and the lesson's admins see all (None)."""
    only_school: SchoolId | None
    """The same for people."""
    seats_with_names: frozenset[SeatId]
    """The seats whose pupils the viewer may know by name."""


@dataclass(frozen=True, slots=True)
class RolledSeat:
    """A seat whose pupils are called."""

    lesson_id: LessonId
    seat_id: SeatId
    classroom_id: ClassroomId
    classroom_name: str
    school_name: str
    planned_start_ms: int
    is_waiting: bool
    is_over: bool


def lesson_for_report(
    store: LessonStore,
) -> Callable[[LessonId, Caller], Awaitable[ReportedLesson]]:
    """Reads a lesson for a caller; NotFound if it is none of theirs."""

    async def read(lesson_id: LessonId, caller: Caller) -> ReportedLesson:
        lesson = await store.get(lesson_id)
        scope = lesson.scope
        require_sight(caller, scope)
        sees_all = is_lead(caller, scope) or is_its_admin(caller, scope)
        seats = frozenset(ParticipantId(seat) for seat in own_seats(caller, scope))
        return ReportedLesson(
            lesson_id=lesson.lesson_id,
            title=lesson.title,
            planned_start_ms=lesson.starts_at_ms,
            planned_end_ms=lesson.ends_at_ms,
            is_over=lesson.state == "ended",
            seat_names={
                ParticipantId(seat.seat_id): (seat.classroom_name, seat.school_name)
                for seat in lesson.seats
            },
            only_seats=None if sees_all else seats,
            only_school=None if sees_all else caller.school_id,
            seats_with_names=seats_known_by_name(caller, scope),
        )

    return read


def seat_for_roll_call(
    store: LessonStore,
) -> Callable[[LessonId, SeatId, Caller | None], Awaitable[RolledSeat]]:
    """Reads a seat for who may know its pupils by name; None: somebody with the seat's own ticket."""

    async def read(lesson_id: LessonId, seat_id: SeatId, caller: Caller | None) -> RolledSeat:
        lesson = await store.get(lesson_id)
        if caller is not None:
            require_names(caller, lesson.scope, seat_id)
        seat = lesson.seat(seat_id)
        return RolledSeat(
            lesson_id=lesson_id,
            seat_id=seat_id,
            classroom_id=seat.classroom_id,
            classroom_name=seat.classroom_name,
            school_name=seat.school_name,
            planned_start_ms=lesson.starts_at_ms,
            is_waiting=lesson.state == "waiting",
            is_over=lesson.state == "ended",
        )

    return read


def only_lead_or_admin(store: LessonStore) -> Callable[[LessonId, Caller], Awaitable[None]]:
    """Refuses everybody but the lesson's lead and its admins; NotFound for whom it is no business of."""

    async def check(lesson_id: LessonId, caller: Caller) -> None:
        require_lead_or_admin(caller, (await store.get(lesson_id)).scope)

    return check
