"""Terms and groups of schools: listed, added, read with what hangs on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.caller import ADMINS, Caller
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Course, GroupSchool, Holiday, School, SchoolGroup, Term
from app.db.scope import schools_within
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import new_id
from app.scope import Scope

GroupKind = Literal["city", "town", "village"]
MAX_TERMS = 60
MAX_TERM_DAYS = 300
MAX_GROUPS = 300
MAX_VILLAGES = 20
_ORDER: tuple[GroupKind, ...] = ("city", "town", "village")


@dataclass(frozen=True, slots=True)
class GroupSchoolDetail:
    school_id: str
    name: str
    kind: GroupKind


@dataclass(frozen=True, slots=True)
class GroupDetail:
    group_id: str
    name: str
    schools: list[GroupSchoolDetail] = field(default_factory=list)
    """The city school, the town school, the village schools."""


@dataclass(frozen=True, slots=True)
class HolidayDetail:
    holiday_id: str
    day: date
    name: str
    school_id: str | None
    school_name: str | None


class Terms:
    """For the county's admins; those of a school read what it takes part in."""

    def __init__(self, database: Database, time_zone: str, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._time_zone = time_zone
        self._now_ms = now_ms

    async def list(self, caller: Caller) -> Sequence[Term]:
        """The newest first."""
        caller.require_scope(*ADMINS)
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Term)
                .where(Term.county_id == caller.county_id)
                .order_by(Term.first_day.desc(), Term.term_id)
                .limit(MAX_TERMS)
            )
            return rows.all()

    async def add(self, caller: Caller, name: str, first_day: date, last_day: date) -> str:
        """The new term's id. InvalidInput `term_days_wrong`, Conflict `name_taken`, `too_many_terms`."""
        caller.require("admin")
        if not first_day < last_day or (last_day - first_day).days > MAX_TERM_DAYS:
            raise InvalidInput(
                f"a term has 2 to {MAX_TERM_DAYS} days, the first before the last",
                code="term_days_wrong",
            )
        term_id = new_id("trm")
        async with self._database.transaction() as session:
            mine = Term.county_id == caller.county_id
            await _refuse_second(session, Term.term_id, mine, Term.name == name)
            if await _count(session, Term.term_id, mine) >= MAX_TERMS:
                raise Conflict(f"there are {MAX_TERMS} terms", code="too_many_terms")
            session.add(
                Term(
                    term_id=term_id,
                    county_id=caller.county_id,
                    name=name,
                    first_day=first_day.isoformat(),
                    last_day=last_day.isoformat(),
                    time_zone=self._time_zone,
                )
            )
            await self._note(session, caller, "term.added", term_id)
        return term_id

    async def rename(self, caller: Caller, term_id: str, name: str) -> None:
        """NotFound, Conflict `name_taken`."""
        caller.require("admin")
        async with self._database.transaction() as session:
            term = await term_of(session, caller, term_id)
            others = (Term.county_id == caller.county_id, Term.term_id != term_id)
            await _refuse_second(session, Term.term_id, *others, Term.name == name)
            term.name = name
            await self._note(session, caller, "term.renamed", term_id)

    async def holidays(self, caller: Caller, term: Term) -> Sequence[HolidayDetail]:
        """By day: those of the county, and of the schools that the caller is an admin of."""
        scope = caller.require_scope(*ADMINS)
        ours = or_(Holiday.school_id.is_(None), schools_within(scope))
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Holiday, School.name)
                .outerjoin(School, School.school_id == Holiday.school_id)
                .where(Holiday.term_id == term.term_id, ours)
                .order_by(Holiday.day, Holiday.holiday_id)
            )
            return [
                HolidayDetail(
                    one.holiday_id, date.fromisoformat(one.day), one.name, one.school_id, school
                )
                for one, school in rows
            ]

    async def groups(self, caller: Caller, group_id: str | None = None) -> Sequence[GroupDetail]:
        """By name; all that the caller sees, or this one."""
        scope = caller.require_scope(*ADMINS)
        async with self._database.reading() as session:
            return await read_groups(session, scope, group_id)

    async def course_counts(self, term_id: str) -> dict[str, int]:
        """Of each group: the courses that go on."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Course.group_id, func.count().label("courses"))
                .where(Course.term_id == term_id, Course.ended_at_ms.is_(None))
                .group_by(Course.group_id)
            )
            return {row.group_id: row.courses for row in rows}

    async def add_group(
        self, caller: Caller, name: str, city_id: str, town_id: str, village_ids: Sequence[str]
    ) -> str:
        """The new group's id. NotFound for a school, InvalidInput `group_schools_wrong`, Conflict `name_taken`."""
        caller.require("admin")
        school_ids = [city_id, town_id, *village_ids]
        if not 1 <= len(village_ids) <= MAX_VILLAGES or len(set(school_ids)) < len(school_ids):
            raise InvalidInput(
                f"a group is a city school, a town school and 1 to {MAX_VILLAGES} village schools, each once",
                code="group_schools_wrong",
            )
        group_id = new_id("grp")
        async with self._database.transaction() as session:
            mine = SchoolGroup.county_id == caller.county_id
            await _refuse_second(session, SchoolGroup.group_id, mine, SchoolGroup.name == name)
            if await _count(session, SchoolGroup.group_id, mine) >= MAX_GROUPS:
                raise Conflict(f"there are {MAX_GROUPS} groups", code="too_many_groups")
            known = select(School.school_id).where(
                School.school_id.in_(school_ids),
                School.county_id == caller.county_id,
                ~School.is_simulated,
            )
            if set(await session.scalars(known)) != set(school_ids):
                raise NotFound("there is no such school")
            session.add(SchoolGroup(group_id=group_id, county_id=caller.county_id, name=name))
            await session.flush()
            kinds = ("city", "town", *("village" for _ in village_ids))
            session.add_all(
                GroupSchool(group_id=group_id, school_id=school_id, kind=kind)
                for school_id, kind in zip(school_ids, kinds, strict=True)
            )
            await self._note(session, caller, "group.added", group_id)
        return group_id

    async def rename_group(self, caller: Caller, group_id: str, name: str) -> None:
        """NotFound, Conflict `name_taken`."""
        caller.require("admin")
        async with self._database.transaction() as session:
            await group_of(session, caller, group_id)
            others = (SchoolGroup.county_id == caller.county_id, SchoolGroup.group_id != group_id)
            await _refuse_second(session, SchoolGroup.group_id, *others, SchoolGroup.name == name)
            row = await session.get_one(SchoolGroup, group_id)
            row.name = name
            await self._note(session, caller, "group.renamed", group_id)

    async def _note(
        self, session: AsyncSession, caller: Caller, action: AuditAction, subject_id: str
    ) -> None:
        await note_change(
            session, caller.county_id, caller.user_id, action, subject_id, {}, self._now_ms()
        )

    async def term(self, caller: Caller, term_id: str) -> Term:
        async with self._database.reading() as session:
            return await term_of(session, caller, term_id)


