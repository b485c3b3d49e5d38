"""The health of classrooms as rows: what is known of each, what needs care, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db.models import AttendanceRow, Classroom, ClassroomPc, LinkTest, School
from app.db.scope import schools_within
from app.db.text import has_text
from app.scope import Scope

Care = Literal["no_pc", "unseen", "microphone", "link_none", "camera", "link_poor", "untested"]
"""What needs care, the most urgent first: without a PC or sound there is no lesson, without a picture there is."""
CARES: tuple[Care, ...] = get_args(Care)
Order = Literal["care", "name"]
DAY_MS = 86_400_000
UNSEEN_AFTER_MS = 7 * DAY_MS
"""A school week and a weekend."""
TEST_AGES_AFTER_MS = 60 * DAY_MS
_POOR_RTT_MS, _POOR_LOSS, _POOR_RATE_BPS = 600, 0.08, 80_000
"""As `linkVerdict.ts` tells the classroom: what is worse carries sound at most."""


@dataclass(frozen=True, slots=True)
class PcHealth:
    """The classroom's PC that was seen last."""

    last_seen_at_ms: int
    camera: str | None
    """`devices.DeviceState`; None: it never told."""
    microphone: str | None


@dataclass(frozen=True, slots=True)
class ClassroomHealth:
    classroom_id: str
    name: str
    school: str
    cares: tuple[Care, ...]
    """The most urgent first."""
    pc: PcHealth | None
    link_test: LinkTest | None
    last_lesson_at_ms: int | None
    """When it was last in a lesson, by whatever computer."""


@dataclass(frozen=True, slots=True)
class HealthPage:
    classrooms: tuple[ClassroomHealth, ...]
    next: str | None
    """Cursor of what follows; None at the end."""


class _Sight:
    """Every classroom with the PC that was seen last and the last link test, and the only place that says when
    something needs care. Unknown devices need none: old pages did not tell."""

    def __init__(self, now_ms: int) -> None:
        pcs = _newest_first(ClassroomPc, ClassroomPc.last_seen_at_ms).where(
            ClassroomPc.revoked_at_ms.is_(None)
        )
        self._pcs = pcs.subquery()
        self._tests = _newest_first(LinkTest, LinkTest.made_at_ms).subquery()
        self.pc = aliased(ClassroomPc, self._pcs)
        self.test = aliased(LinkTest, self._tests)
        self.conditions = self._conditions(now_ms)

    def _conditions(self, now_ms: int) -> Mapping[Care, ColumnElement[bool]]:
        pc, test = self.pc, self.test
        has_pc, is_fine = pc.pc_id.is_not(None), ("ok", "found")
        is_poor = or_(
            test.rtt_ms > _POOR_RTT_MS, test.loss > _POOR_LOSS, test.rate_bps < _POOR_RATE_BPS
        )
        is_through = func.coalesce(test.path, "none") != "none"
        return {
            "no_pc": ~has_pc,
            "unseen": and_(has_pc, pc.last_seen_at_ms < now_ms - UNSEEN_AFTER_MS),
            "microphone": func.coalesce(pc.microphone, "ok").not_in(is_fine),
            "link_none": func.coalesce(test.path, "") == "none",
            "camera": func.coalesce(pc.camera, "ok").not_in(is_fine),
            "link_poor": and_(is_through, func.coalesce(is_poor, False)),
            "untested": func.coalesce(test.made_at_ms, 0) < now_ms - TEST_AGES_AFTER_MS,
        }

    @property
    def urgency(self) -> ColumnElement[int]:
        """0: the most urgent."""
        ranks = ((condition, rank) for rank, condition in enumerate(self.conditions.values()))
        return case(*ranks, else_=len(CARES))

    def select(self, columns: Sequence[Any], scope: Scope, text: str = "") -> Select[Any]:
        query = (
            select(*columns)
            .select_from(Classroom)
            .join(School, School.school_id == Classroom.school_id)
            .outerjoin(self.pc, self._is_newest_of(self._pcs))
            .outerjoin(self.test, self._is_newest_of(self._tests))
            .where(schools_within(scope), ~Classroom.is_simulated)
        )
        if not text:
            return query
        names = (School.name, Classroom.name)
        return query.where(or_(*(has_text(one, text) for one in names)))

    @staticmethod
    def _is_newest_of(numbered: Subquery) -> ColumnElement[bool]:
        return and_(numbered.c.classroom_id == Classroom.classroom_id, numbered.c.place == 1)


