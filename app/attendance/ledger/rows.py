"""The ledger row by row: one for each lesson and classroom, with presence and roll call beside the minutes."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.filter import AMOUNTS, IS_CANCELLED, LedgerFilter, is_narrow, over_within
from app.attendance.roll_call.repository import rolls_of
from app.attendance.roll_call.roll import Roll
from app.db.engine import Database
from app.db.models import (
    AttendanceRow,
    Classroom,
    LedgerCorrection,
    LedgerEntry,
    Lesson,
    School,
    Seat,
    User,
)
from app.errors import InvalidInput
from app.ids import LessonId, SeatId
from app.scope import Scope

Outcome = Literal["held", "cancelled", "not_held"]
_CURSOR = re.compile(r"(-?\d{1,15})\.(\w{1,40})", re.ASCII)
_FILE_STEP = 500


@dataclass(frozen=True, slots=True)
class RollNumbers:
    """A roll call without names."""

    head_count: int | None
    """None: nobody counted."""
    absent: int
    """Without leave."""
    excused: int
    late: int
    left_early: int

    @classmethod
    def of(cls, roll: Roll) -> "RollNumbers":
        return cls(
            roll.head_count,
            absent=roll.count("absent"),
            excused=roll.count("excused"),
            late=roll.count("late", "late_and_left_early"),
            left_early=roll.count("left_early", "late_and_left_early"),
        )


@dataclass(frozen=True, slots=True)
class LedgerRow:
    lesson_id: LessonId
    seat_id: SeatId
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    teacher: str
    classroom: str
    school: str
    outcome: Outcome
    planned_s: int
    delivered_s: int
    extra_s: int
    missed_s: Mapping[Cause, int]
    """Every cause; together with `delivered_s` they are `planned_s`."""
    first_joined_ms: int | None
    """None: the classroom never came."""
    last_left_ms: int | None
    is_late: bool
    left_early: bool
    is_excused: bool
    cuts: int
    cut_s: int
    pupils: RollNumbers
    corrections: int
    """Of this row; those of the roll call stand in the roll call."""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    rows: tuple[LedgerRow, ...]
    next: str | None
    """Cursor of what follows; None at the end."""


_COLUMNS: tuple[Any, ...] = (
    Lesson,
    Seat.seat_id,
    User.name,
    Classroom.name,
    School.name,
    LedgerEntry,
    AttendanceRow,
    IS_CANCELLED,
    *AMOUNTS,
)


async def load_page(
    session: AsyncSession,
    scope: Scope,
    wanted: LedgerFilter,
    now_ms: int,
    limit: int,
    after: str | None,
) -> LedgerPage:
    """In order of the lessons' beginnings. InvalidInput for a cursor that is none."""
    query = _query(scope, wanted, now_ms).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(Lesson.starts_at_ms, Seat.seat_id) > tuple_(*_parse(after)))
    found = (await session.execute(query)).all()
    rows = await _rows(session, found[:limit])
    last = rows[-1] if len(found) > limit else None
    return LedgerPage(rows, None if last is None else f"{last.starts_at_ms}.{last.seat_id}")


async def load_row(
    session: AsyncSession, scope: Scope, seat_id: SeatId, now_ms: int
) -> LedgerRow | None:
    """None if there is no such row within the scope, or its lesson is not over."""
    starts_at_ms = await session.scalar(
        select(Lesson.starts_at_ms)
        .join(Seat, Seat.lesson_id == Lesson.lesson_id)
        .where(Seat.seat_id == seat_id)
    )
    if starts_at_ms is None:
        return None
    wanted = LedgerFilter(starts_at_ms, starts_at_ms + 1)
    query = _query(scope, wanted, now_ms).where(Seat.seat_id == seat_id)
    rows = await _rows(session, (await session.execute(query)).all())
    return rows[0] if rows else None


async def count_rows(session: AsyncSession, scope: Scope, wanted: LedgerFilter, now_ms: int) -> int:
    return await session.scalar(over_within((func.count(),), scope, wanted, now_ms)) or 0


async def every_page(
    database: Database, scope: Scope, wanted: LedgerFilter, now_ms: int
) -> AsyncIterator[tuple[LedgerRow, ...]]:
    """The whole ledger in steps, each a short read of its own: a slow reader holds no connection."""
    after: str | None = None
    while True:
        async with database.reading() as session:
            page = await load_page(session, scope, wanted, now_ms, _FILE_STEP, after)
        yield page.rows
        after = page.next
        if after is None:
            return


def _query(scope: Scope, wanted: LedgerFilter, now_ms: int) -> Any:
    was_there = and_(
        AttendanceRow.lesson_id == Lesson.lesson_id, AttendanceRow.participant_id == Seat.seat_id
    )
    # A school's rows are few: they are sorted, not looked for in a county's lessons by the order of an index.
    begins = Lesson.starts_at_ms + 0 if is_narrow(scope, wanted) else Lesson.starts_at_ms
    return (
        over_within(_COLUMNS, scope, wanted, now_ms)
        .outerjoin(AttendanceRow, was_there)
        .order_by(begins, Seat.seat_id)
    )


async def _rows(session: AsyncSession, found: Sequence[Any]) -> tuple[LedgerRow, ...]:
    seat_ids = [SeatId(row[1]) for row in found]
    rolls = await rolls_of(session, seat_ids)
    corrections = await _count_corrections(session, seat_ids)
    return tuple(
        _row(found, rolls.get(seat_id, Roll()), corrections.get(seat_id, 0))
        for found, seat_id in zip(found, seat_ids, strict=True)
    )


def _row(found: Any, roll: Roll, corrections: int) -> LedgerRow:
    lesson, seat_id, teacher, classroom, school, entry, presence, is_cancelled, *amounts = found
    planned_s, delivered_s, extra_s, *missed = amounts
    never_held: Outcome = (
        "cancelled" if is_cancelled or lesson.end_reason == "cancelled" else "not_held"
    )
    return LedgerRow(
        lesson_id=LessonId(lesson.lesson_id),
        seat_id=SeatId(seat_id),
        title=lesson.title,
        subject=lesson.subject,
        starts_at_ms=lesson.starts_at_ms,
        ends_at_ms=lesson.ends_at_ms,
        teacher=teacher,
        classroom=classroom,
        school=school,
        outcome="held" if lesson.started_at_ms is not None else never_held,
        planned_s=planned_s,
        delivered_s=delivered_s,
        extra_s=extra_s,
        missed_s=dict(zip(CAUSES, missed, strict=True)),
        first_joined_ms=presence and presence.first_joined_at_ms,
        last_left_ms=presence and presence.last_left_at_ms,
        is_late=entry is not None and entry.is_late,
        left_early=entry is not None and entry.left_early,
        is_excused=entry is not None and entry.is_excused,
        cuts=presence.cuts if presence else 0,
        cut_s=round(presence.cut_ms / 1000) if presence else 0,
        pupils=RollNumbers.of(roll),
        corrections=corrections,
    )


async def _count_corrections(
    session: AsyncSession, seat_ids: Sequence[SeatId]
) -> Mapping[SeatId, int]:
    counted = await session.execute(
        select(LedgerCorrection.seat_id, func.count())
        .where(LedgerCorrection.seat_id.in_(seat_ids))
        .group_by(LedgerCorrection.seat_id)
    )
    return {SeatId(seat_id): count for seat_id, count in counted}


def _parse(cursor: str) -> tuple[int, str]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInput("this is no cursor of this list")
    return int(match[1]), match[2]
