"""Lessons read from their rows, with seats, staff and names."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.models import Classroom, Lesson, School, Seat, User
from app.ids import ClassroomId, LessonId, SchoolId, SeatId, UserId
from app.lessons.lesson import CancelledReason, LessonDetail, SeatDetail
from app.lessons.listing import LessonState, effective_state
from app.lessons.staff import read_staff


async def read_lessons(
    session: AsyncSession,
    now_ms: int,
    condition: ColumnElement[bool],
    limit: int,
    order: Sequence[Any] = (),
) -> list[LessonDetail]:
    """Those that meet `condition`, with their state at `now_ms`."""
    first = aliased(User)
    rows = (
        await session.execute(
            select(Lesson, effective_state(now_ms), User, School.name, first.name)
            .join(User, User.user_id == Lesson.lead_user_id)
            .outerjoin(first, first.user_id == Lesson.first_lead_user_id)
            .outerjoin(School, School.school_id == User.school_id)
            .where(condition)
            .order_by(*order)
            .limit(limit)
        )
    ).all()
    ids = [row[0].lesson_id for row in rows]
    seats = await _read_seats(session, ids)
    staff = await read_staff(session, ids)
    return [
        replace(
            _detail(lesson, state, lead, lead_school, seats.get(lesson.lesson_id, ())),
            staff=tuple(staff.get(lesson.lesson_id, ())),
            first_lead_name=first_lead_name,
        )
        for lesson, state, lead, lead_school, first_lead_name in rows
    ]


def _detail(
    lesson: Lesson,
    state: str,
    lead: User,
    lead_school: str | None,
    seats: Sequence[SeatDetail],
) -> LessonDetail:
    is_dropped = state != lesson.state
    return LessonDetail(
        lesson_id=LessonId(lesson.lesson_id),
        county_id=lesson.county_id,
        title=lesson.title,
        subject=lesson.subject,
        starts_at_ms=lesson.starts_at_ms,
        ends_at_ms=lesson.ends_at_ms,
        is_recorded=lesson.is_recorded,
        is_demo=lesson.is_demo,
        is_rehearsal=lesson.is_rehearsal,
        state=cast("LessonState", state),
        started_at_ms=lesson.started_at_ms,
        ended_at_ms=lesson.ended_at_ms,
        end_reason="cancelled" if is_dropped else lesson.end_reason,
        lead_user_id=UserId(lesson.lead_user_id),
        lead_name=lead.name,
        lead_school_id=None if lead.school_id is None else SchoolId(lead.school_id),
        lead_school_name=lead_school or "",
        engine_index=lesson.engine_index,
        seats=tuple(seats),
        first_starts_at_ms=lesson.first_starts_at_ms,
        cancelled_at_ms=lesson.cancelled_at_ms,
        cancelled_reason=cast("CancelledReason | None", lesson.cancelled_reason),
        restored_at_ms=lesson.restored_at_ms,
    )


async def _read_seats(
    session: AsyncSession, lesson_ids: Sequence[str]
) -> dict[str, list[SeatDetail]]:
    rows = (
        await session.execute(
            select(Seat, Classroom, School)
            .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
            .join(School, School.school_id == Classroom.school_id)
            .where(Seat.lesson_id.in_(lesson_ids))
            .order_by(Seat.lesson_id, Seat.position)
        )
    ).all()
    seats: dict[str, list[SeatDetail]] = {}
    for seat, classroom, school in rows:
        seats.setdefault(seat.lesson_id, []).append(
            SeatDetail(
                SeatId(seat.seat_id),
                ClassroomId(classroom.classroom_id),
                classroom.name,
                SchoolId(school.school_id),
                school.name,
                classroom.is_simulated,
            )
        )
    return seats
