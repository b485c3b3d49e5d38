"""`/schools`, and new classrooms in them: what a county's admins build their timetable on."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Classroom, GroupSchool, School
from app.db.scope import schools_within
from app.db.text import has_text
from app.errors import Conflict, NotFound
from app.http import Authenticate, admins_only, refusals
from app.ids import new_id
from app.scope import Scope

MAX_SCHOOLS = 2_000
MAX_CLASSROOMS = 200
"""In one school."""
PAGE, MAX_PAGE = 50, 200
Id = Annotated[str | None, Query(pattern=r"^\w{1,40}$")]
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


class NamedSchool(ApiModel):
    school_id: str
    name: str


class SchoolPage(ApiModel):
    items: list[SchoolBody]
    next: str | None
    """Cursor of what follows; None at the end."""


class Organisation:
    """Every change is the admin's, and noted."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def names(self, scope: Scope) -> list[NamedSchool]:
        """In order of names; simulated ones are no schools."""
        query = select(School.school_id, School.name).where(*_within(scope)).order_by(*_ORDER)
        async with self._database.reading() as session:
            rows = await session.execute(query.limit(MAX_SCHOOLS))
            return [NamedSchool(school_id=school_id, name=name) for school_id, name in rows]

    async def page(
        self, scope: Scope, text: str, group_id: str | None, limit: int, after: str | None
    ) -> SchoolPage:
        """The same a page at a time, with their classrooms.

        `text`: part of the name; `group_id`: that learn together; `after`: the last one before.
        """
        query = select(School).where(*_within(scope)).order_by(*_ORDER).limit(limit + 1)
        if text:
            query = query.where(has_text(School.name, text))
        if group_id is not None:
            members = select(GroupSchool.school_id).where(GroupSchool.group_id == group_id)
            query = query.where(School.school_id.in_(members))
        if after is not None:
            reached = select(*_ORDER).where(School.school_id == after)
            query = query.where(tuple_(*_ORDER) > reached.scalar_subquery())
        async with self._database.reading() as session:
            found = (await session.scalars(query)).all()
            shown = found[:limit]
            classrooms = await session.scalars(
                select(Classroom)
                .where(Classroom.school_id.in_([one.school_id for one in shown]))
                .order_by(Classroom.classroom_id)
            )
            of: dict[str, list[SchoolClassroom]] = {}
            for one in classrooms:
                room = SchoolClassroom(classroom_id=one.classroom_id, name=one.name)
                of.setdefault(one.school_id, []).append(room)
        items = [
            SchoolBody(school_id=one.school_id, name=one.name, classrooms=of.get(one.school_id, []))
            for one in shown
        ]
        return SchoolPage(items=items, next=items[-1].school_id if len(found) > limit else None)

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


_ORDER = (School.name, School.school_id)


def _within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return schools_within(scope), ~School.is_simulated


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
    async def list_schools(
        admin: Admin,
        text: Annotated[str, Query(max_length=100)] = "",
        group_id: Id = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        after: Id = None,
    ) -> SchoolPage:
        scope = admin.require_scope(*ADMINS)
        return await organisation.page(scope, text.strip(), group_id, limit, after)

    @router.get("/school-names", operation_id="list_school_names", responses=refusals(401, 403))
    async def list_school_names(admin: Admin) -> list[NamedSchool]:
        """All of them, to choose from."""
        return await organisation.names(admin.require_scope(*ADMINS))

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
