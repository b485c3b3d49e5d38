"""In which order lessons are listed: live first, then the soonest, then what is over, newest first.

Every part of the list is a range of an index that is in the part's order already: a page costs what it shows, however
many lessons a county has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    false,
    or_,
    select,
    true,
    union_all,
)

from app.db.models import Lesson
from app.errors import InvalidInput

LessonState = Literal["waiting", "live", "ended"]
FORGOTTEN_AFTER_MS = 2 * 3_600_000
"""A lesson that nobody started counts as ended this long after its planned end."""
_DAY_MS = 24 * 3_600_000
"""Longer than any lesson."""
_RANKS: dict[LessonState, int] = {"live": 0, "waiting": 1, "ended": 2}
_CURSOR = re.compile(r"([0-2])\.(-?\d{1,15})\.(\w{1,40})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Of a lesson in the list. `starts_at_ms`: UTC ms."""

    state: LessonState
    starts_at_ms: int
    lesson_id: str

    def cursor(self) -> str:
        sign = 1 if self.state == "waiting" else -1
        return f"{_RANKS[self.state]}.{sign * self.starts_at_ms}.{self.lesson_id}"


def parse_place(cursor: str) -> Place:
    """InvalidInput if it is none."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInput("`before` is not a cursor of this list")
    state = next(state for state, rank in _RANKS.items() if rank == int(match[1]))
    sign = 1 if state == "waiting" else -1
    return Place(state, sign * int(match[2]), match[3])


def effective_state(now_ms: int) -> ColumnElement[str]:
    """`lesson.state`, except that one nobody started is over once cancelled, or 2 h past its planned end."""
    is_forgotten = Lesson.ends_at_ms < now_ms - FORGOTTEN_AFTER_MS
    is_dropped = or_(Lesson.cancelled_at_ms.is_not(None), is_forgotten)
    return case((and_(Lesson.state == "waiting", is_dropped), "ended"), else_=Lesson.state)


def in_order(now_ms: int) -> tuple[ColumnElement[Any], ...]:
    """Of `Lesson`, what the list is sorted by."""
    effective = effective_state(now_ms)
    moment = case((effective == "waiting", Lesson.starts_at_ms), else_=-Lesson.starts_at_ms)
    rank: ColumnElement[int] = case(_RANKS, value=effective)
    return rank, moment, Lesson.lesson_id.expression


def next_lesson_ids(
    lessons: FromClause,
    conditions: list[ColumnElement[bool]],
    now_ms: int,
    state: LessonState | None,
    after: Place | None,
    limit: int,
) -> Select[str]:
    """The first `limit` of each part that are in this state and listed after this place, all if None.

    `lessons`: the table, or a choice of it with the same columns; `conditions` are on them.
    """
    parts = [
        select(lessons.c.lesson_id)
        .where(*conditions, within, _is_after(lessons, part, after))
        .order_by(
            lessons.c.starts_at_ms if part == "waiting" else lessons.c.starts_at_ms.desc(),
            lessons.c.lesson_id,
        )
        .limit(limit)
        .subquery()
        for part, within in _parts(lessons, now_ms)
        if state in (None, part)
    ]
    return select(union_all(*(select(part.c.lesson_id) for part in parts)).subquery().c.lesson_id)


def _parts(lessons: FromClause, now_ms: int) -> Iterator[tuple[LessonState, ColumnElement[bool]]]:
    """What is over without having been live is two parts of its own: cancelled, and forgotten.

    That a lesson is over so soon after it began is implied; saying it bounds the range of the index.
    """
    at = lessons.c
    forgotten_ms = now_ms - FORGOTTEN_AFTER_MS
    is_planned = and_(at.state == "waiting", at.cancelled_at_ms.is_(None))
    yield "live", at.state == "live"
    yield (
        "waiting",
        and_(is_planned, at.ends_at_ms >= forgotten_ms, at.starts_at_ms > forgotten_ms - _DAY_MS),
    )
    yield "ended", at.state == "ended"
    yield "ended", and_(at.state == "waiting", at.cancelled_at_ms.is_not(None))
    yield (
        "ended",
        and_(is_planned, at.ends_at_ms < forgotten_ms, at.starts_at_ms < forgotten_ms),
    )


def _is_after(lessons: FromClause, part: LessonState, place: Place | None) -> ColumnElement[bool]:
    if place is None or _RANKS[part] > _RANKS[place.state]:
        return true()
    if part != place.state:
        return false()
    at_ms, place_ms = lessons.c.starts_at_ms, place.starts_at_ms
    follows = at_ms >= place_ms if part == "waiting" else at_ms <= place_ms
    return and_(follows, or_(at_ms != place_ms, lessons.c.lesson_id > place.lesson_id))
