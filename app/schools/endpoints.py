"""`/classrooms`, `/teachers` and `/colleagues`: what a lesson can be planned with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import RECORDED, allowed
from app.db.engine import Database
from app.db.models import Classroom, LinkTest, RoleGrant, School, User
from app.db.scope import people_within, schools_within
from app.http import ADMINS, PLANNERS, ApiModel, Authenticate, Caller, refusals, utc
from app.scope import Scope

MAX_ROWS = 2_000


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


class TeacherBody(ApiModel):
    user_id: str
    name: str


class ColleagueBody(ApiModel):
    user_id: str
    name: str
    school: str
    """Empty for the county's own people."""


async def list_classrooms_for(database: Database, caller: Caller) -> list[ClassroomBody]:
    """Teachers and admins, who plan with them: the whole county. On-site teachers: their own school."""
    scope = (
        Scope(caller.county_id)
        if caller.roles.intersection(PLANNERS)
        else caller.scope_as("onsite")
    )
    if scope is None:
        return []
    query = (
        select(Classroom, School)
        .join(School, School.school_id == Classroom.school_id)
        .where(schools_within(scope), ~Classroom.is_simulated)
        .order_by(School.name, Classroom.classroom_id)
        .limit(MAX_ROWS)
    )
    async with database.reading() as session:
        rows = (await session.execute(query)).all()
        ids = [classroom.classroom_id for classroom, _ in rows]
        agreed = await allowed(session, ids, RECORDED)
        tested = [
            classroom.classroom_id
            for classroom, school in rows
            if caller.administered and caller.administered.holds(school.county_id, school.school_id)
        ]
        tests = await _last_link_tests(session, tested)
    return [
        ClassroomBody(
            classroom_id=classroom.classroom_id,
            name=classroom.name,
            school_id=school.school_id,
            school_name=school.name,
            may_be_recorded=classroom.classroom_id in agreed,
            is_simulated=classroom.is_simulated,
            link_test=tests.get(classroom.classroom_id),
        )
        for classroom, school in rows
    ]


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


async def list_teachers_for(database: Database, caller: Caller) -> list[TeacherBody]:
    """Whom an admin can name as lead: the teachers of the county, or of the own school."""
    scope = caller.require_scope(*ADMINS)
    async with database.reading() as session:
        rows = await session.execute(
            select(User.user_id, User.name)
            .join(RoleGrant, RoleGrant.user_id == User.user_id)
            .where(people_within(scope), User.is_active, RoleGrant.role == "teacher")
            .order_by(User.name, User.user_id)
            .limit(MAX_ROWS)
        )
        return [TeacherBody(user_id=user_id, name=name) for user_id, name in rows]


async def list_colleagues_for(database: Database, caller: Caller) -> list[ColleagueBody]:
    """Whom a lead or an admin can invite as assistant or observer: the county's teachers and admins, but oneself."""
    caller.require(*PLANNERS)
    granted = select(RoleGrant.user_id).where(RoleGrant.role.in_(PLANNERS))
    async with database.reading() as session:
        rows = await session.execute(
            select(User.user_id, User.name, School.name)
            .outerjoin(School, School.school_id == User.school_id)
            .where(
                User.county_id == caller.county_id,
                User.is_active,
                User.user_id != caller.user_id,
                User.user_id.in_(granted),
            )
            .order_by(User.name, User.user_id)
            .limit(MAX_ROWS)
        )
        return [
            ColleagueBody(user_id=user_id, name=name, school=school or "")
            for user_id, name, school in rows
        ]


def build_router(database: Database, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/classrooms", operation_id="list_classrooms", responses=refusals(401))
    async def list_classrooms(caller: CallerNow) -> list[ClassroomBody]:
        return await list_classrooms_for(database, caller)

    @router.get("/teachers", operation_id="list_teachers", responses=refusals(401, 403))
    async def list_teachers(caller: CallerNow) -> list[TeacherBody]:
        return await list_teachers_for(database, caller)

    @router.get("/colleagues", operation_id="list_colleagues", responses=refusals(401, 403))
    async def list_colleagues(caller: CallerNow) -> list[ColleagueBody]:
        return await list_colleagues_for(database, caller)

    return router