def _newest_first(
    model: type[ClassroomPc] | type[LinkTest], at_ms: InstrumentedAttribute[int]
) -> Select[Any]:
    """All of them, with their place in the classroom's order: one pass, where a search for each classroom is many."""
    place = func.row_number().over(partition_by=model.classroom_id, order_by=at_ms.desc())
    return select(model, place.label("place"))


@dataclass(frozen=True, slots=True)
class HealthSearch:
    """Everything given must hold."""

    text: str = ""
    """Part of the school's or the classroom's name."""
    care: Care | None = None


async def load_page(
    session: AsyncSession,
    scope: Scope,
    search: HealthSearch,
    order: Order,
    now_ms: int,
    limit: int,
    after: str | None,
) -> HealthPage:
    """What needs care first, or by school and classroom. `after`: the classroom that a page ended with."""
    sight = _Sight(now_ms)
    by_name = (School.name, Classroom.name, Classroom.classroom_id)
    keys = by_name if order == "name" else (sight.urgency, *by_name)
    columns = (Classroom, School.name, sight.pc, sight.test, *sight.conditions.values())
    query = sight.select(columns, scope, search.text)
    if search.care is not None:
        query = query.where(sight.conditions[search.care])
    if after is not None:
        reached = sight.select(keys, scope).where(Classroom.classroom_id == after)
        query = query.where(tuple_(*keys) > reached.correlate(None).scalar_subquery())
    found = (await session.execute(query.order_by(*keys).limit(limit + 1))).all()
    shown = found[:limit]
    lessons = await _last_lessons(session, [row[0].classroom_id for row in shown])
    return HealthPage(
        tuple(_health(row, lessons) for row in shown),
        shown[-1][0].classroom_id if len(found) > limit else None,
    )


async def count_cares(
    session: AsyncSession, scope: Scope, text: str, now_ms: int
) -> tuple[int, Mapping[Care, int]]:
    """How many classrooms there are, and how many need each care."""
    sight = _Sight(now_ms)
    sums = (func.coalesce(func.sum(cast(one, Integer)), 0) for one in sight.conditions.values())
    query = sight.select((func.count(), *sums), scope, text)
    total, *counts = (await session.execute(query)).one()
    return total, dict(zip(CARES, counts, strict=True))


async def _last_lessons(
    session: AsyncSession, classroom_ids: Sequence[str]
) -> Mapping[str, int | None]:
    was_in = func.coalesce(AttendanceRow.last_left_at_ms, AttendanceRow.first_joined_at_ms)
    rows = await session.execute(
        select(AttendanceRow.classroom_id, func.max(was_in))
        .where(AttendanceRow.classroom_id.in_(classroom_ids))
        .group_by(AttendanceRow.classroom_id)
    )
    return {classroom_id: at_ms for classroom_id, at_ms in rows if classroom_id is not None}


def _health(row: Any, lessons: Mapping[str, int | None]) -> ClassroomHealth:
    classroom, school, pc, test, *needs = row
    return ClassroomHealth(
        classroom_id=classroom.classroom_id,
        name=classroom.name,
        school=school,
        cares=tuple(care for care, is_needed in zip(CARES, needs, strict=True) if is_needed),
        pc=pc and PcHealth(pc.last_seen_at_ms, pc.camera, pc.microphone),
        link_test=test,
        last_lesson_at_ms=lessons.get(classroom.classroom_id),
    )
