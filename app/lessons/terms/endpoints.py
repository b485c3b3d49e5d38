"""`/terms`, `/school-groups`, `/courses`, `/holidays`: what a county plans for a term."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.caller import Caller
from app.db.models import Term
from app.http import API, SHEET_BODY, Authenticate, admins_only, refusals, sheet_lines
from app.lessons.terms.courses import Courses
from app.lessons.terms.holidays import Holidays
from app.lessons.terms.planning import Planning
from app.lessons.terms.schemas import (
    CourseCheck,
    CourseDraft,
    CourseEnd,
    CoursePath,
    FollowedBody,
    GroupBody,
    GroupDraft,
    GroupInTerm,
    GroupPath,
    GroupPlan,
    HolidayDraft,
    HolidayMove,
    HolidayPath,
    MadeBody,
    PlanCheck,
    Renaming,
    TermBody,
    TermDetail,
    TermDraft,
    TermPath,
    course_body,
    course_check,
    followed_body,
    group_body,
    holiday_body,
    plan_check,
    wanted_course,
)
from app.lessons.terms.terms import Terms
from app.sheets import MAX_FILE_BYTES

LARGER_BODIES = {re.compile(rf"{API}/terms/\w+/groups/\w+/plan(/check)?"): MAX_FILE_BYTES}


def _term_body(term: Term) -> TermBody:
    return TermBody(
        term_id=term.term_id,
        name=term.name,
        first_day=date.fromisoformat(term.first_day),
        last_day=date.fromisoformat(term.last_day),
        time_zone=term.time_zone,
    )


def build_routers(
    terms: Terms,
    planning: Planning,
    courses: Courses,
    holidays: Holidays,
    authenticate: Authenticate,
) -> list[APIRouter]:
    return [
        _term_router(terms, authenticate),
        _plan_router(terms, planning, courses, authenticate),
        _course_router(courses, authenticate),
        _holiday_router(holidays, authenticate),
    ]


def _term_router(terms: Terms, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["term plans"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type

    @router.get("/terms", operation_id="list_terms", responses=refusals(401, 403))
    async def list_terms(admin: Admin) -> list[TermBody]:
        return [_term_body(term) for term in await terms.list(admin)]

    @router.post(
        "/terms", operation_id="add_term", status_code=201, responses=refusals(401, 403, 409)
    )
    async def add_term(admin: Admin, draft: TermDraft) -> MadeBody:
        return MadeBody(id=await terms.add(admin, draft.name, draft.first_day, draft.last_day))

    @router.get("/terms/{term_id}", operation_id="get_term", responses=refusals(401, 403, 404))
    async def get_term(admin: Admin, term_id: TermPath) -> TermDetail:
        term = await terms.term(admin, term_id)
        counts = await terms.course_counts(term_id)
        return TermDetail(
            term=_term_body(term),
            holidays=[holiday_body(one) for one in await terms.holidays(admin, term)],
            groups=[
                GroupInTerm(group=group_body(one), courses=counts.get(one.group_id, 0))
                for one in await terms.groups(admin)
            ],
        )

    @router.put(
        "/terms/{term_id}",
        operation_id="rename_term",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def rename_term(admin: Admin, term_id: TermPath, renaming: Renaming) -> None:
        await terms.rename(admin, term_id, renaming.name)

    @router.get("/school-groups", operation_id="list_school_groups", responses=refusals(401, 403))
    async def list_school_groups(admin: Admin) -> list[GroupBody]:
        return [group_body(one) for one in await terms.groups(admin)]

    @router.post(
        "/school-groups",
        operation_id="add_school_group",
        status_code=201,
        responses=refusals(401, 403, 404, 409),
        summary="A city school, a town school and any number of village schools",
    )
    async def add_school_group(admin: Admin, draft: GroupDraft) -> MadeBody:
        group_id = await terms.add_group(
            admin, draft.name, draft.city_id, draft.town_id, draft.village_ids
        )
        return MadeBody(id=group_id)

    @router.put(
        "/school-groups/{group_id}",
        operation_id="rename_school_group",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def rename_school_group(admin: Admin, group_id: GroupPath, renaming: Renaming) -> None:
        await terms.rename_group(admin, group_id, renaming.name)

    return router


def _plan_router(
    terms: Terms, planning: Planning, courses: Courses, authenticate: Authenticate
) -> APIRouter:
    router = APIRouter(tags=["term plans"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404, 409, 413)

    @router.get(
        "/terms/{term_id}/groups/{group_id}",
        operation_id="get_group_plan",
        responses=refusals(401, 403, 404),
    )
    async def get_group_plan(admin: Admin, term_id: TermPath, group_id: GroupPath) -> GroupPlan:
        found = await courses.list(admin, term_id, group_id)
        (group,) = await terms.groups(admin, group_id)
        return GroupPlan(
            term=_term_body(await terms.term(admin, term_id)),
            group=group_body(group),
            courses=[course_body(one) for one in found],
        )

    @router.post(
        "/terms/{term_id}/groups/{group_id}/plan/check",
        operation_id="check_plan",
        responses=refused,
        openapi_extra=SHEET_BODY,
        summary="What a sheet of courses comes to, and what is in its way",
    )
    async def check_plan(
        admin: Admin, term_id: TermPath, group_id: GroupPath, request: Request
    ) -> PlanCheck:
        admin.require("admin")
        lines = await sheet_lines(request)
        return plan_check(await planning.check(admin, term_id, group_id, lines))

    @router.post(
        "/terms/{term_id}/groups/{group_id}/plan",
        operation_id="import_plan",
        status_code=201,
        responses=refused,
        openapi_extra=SHEET_BODY,
        summary="Take a sheet of courses over, all of it or nothing",
    )
    async def import_plan(
        admin: Admin, term_id: TermPath, group_id: GroupPath, request: Request
    ) -> PlanCheck:
        admin.require("admin")
        lines = await sheet_lines(request)
        return plan_check(await planning.take_over(admin, term_id, group_id, lines))

    return router


def _course_router(courses: Courses, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["term plans"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404, 409)

    @router.post(
        "/terms/{term_id}/groups/{group_id}/courses/check",
        operation_id="check_course",
        responses=refused,
        summary="What lessons a new course has, and what is in its way",
    )
    async def check_course(
        admin: Admin, term_id: TermPath, group_id: GroupPath, draft: CourseDraft
    ) -> CourseCheck:
        wanted = wanted_course(draft)
        return course_check(await courses.check_new(admin, term_id, group_id, wanted))

    @router.post(
        "/terms/{term_id}/groups/{group_id}/courses",
        operation_id="add_course",
        status_code=201,
        responses=refused,
    )
    async def add_course(
        admin: Admin, term_id: TermPath, group_id: GroupPath, draft: CourseDraft
    ) -> CourseCheck:
        return course_check(await courses.add(admin, term_id, group_id, wanted_course(draft)))

    @router.post(
        "/courses/{course_id}/check",
        operation_id="check_course_change",
        responses=refused,
        summary="What becomes of the lessons that are still to come, and what is in their way",
    )
    async def check_course_change(
        admin: Admin, course_id: CoursePath, draft: CourseDraft
    ) -> CourseCheck:
        return course_check(await courses.check_change(admin, course_id, wanted_course(draft)))

    @router.put(
        "/courses/{course_id}",
        operation_id="change_course",
        responses=refused,
        summary="What is still to come of a course follows; what has begun stays",
    )
    async def change_course(admin: Admin, course_id: CoursePath, draft: CourseDraft) -> CourseCheck:
        return course_check(await courses.change(admin, course_id, wanted_course(draft)))

    @router.post(
        "/courses/{course_id}/end",
        operation_id="end_course",
        responses=refusals(401, 403, 404),
        summary="Give a course up: what is still to come of it is cancelled",
    )
    async def end_course(admin: Admin, course_id: CoursePath, end: CourseEnd) -> FollowedBody:
        cancelled = await courses.end(admin, course_id, end.reason)
        return FollowedBody(added=0, cancelled=cancelled, restored=0, reseated=0)

    return router


def _holiday_router(holidays: Holidays, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["term plans"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404, 409)

    @router.post(
        "/terms/{term_id}/holidays",
        operation_id="add_holiday",
        status_code=201,
        responses=refused,
        summary="A day off of one school or of all: the timetable follows",
    )
    async def add_holiday(admin: Admin, term_id: TermPath, draft: HolidayDraft) -> FollowedBody:
        return followed_body(
            await holidays.add(admin, term_id, draft.school_id, draft.day, draft.name)
        )

    @router.put(
        "/holidays/{holiday_id}",
        operation_id="move_holiday",
        responses=refused,
        summary="To another day: lessons of the old day come back, or are named as impossible",
    )
    async def move_holiday(
        admin: Admin, holiday_id: HolidayPath, draft: HolidayMove
    ) -> FollowedBody:
        return followed_body(await holidays.move(admin, holiday_id, draft.day, draft.name))

    @router.delete("/holidays/{holiday_id}", operation_id="remove_holiday", responses=refused)
    async def remove_holiday(admin: Admin, holiday_id: HolidayPath) -> FollowedBody:
        return followed_body(await holidays.remove(admin, holiday_id))

    return router
