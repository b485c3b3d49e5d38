"""`/classrooms`, `/teachers` and `/colleagues`: what a lesson can be planned with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api_model import ApiModel
from app.caller import ADMINS, PLANNERS, Caller
from app.db.consent import RECORDED, allowed
from app.db.engine import Database
from app.db.models import Classroom, LinkTest, RoleGrant, School, User
from app.db.scope import people_within
from app.db.text import has_text
from app.http import Authenticate, refusals
from app.moments import utc
from app.schools.listing import listed_classrooms
from app.scope import Scope

PAGE, MAX_PAGE = 50, 200
FOUND = 100
"""People that a choice offers: whoever is not among them is found by typing more of the name."""
Text = Annotated[str, Query(max_length=100)]
Id = Annotated[str | None, Query(pattern=r"^\w{1,40}$")]


class LinkTestBody(ApiModel):
    """What a classroom found when it last tested its link."""

    made_at: datetime
    path: str
    """`udp`, `tcp`, `relay` or `none`: the best that came up."""
    rtt_ms: int | None
    loss: float | None
    rate_bps: int | None


class ClassroomBody(ApiModel):
    classroom_id: str
    name: str
    school_id: str
    school_name: str
    may_be_recorded: bool
    is_simulated: bool
    link_test: LinkTestBody | None
    """Its last one; only admins are told."""


class ClassroomPage(ApiModel):
    items: list[ClassroomBody]
    next: str | None
    """Cursor of what follows; None at the end."""


class TeacherBody(ApiModel):
    user_id: str
    name: str
    school: str
    """Empty for the county's own people."""


class ColleagueBody(ApiModel):
    user_id: str
    name: str
    school: str
    """Empty for the county's own people."""


async def list_classrooms_for(
    database: Database,
    caller: Caller,
    text: str,
    school_id: str | None,
    limit: int,
    after: str | None,
) -> ClassroomPage:
    """Teachers and admins, who plan with them: the whole county. On-site teachers: their own school."""
    scope = (
        Scope(caller.county_id)
        if caller.roles.intersection(PLANNERS)
        else caller.scope_as("onsite")
    )
    if scope is None:
        return ClassroomPage(items=[], next=None)
    query = listed_classrooms(scope, text, after, limit + 1).where(~Classroom.is_simulated)
    if school_id is not None:
        query = query.where(Classroom.school_id == school_id)
    administered = caller.administered
    async with database.reading() as session:
        found = (await session.execute(query)).all()
        rows = found[:limit]
        ids = [classroom.classroom_id for classroom, _ in rows]
        agreed = await allowed(session, ids, RECORDED)
        tested = [
            classroom.classroom_id
            for classroom, _ in rows
            if administered and administered.holds(scope.county_id, classroom.school_id)
        ]
        tests = await _last_link_tests(session, tested)
    items = [
        ClassroomBody(
            classroom_id=classroom.classroom_id,
            name=classroom.name,
            school_id=classroom.school_id,
            school_name=school,
            may_be_recorded=classroom.classroom_id in agreed,
            is_simulated=classroom.is_simulated,
            link_test=tests.get(classroom.classroom_id),
        )
        for classroom, school in rows
    ]
    return ClassroomPage(items=items, next=ids[-1] if len(found) > limit else None)


async def _last_link_tests(
    session: AsyncSession, classroom_ids: Sequence[str]
) -> dict[str, LinkTestBody]:
    found = await session.scalars(
        select(LinkTest)
        .where(LinkTest.classroom_id.in_(classroom_ids))
        .order_by(LinkTest.made_at_ms)
    )
    return {test.classroom_id: link_test_body(test) for test in found}


def link_test_body(test: LinkTest) -> LinkTestBody:
    return LinkTestBody(
        made_at=utc(test.made_at_ms),
        path=test.path,
        rtt_ms=test.rtt_ms,
        loss=test.loss,
        rate_bps=test.rate_bps,
    )


async def list_teachers_for(
    database: Database, caller: Caller, text: str, school_id: str | None
) -> list[TeacherBody]:
    """Whom an admin can name as lead: the teachers of the county, or of the own school."""
    scope = caller.require_scope(*ADMINS)
    teachers = select(RoleGrant.user_id).where(RoleGrant.role == "teacher")
    conditions = [people_within(scope), User.user_id.in_(teachers)]
    if school_id is not None:
        conditions.append(User.school_id == school_id)
    rows = await _people(database, text, *conditions)
    return [
        TeacherBody(user_id=user_id, name=name, school=school) for user_id, name, school in rows
    ]


async def list_colleagues_for(database: Database, caller: Caller, text: str) -> list[ColleagueBody]:
    """Whom a lead or an admin can invite as assistant or observer: the county's teachers and admins, but oneself."""
    caller.require(*PLANNERS)
    granted = select(RoleGrant.user_id).where(RoleGrant.role.in_(PLANNERS))
    rows = await _people(
        database,
        text,
        User.county_id == caller.county_id,
        User.user_id != caller.user_id,
        User.user_id.in_(granted),
    )
    return [
        ColleagueBody(user_id=user_id, name=name, school=school) for user_id, name, school in rows
    ]


async def _people(
    database: Database, text: str, *conditions: ColumnElement[bool]
) -> list[tuple[str, str, str]]:
    """Id, name and school of the first who are found, by name. `text`: part of the name, or of the school's."""
    query = (
        select(User.user_id, User.name, func.coalesce(School.name, ""))
        .outerjoin(School, School.school_id == User.school_id)
        .where(User.is_active, *conditions)
        .order_by(User.name, User.user_id)
        .limit(FOUND)
    )
    if text:
        query = query.where(
            or_(
                has_text(User.name, text),
                has_text(School.name, text),
            )
        )
    async with database.reading() as session:
        return [(user_id, name, school) for user_id, name, school in await session.execute(query)]


def build_router(database: Database, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/classrooms", operation_id="list_classrooms", responses=refusals(401))
    async def list_classrooms(
        caller: CallerNow,
        text: Text = "",
        school_id: Id = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        after: Id = None,
    ) -> ClassroomPage:
        return await list_classrooms_for(database, caller, text.strip(), school_id, limit, after)

    @router.get("/teachers", operation_id="list_teachers", responses=refusals(401, 403))
    async def list_teachers(
        caller: CallerNow, text: Text = "", school_id: Id = None
    ) -> list[TeacherBody]:
        """The first hundred whose name, or whose school's, has `text` in it."""
        return await list_teachers_for(database, caller, text.strip(), school_id)

    @router.get("/colleagues", operation_id="list_colleagues", responses=refusals(401, 403))
    async def list_colleagues(caller: CallerNow, text: Text = "") -> list[ColleagueBody]:
        """The first hundred whose name, or whose school's, has `text` in it."""
        return await list_colleagues_for(database, caller, text.strip())

    return router
