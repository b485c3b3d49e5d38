"""The ledger over time: added up by hour, day or week, for charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, and_, cast, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.filter import (
    AMOUNTS,
    DELIVERED_S,
    EXTRA_S,
    IS_CANCELLED,
    LedgerFilter,
    lessons_over,
    seats_over,
)
from app.db.models import LedgerEntry, Lesson, RollCall, Seat
from app.errors import InvalidInput
from app.scope import Scope

StepName = Literal["hour", "day", "week"]
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WIDTHS_MS: Mapping[StepName, int] = {"hour": HOUR_MS, "day": DAY_MS, "week": 7 * DAY_MS}
_TO_MONDAY_MS = 3 * DAY_MS
"""1970 began on a Thursday; weeks begin on Mondays (ISO 8601)."""
MAX_STEPS = 100
"""More bars than that are no picture."""


@dataclass(frozen=True, slots=True)
class Lessons:
    held: int
    cancelled: int
    not_held: int


@dataclass(frozen=True, slots=True)
class ClassroomsThere:
    """Classrooms of lessons that were held, once for each lesson. Together they are all of them."""

    on_time: int
    late: int
    """Without an excuse, as `absent`."""
    absent: int
    """Nothing of the lesson reached it."""
    excused: int


@dataclass(frozen=True, slots=True)
class PupilsThere:
    """What roll calls say, once for each lesson."""

    present: int
    """By their marks, whoever came late or left early too, or by a head count."""
    absent: int
    """Without leave."""
    excused: int


@dataclass(frozen=True, slots=True)
class Step:
    starts_at_ms: int
    lessons: Lessons
    planned_s: int
    """Summed over the lessons' classrooms: `delivered_s` and all of `missed_s`."""
    delivered_s: int
    missed_s: Mapping[Cause, int]
    classrooms: ClassroomsThere
    pupils: PupilsThere


async def load_steps(
    session: AsyncSession,
    scope: Scope,
    wanted: LedgerFilter,
    step: StepName,
    utc_offset_min: int,
    now_ms: int,
) -> tuple[Step, ...]:
    """Every step of the range, those without a lesson too. InvalidInput `too_many_steps`.

    Days and weeks begin at midnight of a clock that is `utc_offset_min` ahead of UTC.
    """
    width_ms = WIDTHS_MS[step]
    shift_ms = utc_offset_min * 60_000 + (_TO_MONDAY_MS if step == "week" else 0)
    first, last = ((ms + shift_ms) // width_ms for ms in (wanted.from_ms, wanted.to_ms - 1))
    if last - first >= MAX_STEPS:
        raise InvalidInput(f"a chart has {MAX_STEPS} steps at most", code="too_many_steps")
    number = (Lesson.starts_at_ms + shift_ms) // width_ms
    about = (scope, wanted, now_ms)
    lessons = lessons_over((number, func.count(), *map(_count, _LESSONS)), *about)
    sums = (*map(_sum, AMOUNTS), *map(_count, _CLASSROOMS), *map(_sum, _PUPILS))
    seats = seats_over((number, *sums), *about).outerjoin(
        RollCall, RollCall.seat_id == Seat.seat_id
    )
    found = [await _by_step(session, query, number) for query in (lessons, seats)]
    return tuple(
        _step(one * width_ms - shift_ms, *(rows.get(one) for rows in found))
        for one in range(first, last + 1)
    )


async def _by_step(
    session: AsyncSession, query: Select[Any], number: ColumnElement[int]
) -> Mapping[int, Sequence[int]]:
    rows = await session.execute(query.group_by(number))
    # PostgreSQL adds integers up to a numeric.
    return {step: [int(value) for value in values] for step, *values in rows}


_WAS_HELD = Lesson.started_at_ms.is_not(None)
_WAS_CANCELLED = and_(~_WAS_HELD, or_(IS_CANCELLED, Lesson.end_reason == "cancelled"))
_IS_EXCUSED = func.coalesce(LedgerEntry.is_excused, False)
_GOT_NOTHING = and_(_WAS_HELD, ~_IS_EXCUSED, DELIVERED_S + EXTRA_S == 0)
_IS_LATE = and_(_WAS_HELD, ~_IS_EXCUSED, LedgerEntry.is_late, DELIVERED_S + EXTRA_S > 0)


def _sum(amount: SQLColumnExpression[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(amount), 0)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return _sum(cast(condition, Integer))


_LESSONS = (_WAS_HELD, _WAS_CANCELLED)
_CLASSROOMS = (_WAS_HELD, _IS_LATE, _GOT_NOTHING, and_(_WAS_HELD, _IS_EXCUSED))


_PUPILS: tuple[SQLColumnExpression[int], ...] = (RollCall.heads, RollCall.absent, RollCall.excused)


def _step(
    starts_at_ms: int,
    lessons: Sequence[int] | None,
    seats: Sequence[int] | None,
) -> Step:
    all_lessons, held, cancelled = lessons or (0,) * (1 + len(_LESSONS))
    amounts = seats or (0,) * (len(AMOUNTS) + len(_CLASSROOMS) + len(_PUPILS))
    planned_s, delivered_s, _, *missed = amounts[: len(AMOUNTS)]
    there, late, absent, excused, *pupils = amounts[len(AMOUNTS) :]
    return Step(
        starts_at_ms=starts_at_ms,
        lessons=Lessons(held, cancelled, all_lessons - held - cancelled),
        planned_s=planned_s,
        delivered_s=delivered_s,
        missed_s=dict(zip(CAUSES, missed, strict=True)),
        classrooms=ClassroomsThere(there - late - absent - excused, late, absent, excused),
        pupils=PupilsThere(*pupils),
    )
