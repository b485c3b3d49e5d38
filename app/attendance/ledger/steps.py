"""The ledger over time: added up by hour, day or week, for charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.filter import LedgerFilter, is_narrow
from app.attendance.ledger.parts import Parts, lesson_parts, seat_parts
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
    found: dict[int, tuple[int, ...]] = dict.fromkeys(range(first, last + 1), _NOTHING)
    for added in _parts(scope, wanted, now_ms):
        number = (added.rows.c.starts_at_ms + shift_ms) // width_ms
        rows = await session.execute(select(number, *_amounts(added)).group_by(number))
        for one, *values in rows:
            found[one] = tuple(map(add, found[one], values))
    return tuple(_step(one * width_ms - shift_ms, values) for one, values in found.items())


def _parts(scope: Scope, wanted: LedgerFilter, now_ms: int) -> tuple[Parts, ...]:
    if is_narrow(scope, wanted):
        return (seat_parts(scope, wanted, now_ms),)
    return lesson_parts(scope, wanted, now_ms)


_TIMES = ("planned_s", "delivered_s", *(f"{cause}_s" for cause in CAUSES))
_CLASSROOMS = ("seats", "late_there", "absent", "excused")
_PUPILS = ("pupils_present", "pupils_absent", "pupils_excused")
_NOTHING = (0,) * (3 + len(_TIMES) + len(_CLASSROOMS) + len(_PUPILS))


def _amounts(added: Parts) -> tuple[ColumnElement[int], ...]:
    """Classrooms count where the lesson was held."""
    was_held = added.rows.c.started_at_ms.is_not(None)
    return (
        added.lessons(),
        added.lessons(was_held),
        added.lessons(added.rows.c.was_cancelled),
        *map(added.total, _TIMES),
        *(added.total(name, was_held) for name in _CLASSROOMS),
        *map(added.total, _PUPILS),
    )


def _step(starts_at_ms: int, amounts: Sequence[int]) -> Step:
    lessons, held, cancelled, planned_s, delivered_s, *rest = amounts
    missed, (there, late, absent, excused, *pupils) = rest[: len(CAUSES)], rest[len(CAUSES) :]
    return Step(
        starts_at_ms=starts_at_ms,
        lessons=Lessons(held, cancelled, lessons - held - cancelled),
        planned_s=planned_s,
        delivered_s=delivered_s,
        missed_s=dict(zip(CAUSES, missed, strict=True)),
        classrooms=ClassroomsThere(there - late - absent - excused, late, absent, excused),
        pupils=PupilsThere(*pupils),
    )
