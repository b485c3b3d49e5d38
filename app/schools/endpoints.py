"""`/classrooms` and `/teachers`: what a lesson can be planned with."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

from app.db.consent import RECORDED, classrooms_that_agreed
from app.db.engine import Database
from app.db.models import Classroom, RoleGrant, School, User
from app.http import ApiModel, Authenticate, Caller, refusals

MAX_ROWS = 2_000


class ClassroomBody(ApiModel):
    classroom_id: str
    name: str
    school_id: str
    school_name: str
    may_be_recorded: bool
    is_simulated: bool


class TeacherBody(ApiModel):
    user_id: str
    name: str


async def list_classrooms_for(database: Database, caller: Caller) -> list[ClassroomBody]:
    """Teachers and admins: the whole county. On-site teachers: their own school."""
    query = (
        select(Classroom, School)
        .join(School, School.school_id == Classroom.school_id)
        .where(School.county_id == caller.county_id, ~Classroom.is_simulated)
        .order_by(School.name, Classroom.classroom_id)
        .limit(MAX_ROWS)
    )
    if not (caller.is_teacher or caller.is_admin):
        query = query.where(School.school_id == caller.school_id)
    async with database.reading() as session:
        rows = (await session.execute(query)).all()
        agreed = await classrooms_that_agreed(
            session, [classroom.classroom_id for classroom, _ in rows], RECORDED
        )
    return [
        ClassroomBody(
            classroom_id=classroom.classroom_id,
            name=classroom.name,
            school_id=school.school_id,
            school_name=school.name,
            may_be_recorded=classroom.classroom_id in agreed,
            is_simulated=classroom.is_simulated,
        )
        for classroom, school in rows
    ]


async def list_teachers_for(database: Database, caller: Caller) -> list[TeacherBody]:
    """Whom an admin can name as lead."""
    caller.require("admin")
    async with database.reading() as session:
        rows = await session.execute(
            select(User.user_id, User.name)
            .join(RoleGrant, RoleGrant.user_id == User.user_id)
            .where(User.county_id == caller.county_id, User.is_active, RoleGrant.role == "teacher")
            .order_by(User.name, User.user_id)
            .limit(MAX_ROWS)
        )
        return [TeacherBody(user_id=user_id, name=name) for user_id, name in rows]


def build_router(database: Database, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/classrooms", operation_id="list_classrooms", responses=refusals(401))
    async def list_classrooms(caller: CallerNow) -> list[ClassroomBody]:
        return await list_classrooms_for(database, caller)

    @router.get("/teachers", operation_id="list_teachers", responses=refusals(401, 403))
    async def list_teachers(caller: CallerNow) -> list[TeacherBody]:
        return await list_teachers_for(database, caller)

    return router
