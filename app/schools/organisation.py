"""`/schools`, and new classrooms in them: what a county's admins build their timetable on."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import StringConstraints
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Classroom, School
from app.db.scope import schools_within
from app.errors import Conflict, NotFound
from app.http import ADMINS, ApiModel, Authenticate, Caller, admins_only, refusals
from app.ids import new_id
from app.scope import Scope

MAX_SCHOOLS = 2_000
MAX_CLASSROOMS = 200
"""In one school."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class NameTaken(Conflict):
    code = "name_taken"


class TooMany(Conflict):
    code = "too_many_schools"


class NameBody(ApiModel):
    name: Name


class SchoolClassroom(ApiModel):
    classroom_id: str
    name: str


class SchoolBody(ApiModel):
    school_id: str
    name: str
    classrooms: list[SchoolClassroom]


class Organisation:
    """Every change is the admin's, and noted."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def schools(self, scope: Scope) -> list[SchoolBody]:
        """In order of names, with their classrooms; simulated ones are no schools."""
        async with self._database.reading() as session:
            schools = await session.scalars(
                select(School)
                .where(schools_within(scope), ~School.is_simulated)
                .order_by(School.name, School.school_id)
            )
            classrooms = await session.scalars(
                select(Classroom)
                .join(School, School.school_id == Classroom.school_id)
                .where(schools_within(scope), ~Classroom.is_simulated)
                .order_by(Classroom.classroom_id)
            )
            of: dict[str, list[SchoolClassroom]] = {}
            for one in classrooms:
                room = SchoolClassroom(classroom_id=one.classroom_id, name=one.name)
                of.setdefault(one.school_id, []).append(room)
            return [
                SchoolBody(
                    school_id=one.school_id, name=one.name, classrooms=of.get(one.school_id, [])
                )
                for one in schools
            ]

    async def add_school(self, by: Caller, name: str) -> str:
        """The new school's id. NotAllowed (it is the county's to add one), NameTaken, TooMany."""
        by.require("admin")
        school_id = new_id("sch")
        async with self._database.transaction() as session:
            count = select(func.count()).select_from(School)
            if (
                await session.scalar(count.where(School.county_id == by.county_id)) or 0
            ) >= MAX_SCHOOLS:
                raise TooMany(f"a county has {MAX_SCHOOLS} schools at most")
            await _refuse_second(session, School, name, School.county_id == by.county_id)
            session.add(School(school_id=school_id, county_id=by.county_id, name=name))
            await session.flush()
            await self._note(session, by, "school.added", school_id, school_id)
        return school_id

    async def rename_school(self, by: Caller, school_id: str, name: str) -> None:
        async with self._database.transaction() as session:
            school = await _school(session, by, school_id)
            if school.name != name:
                await _refuse_second(session, School, name, School.county_id == by.county_id)
                school.name, school.name_en = name, ""
                await self._note(session, by, "school.renamed", school_id, school_id)

    async def add_classroom(self, by: Caller, school_id: str, name: str) -> str:
        """The new classroom's id. NameTaken, TooMany, NotFound."""
        classroom_id = new_id("cls")
        async with self._database.transaction() as session:
            await _school(session, by, school_id)
            count = select(func.count()).select_from(Classroom)
            here = Classroom.school_id == school_id
            if (await session.scalar(count.where(here)) or 0) >= MAX_CLASSROOMS:
                raise TooMany(f"a school has {MAX_CLASSROOMS} classrooms at most")
            await _refuse_second(session, Classroom, name, here)
            session.add(Classroom(classroom_id=classroom_id, school_id=school_id, name=name))
            await self._note(session, by, "classroom.added", classroom_id, school_id)
        return classroom_id

    async def rename_classroom(self, by: Caller, classroom_id: str, name: str) -> None:
        async with self._database.transaction() as session:
            classroom: Classroom | None = await session.scalar(
                select(Classroom)
                .join(School, School.school_id == Classroom.school_id)
                .where(
                    Classroom.classroom_id == classroom_id,
                    schools_within(by.require_scope(*ADMINS)),
                    ~Classroom.is_simulated,
                )
            )
            if classroom is None:
                raise NotFound("there is no such classroom")
            if classroom.name != name:
                here = Classroom.school_id == classroom.school_id
                await _refuse_second(session, Classroom, name, here)
                classroom.name, classroom.name_en = name, ""
                await self._note(
                    session, by, "classroom.renamed", classroom_id, classroom.school_id
                )

    async def _note(
        self,
        session: AsyncSession,
        by: Caller,
        action: AuditAction,
        subject_id: str,
        school_id: str,
    ) -> None:
        await note_change(
            session,
            by.county_id,
            by.user_id,
            action,
            subject_id,
            {},
            self._now_ms(),
            school_id=school_id,
        )


async def _school(session: AsyncSession, by: Caller, school_id: str) -> School:
    school: School | None = await session.scalar(
        select(School).where(
            School.school_id == school_id,
            schools_within(by.require_scope(*ADMINS)),
            ~School.is_simulated,
        )
    )
    if school is None:
        raise NotFound("there is no such school")
    return school


async def _refuse_second(
    session: AsyncSession, table: type[School] | type[Classroom], name: str, where: object
) -> None:
    """Two of one name cannot be told apart on a screen."""
    query = select(table).where(table.name == name, where).limit(1)  # type: ignore[arg-type]
    if await session.scalar(query) is not None:
        raise NameTaken(f"there is another one called {name}")


def build_router(organisation: Organisation, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["schools"])

    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404, 409)

    @router.get("/schools", operation_id="list_schools", responses=refusals(401, 403))
    async def list_schools(admin: Admin) -> list[SchoolBody]:
        return await organisation.schools(admin.require_scope(*ADMINS))

    @router.post("/schools", operation_id="add_school", status_code=201, responses=refused)
    async def add_school(admin: Admin, body: NameBody) -> SchoolBody:
        school_id = await organisation.add_school(admin, body.name)
        return SchoolBody(school_id=school_id, name=body.name, classrooms=[])

    @router.put(
        "/schools/{school_id}", operation_id="rename_school", status_code=204, responses=refused
    )
    async def rename_school(admin: Admin, school_id: str, body: NameBody) -> None:
        await organisation.rename_school(admin, school_id, body.name)

    @router.post(
        "/schools/{school_id}/classrooms",
        operation_id="add_classroom",
        status_code=201,
        responses=refused,
    )
    async def add_classroom(admin: Admin, school_id: str, body: NameBody) -> SchoolClassroom:
        classroom_id = await organisation.add_classroom(admin, school_id, body.name)
        return SchoolClassroom(classroom_id=classroom_id, name=body.name)

    @router.put(
        "/classrooms/{classroom_id}",
        operation_id="rename_classroom",
        status_code=204,
        responses=refused,
    )
    async def rename_classroom(admin: Admin, classroom_id: str, body: NameBody) -> None:
        await organisation.rename_classroom(admin, classroom_id, body.name)

    return router
