"""The lesson row as the room wants it."""

from collections.abc import Awaitable, Callable

from app.errors import Conflict
from app.ids import LessonId
from app.lessons.repository import LessonStore
from app.lessons.subject import sound_preset_of
from app.rooms.state import LessonPlan, Seat
from app.settings import Settings


def plan_loader(
    store: LessonStore, settings: Settings
) -> Callable[[LessonId], Awaitable[LessonPlan]]:
    """`load_plan` for `Rooms`. NotFound for an unknown lesson, Conflict `lesson_ended` for one that was called off."""

    async def load_plan(lesson_id: LessonId) -> LessonPlan:
        lesson = await store.get(lesson_id)
        if lesson.is_called_off:
            raise Conflict("the lesson was cancelled", code="lesson_ended")
        recordable = await store.recordable_seats(lesson)
        return LessonPlan(
            lesson_id=lesson.lesson_id,
            lead_user_id=lesson.lead_user_id,
            starts_at_ms=lesson.starts_at_ms,
            ends_at_ms=lesson.ends_at_ms,
            is_recorded=lesson.is_recorded,
            sound_preset=sound_preset_of(lesson.subject),
            is_restored=lesson.restored_at_ms is not None and lesson.state == "waiting",
            seats=tuple(
                Seat(seat.seat_id, seat.classroom_id, seat.seat_id in recordable)
                for seat in lesson.seats
            ),
            reconnect_grace_ms=round(settings.reconnect_grace_s * 1000),
            call_up_timeout_ms=round(settings.call_up_timeout_s * 1000),
            overtime_ms=round(settings.lead_absent_end_s * 1000),
        )

    return load_plan
