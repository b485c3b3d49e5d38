"""The ledger added up: per classroom, school, teacher, subject, course or term."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.filter import LedgerFilter, is_narrow
from app.attendance.ledger.groups import LESSON_KEYS, GroupedBy, grouped, keys_in_order
from app.attendance.ledger.parts import Parts, key_parts, school_parts, seat_parts
from app.db.engine import Database
from app.db.models import Seat
from app.errors import InvalidInput
from app.scope import Scope

_FILE_STEP = 1_000
_MORE_KEYS = 4
_AMOUNTS = (
    *("planned_s", "delivered_s", "extra_s"),
    *(f"{cause}_s" for cause in CAUSES),
    *("late", "left_early", "excused"),
)
"""Columns of `Summed`."""


@dataclass(frozen=True, slots=True)
class Total:
    """Of one classroom, school, teacher, subject, course or term."""

    id: str
    name: str
    school: str
    """Of a classroom; empty otherwise."""
    lessons: int
    planned_s: int
    """Summed over the lessons' classrooms, as every amount here."""
    delivered_s: int
    extra_s: int
    missed_s: Mapping[Cause, int]
    late: int
    """How often a classroom came late without an excuse."""
    left_early: int
    excused: int


@dataclass(frozen=True, slots=True)
class TotalsPage:
    totals: tuple[Total, ...]
    next: str | None


async def load_totals(
    session: AsyncSession,
    scope: Scope,
    wanted: LedgerFilter,
    by: GroupedBy,
    now_ms: int,
    limit: int,
    after: str | None,
) -> TotalsPage:
    """In order of names. InvalidInput for a cursor that is none."""
    last = None if after is None else _parse(after)
    found: list[Any] = []
    async for added in _parts(session, scope, wanted, by, now_ms, limit + 1, last):
        rows = await session.execute(_query(added, by, last, limit + 1 - len(found)))
        found += rows
        if len(found) > limit:
            break
    totals = tuple(_total(row) for row in found[:limit])
    return TotalsPage(totals, _cursor(totals[-1]) if len(found) > limit else None)


def _query(
    added: Parts, by: GroupedBy, after: tuple[str, str] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    group = grouped(by, added.rows)
    query = (
        select(group.key, group.name, group.more, added.lessons(), *map(added.total, _AMOUNTS))
        .select_from(group.rows)
        .group_by(*group.columns)
        .order_by(group.name, group.key)
        .limit(limit)
    )
    return query if after is None else query.where(tuple_(group.name, group.key) > tuple_(*after))


async def _parts(
    session: AsyncSession,
    scope: Scope,
    wanted: LedgerFilter,
    by: GroupedBy,
    now_ms: int,
    limit: int,
    after: tuple[str, str] | None,
) -> AsyncIterator[Parts]:
    """What groups after this name and key are added up from, in their order: of a county's schools and classrooms
    those that a page of `limit` is about if all of them have rows, then four times as many, and so on."""
    if is_narrow(scope, wanted):
        yield seat_parts(scope, wanted, now_ms)
        return
    if by not in ("classroom", "school"):
        yield key_parts(scope, wanted, now_ms, LESSON_KEYS[by])
        return
    while named := await keys_in_order(session, scope, by, after, limit):
        keys = [key for _, key in named]
        if by == "classroom":
            yield seat_parts(scope, wanted, now_ms, Seat.classroom_id.in_(keys))
        else:
            yield school_parts(scope, wanted, now_ms, keys)
        if len(named) < limit:
            return
        after, limit = named[-1], limit * _MORE_KEYS


async def every_total(
    database: Database, scope: Scope, wanted: LedgerFilter, by: GroupedBy, now_ms: int
) -> AsyncIterator[tuple[Total, ...]]:
    """All of them in steps, each a short read of its own."""
    after: str | None = None
    while True:
        async with database.reading() as session:
            page = await load_totals(session, scope, wanted, by, now_ms, _FILE_STEP, after)
        yield page.totals
        after = page.next
        if after is None:
            return


def _total(row: Any) -> Total:
    key, name, school, lessons, planned_s, delivered_s, extra_s, *rest = row
    *missed, late, left_early, excused = rest
    return Total(
        id=key,
        name=name,
        school=school,
        lessons=lessons,
        planned_s=planned_s,
        delivered_s=delivered_s,
        extra_s=extra_s,
        missed_s=dict(zip(CAUSES, missed, strict=True)),
        late=late,
        left_early=left_early,
        excused=excused,
    )


def _cursor(last: Total) -> str:
    text = json.dumps([last.name, last.id], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _parse(cursor: str) -> tuple[str, str]:
    try:
        name, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError):
        raise InvalidInput("this is no cursor of this list") from None
    return str(name), str(key)