async def term_of(session: AsyncSession, caller: Caller, term_id: str) -> Term:
    """NotFound unless it is of the caller's county."""
    caller.require_scope(*ADMINS)
    term = await session.get(Term, term_id)
    if term is None or term.county_id != caller.county_id:
        raise NotFound("there is no such term")
    return term


async def group_of(session: AsyncSession, caller: Caller, group_id: str) -> GroupDetail:
    """NotFound unless the caller sees it."""
    groups = await read_groups(session, caller.require_scope(*ADMINS), group_id)
    if not groups:
        raise NotFound("there is no such group of schools")
    return groups[0]


async def read_groups(
    session: AsyncSession, scope: Scope, group_id: str | None
) -> list[GroupDetail]:
    conditions = [SchoolGroup.county_id == scope.county_id]
    if group_id is not None:
        conditions.append(SchoolGroup.group_id == group_id)
    if not scope.is_county:
        conditions.append(
            select(GroupSchool.school_id)
            .where(
                GroupSchool.group_id == SchoolGroup.group_id,
                GroupSchool.school_id == scope.school_id,
            )
            .exists()
        )
    groups = {
        one.group_id: GroupDetail(one.group_id, one.name)
        for one in await session.scalars(
            select(SchoolGroup).where(*conditions).order_by(SchoolGroup.name, SchoolGroup.group_id)
        )
    }
    rows = await session.execute(
        select(GroupSchool, School.name)
        .join(School, School.school_id == GroupSchool.school_id)
        .where(GroupSchool.group_id.in_(groups))
        .order_by(School.name, School.school_id)
    )
    for one, name in sorted(rows, key=lambda row: _ORDER.index(row[0].kind)):
        groups[one.group_id].schools.append(
            GroupSchoolDetail(one.school_id, name, cast("GroupKind", one.kind))
        )
    return [*groups.values()]


async def _count(
    session: AsyncSession, column: InstrumentedAttribute[str], condition: ColumnElement[bool]
) -> int:
    return await session.scalar(select(func.count(column)).where(condition)) or 0


async def _refuse_second(
    session: AsyncSession, column: InstrumentedAttribute[str], *conditions: ColumnElement[bool]
) -> None:
    if await session.scalar(select(column).where(*conditions).limit(1)) is not None:
        raise Conflict("there is another one of this name", code="name_taken")
