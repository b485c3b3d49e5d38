"""`/classroom`: what a classroom's own PC asks for: its timetable, and the ticket of its seat."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from app.accounts.pc_identity import PcAuthenticator
from app.accounts.pcs import Pc
from app.api_model import ApiModel
from app.errors import NotFound
from app.http import NOT_MODIFIED, refusals, tagged
from app.ids import LessonId, PcId
from app.lessons.entry import EntryDesk
from app.lessons.lesson import MINUTE_MS, LessonDetail
from app.lessons.listing import LessonState
from app.lessons.repository import LessonStore
from app.lessons.schemas import (
    ChangeBody,
    ClassroomName,
    LessonPath,
    TicketBody,
    change_body,
    classroom_name,
)
from app.moments import utc

JOINS_BEFORE_MS = 10 * MINUTE_MS
"""A classroom's PC is in its seat this long before the lesson begins."""
SHOWN_BACK_MS = 14 * 60 * MINUTE_MS
"""Lessons of today that are over are shown too, whatever the PC's time zone."""
SHOWN_AHEAD_MS = 8 * 24 * 60 * MINUTE_MS
MAX_LESSONS = 60
MAX_CLOCK_MS = 100 * 366 * 24 * 60 * MINUTE_MS
"""A PC with an empty battery may live in 1970."""


class TimetableLesson(ApiModel):
    lesson_id: str
    title: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    joins_at: datetime
    """From when on the classroom's PC goes in by itself."""
    state: LessonState
    lead_name: str
    lead_school_name: str
    change: ChangeBody | None


class Timetable(ApiModel):
    classroom: ClassroomName
    lessons: list[TimetableLesson]
    """By their beginning: those of the last hours, and of the week to come."""


class PcClock(ApiModel):
    ahead_ms: Annotated[int, Field(ge=-MAX_CLOCK_MS, le=MAX_CLOCK_MS)]
    """How far the PC's clock is ahead of ours, measured by its page from a question and its answer."""


class TimetableDesk:
    """What the endpoints do, without routing."""

    def __init__(self, store: LessonStore, entry: EntryDesk, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._entry = entry
        self.now_ms = now_ms

    async def timetable(self, pc: Pc) -> Timetable:
        now_ms = self.now_ms()
        lessons = await self._store.of_classroom(
            pc.classroom_id, now_ms - SHOWN_BACK_MS, now_ms + SHOWN_AHEAD_MS, MAX_LESSONS
        )
        return Timetable(classroom=classroom_name(pc), lessons=[_entry(one) for one in lessons])

    async def ticket(self, lesson_id: LessonId, pc: Pc, request: Request) -> TicketBody:
        """NotFound if the classroom has no seat in this lesson, Conflict `lesson_ended`."""
        lesson = await self._store.get(lesson_id)
        for seat in lesson.seats:
            if seat.classroom_id == pc.classroom_id:
                return self._entry.seat_ticket(lesson, seat.seat_id, request, pc.pc_id)
        raise NotFound("there is no such lesson")


def _entry(lesson: LessonDetail) -> TimetableLesson:
    return TimetableLesson(
        lesson_id=lesson.lesson_id,
        title=lesson.title,
        subject=lesson.subject,
        starts_at=utc(lesson.starts_at_ms),
        ends_at=utc(lesson.ends_at_ms),
        joins_at=utc(lesson.starts_at_ms - JOINS_BEFORE_MS),
        state=lesson.state,
        lead_name=lesson.lead_name,
        lead_school_name=lesson.lead_school_name,
        change=change_body(lesson),
    )


NoteClock = Callable[[PcId, int], Awaitable[None]]


def build_router(
    desk: TimetableDesk, authenticate: PcAuthenticator, note_clock: NoteClock
) -> APIRouter:
    router = APIRouter(prefix="/classroom", tags=["classroom PC"])
    PcNow = Annotated[Pc, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/check-in",
        operation_id="check_in",
        responses=refusals(401, 403),
        summary="Once at the start of a page: a PC's secret is changed here when it is old",
    )
    async def check_in(pc: PcNow, request: Request, response: Response) -> ClassroomName:
        await authenticate.renew(request, response)
        return classroom_name(pc)

    @router.put(
        "/clock", operation_id="report_pc_clock", status_code=204, responses=refusals(401, 403)
    )
    async def report_pc_clock(pc: PcNow, clock: PcClock) -> None:
        await note_clock(pc.pc_id, clock.ahead_ms)

    @router.get(
        "/timetable",
        operation_id="get_timetable",
        response_model=Timetable,
        responses={**refusals(401), **NOT_MODIFIED},
    )
    async def get_timetable(
        pc: PcNow, if_none_match: Annotated[str, Header(max_length=80)] = ""
    ) -> Response:
        return tagged(await desk.timetable(pc), if_none_match, desk.now_ms())

    @router.post(
        "/lessons/{id}/ticket",
        operation_id="create_pc_ticket",
        responses=refusals(401, 403, 404, 409),
    )
    async def create_pc_ticket(lesson_id: LessonPath, pc: PcNow, request: Request) -> TicketBody:
        return await desk.ticket(lesson_id, pc, request)

    return router
