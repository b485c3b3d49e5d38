"""The ledger added up: per classroom, school, teacher, subject, course or term."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    cast,
    func,
    literal,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.filter import AMOUNTS, LedgerFilter, over_within
from app.attendance.ledger.groups import GROUPS, GroupedBy, on_page
from app.db.engine import Database
from app.db.models import LedgerEntry, Lesson
from app.errors import InvalidInput
from app.scope import Scope

_FILE_STEP = 1_000


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
    name, key, *more = GROUPS[by]
    columns = (
        key,
        name,
        more[0] if more else literal(""),
        func.count(Lesson.lesson_id.distinct()),
        *(_sum(amount) for amount in AMOUNTS),
        _sum(cast(LedgerEntry.is_late & ~LedgerEntry.is_excused, Integer)),
        _sum(cast(LedgerEntry.left_early & ~LedgerEntry.is_excused, Integer)),
        _sum(cast(LedgerEntry.is_excused, Integer)),
    )
    query = (
        over_within(columns, scope, wanted, now_ms)
        .group_by(*dict.fromkeys((name, key, *more)))
        .order_by(name, key)
        .limit(limit + 1)
    )
    if last is not None:
        query = query.where(tuple_(name, key) > tuple_(*last))
    page = await on_page(session, scope, wanted, by, now_ms, limit + 1, last)
    if page is not None:
        query = query.where(page)
    found = (await session.execute(query)).all()
    totals = tuple(_total(row) for row in found[:limit])
    return TotalsPage(totals, _cursor(totals[-1]) if len(found) > limit else None)


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


def _sum(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


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
