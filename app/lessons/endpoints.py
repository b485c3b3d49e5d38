"""`/lessons`: plan, list, start, end, read the journal; `/rehearsals`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from app.caller import PLANNERS, Caller
from app.db.access_log import log_access
from app.db.engine import Database
from app.db.journal import load_events
from app.errors import Conflict, InvalidInput, NotAllowed
from app.http import Authenticate, refusals
from app.ids import ClassroomId, LessonId, ParticipantId, RecordingId, SeatId, UserId
from app.lessons.access import (
    acting_as,
    require_host,
    require_lead_or_admin,
    require_sight,
    seats_known_by_name,
)
from app.lessons.bookings import lock_timetable, refuse_clash
from app.lessons.control import LessonControl
from app.lessons.entry import RevokeTickets
from app.lessons.lesson import MINUTE_MS, LessonDetail
from app.lessons.listing import LessonState
from app.lessons.new_lesson import NewLesson, create_lesson
from app.lessons.repository import LessonStore
from app.lessons.schemas import (
    HelperDraft,
    JournalItem,
    JournalPage,
    LessonBody,
    LessonDraft,
    LessonPage,
    LessonPath,
    ParticipantPath,
    UserPath,
    lesson_body,
)
from app.lessons.search import LessonSearch
from app.lessons.staff import NewStaff
from app.moments import to_ms, utc
from app.rooms.events import Event, PupilNamed
from app.rooms.recorded import event_to_json
from app.rooms.state import Role

RecordingIds = Callable[[Sequence[LessonId]], Awaitable[Mapping[LessonId, RecordingId]]]
"""The recordings of these lessons, where there are any."""
MAX_PAGE = 100
MAX_JOURNAL_PAGE = 500
REHEARSAL_MIN = 30
_EARLIEST_MS = 24 * 60 * MINUTE_MS
_LATEST_MS = 3 * 366 * 24 * 60 * MINUTE_MS


def start_of(starts_at: datetime, now_ms: int) -> int:
    """When a lesson may begin, ms. InvalidInput for what can only be a slip."""
    starts_at_ms = to_ms(starts_at)
    if not -_EARLIEST_MS <= starts_at_ms - now_ms <= _LATEST_MS:
        raise InvalidInput("a lesson starts between yesterday and three years from now")
    return starts_at_ms


class LessonDesk:
    """What the endpoints do, without HTTP."""

    def __init__(
        self,
        database: Database,
        store: LessonStore,
        control: LessonControl,
        recording_ids: RecordingIds,
        revoke_tickets: RevokeTickets,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._store = store
        self._control = control
        self._recording_ids = recording_ids
        self._revoke_tickets = revoke_tickets
        self._now_ms = now_ms

    async def body(self, lesson: LessonDetail, caller: Caller) -> LessonBody:
        recordings = await self._recording_ids([lesson.lesson_id])
        return lesson_body(lesson, caller, recordings.get(lesson.lesson_id))

    async def create(self, draft: LessonDraft, caller: Caller) -> LessonBody:
        caller.require(*PLANNERS)
        lead_id = UserId(draft.lead_id or caller.user_id)
        if lead_id != caller.user_id and caller.administered is None:
            raise NotAllowed("only an admin plans lessons for others")
        starts_at_ms = start_of(draft.starts_at, self._now_ms())
        new = NewLesson(
            county_id=caller.county_id,
            title=draft.title,
            subject=draft.subject,
            starts_at_ms=starts_at_ms,
            ends_at_ms=starts_at_ms + draft.duration_min * MINUTE_MS,
            lead_user_id=lead_id,
            created_by=caller.user_id,
            classroom_ids=[ClassroomId(one) for one in draft.classroom_ids],
            is_recorded=draft.recorded,
            staff=[NewStaff(UserId(one.user_id), Role(one.role)) for one in draft.staff],
        )
        async with self._database.transaction() as session:
            await lock_timetable(session, caller.county_id)
            now_ms = self._now_ms()
            lesson_id = await create_lesson(session, new, now_ms, caller.administered)
            await refuse_clash(session, [lesson_id], now_ms)
        return await self.body(await self._store.get(lesson_id), caller)

    async def page(
        self,
        caller: Caller,
        state: LessonState | None,
        limit: int,
        before: str | None,
        search: LessonSearch,
    ) -> LessonPage:
        page = await self._store.list_for(caller, state, limit, before, search)
        recordings = await self._recording_ids([one.lesson_id for one in page.items])
        return LessonPage(
            items=[lesson_body(one, caller, recordings.get(one.lesson_id)) for one in page.items],
            next=page.next,
        )

    async def read(self, lesson_id: LessonId, caller: Caller) -> LessonBody:
        lesson = await self._store.get(lesson_id)
        require_sight(caller, lesson.scope)
        return await self.body(lesson, caller)

    async def start(self, lesson_id: LessonId, caller: Caller) -> LessonBody:
        lesson = await self._store.get(lesson_id)
        require_lead_or_admin(caller, lesson.scope)
        if lesson.state == "ended":
            raise Conflict("the lesson is over", code="lesson_ended")
        await self._control.start(lesson_id, acting_as(caller, lesson.scope))
        return await self.body(await self._store.get(lesson_id), caller)

    async def end(self, lesson_id: LessonId, caller: Caller) -> LessonBody:
        lesson = await self._store.get(lesson_id)
        require_lead_or_admin(caller, lesson.scope)
        if lesson.state != "ended":
            await self._control.end(lesson_id, acting_as(caller, lesson.scope))
        return await self.body(await self._store.get(lesson_id), caller)

    async def add_staff(self, lesson_id: LessonId, new: HelperDraft, caller: Caller) -> LessonBody:
        lesson = await self._store.get(lesson_id)
        require_host(caller, lesson.scope)
        if lesson.state == "ended":
            raise Conflict("the lesson is over", code="lesson_ended")
        wanted = NewStaff(UserId(new.user_id), Role(new.role))
        await self._store.add_staff(lesson, wanted, caller.user_id)
        return await self.body(await self._store.get(lesson_id), caller)

    async def remove_staff(
        self, lesson_id: LessonId, user_id: UserId, caller: Caller
    ) -> LessonBody:
        """Whoever is in the room as this leaves it at once: a ticket does not outlive the invitation."""
        lesson = await self._store.get(lesson_id)
        require_host(caller, lesson.scope)
        await self._store.remove_staff(lesson, user_id, caller.user_id)
        for role in (Role.ASSISTANT, Role.OBSERVER):
            place = ParticipantId(f"{role}_{user_id}")
            await self._revoke_tickets(lesson_id, place, self._now_ms())
        return await self.body(await self._store.get(lesson_id), caller)

    async def clear_help(
        self, lesson_id: LessonId, participant_id: ParticipantId, caller: Caller
    ) -> None:
        lesson = await self._store.get(lesson_id)
        require_lead_or_admin(caller, lesson.scope)
        await self._control.clear_help(lesson_id, participant_id, acting_as(caller, lesson.scope))

    async def rehearse(self, caller: Caller, response: Response) -> LessonBody:
        caller.require(*PLANNERS)
        open_one = await self._store.open_rehearsal_of(caller.user_id)
        if open_one is not None:
            response.status_code = 200
            return await self.body(open_one, caller)
        now_ms = self._now_ms()
        simulated = await self._store.simulated_classroom_ids(caller.county_id)
        lesson_id = await self._store.create(
            NewLesson(
                county_id=caller.county_id,
                title="试讲",
                subject="",
                starts_at_ms=now_ms,
                ends_at_ms=now_ms + REHEARSAL_MIN * MINUTE_MS,
                lead_user_id=caller.user_id,
                created_by=caller.user_id,
                classroom_ids=simulated[:2],
                is_rehearsal=True,
            )
        )
        return await self.body(await self._store.get(lesson_id), caller)

    async def journal(
        self, lesson_id: LessonId, caller: Caller, after: int, limit: int
    ) -> JournalPage:
        lesson = await self._store.get(lesson_id)
        require_host(caller, lesson.scope)
        async with self._database.transaction() as session:
            await log_access(session, caller.user_id, "journal.viewed", lesson_id, self._now_ms())
        async with self._database.reading() as session:
            rows = await load_events(session, lesson_id, after, limit + 1)
        known = seats_known_by_name(caller, lesson.scope)
        items = [
            JournalItem(
                seq=row.seq, at=utc(row.at_ms), type=row.event.type, data=_shown(row.event, known)
            )
            for row in rows[:limit]
        ]
        return JournalPage(items=items, next=items[-1].seq if len(rows) > limit else None)


def _shown(event: Event, known: frozenset[SeatId]) -> dict[str, Any]:
    """The event without the id of a pupil whom this reader may not know by name."""
    match event:
        case PupilNamed() if SeatId(event.participant_id) not in known:
            return event_to_json(replace(event, pupil_id=None))
        case _:
            return event_to_json(event)


def build_router(desk: LessonDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["lessons"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/lessons",
        operation_id="create_lesson",
        status_code=201,
        responses=refusals(401, 403, 409),
        summary="Refused with the lesson that is in the way of its teacher or a classroom",
    )
    async def create_lesson(draft: LessonDraft, caller: CallerNow) -> LessonBody:
        return await desk.create(draft, caller)

    @router.get("/lessons", operation_id="list_lessons", responses=refusals(401))
    async def list_lessons(
        caller: CallerNow,
        state: LessonState | None = None,
        text: Annotated[str, Query(max_length=120)] = "",
        from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        to: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
        before: Annotated[str | None, Query(max_length=80)] = None,
    ) -> LessonPage:
        search = LessonSearch(
            text=text.strip(),
            from_ms=None if from_ is None else to_ms(from_),
            to_ms=None if to is None else to_ms(to),
        )
        return await desk.page(caller, state, limit, before, search)

    @router.get("/lessons/{id}", operation_id="get_lesson", responses=refusals(401, 404))
    async def get_lesson(lesson_id: LessonPath, caller: CallerNow) -> LessonBody:
        return await desk.read(lesson_id, caller)

    @router.post(
        "/lessons/{id}/start",
        operation_id="start_lesson",
        responses=refusals(401, 403, 404, 409),
    )
    async def start_lesson(lesson_id: LessonPath, caller: CallerNow) -> LessonBody:
        return await desk.start(lesson_id, caller)

    @router.post(
        "/lessons/{id}/end",
        operation_id="end_lesson",
        responses=refusals(401, 403, 404, 409),
    )
    async def end_lesson(lesson_id: LessonPath, caller: CallerNow) -> LessonBody:
        return await desk.end(lesson_id, caller)

    @router.post(
        "/lessons/{id}/staff",
        operation_id="add_lesson_staff",
        responses=refusals(401, 403, 404, 409),
        summary="Let somebody of the county in as assistant or observer",
    )
    async def add_lesson_staff(
        lesson_id: LessonPath, new: HelperDraft, caller: CallerNow
    ) -> LessonBody:
        return await desk.add_staff(lesson_id, new, caller)

    @router.delete(
        "/lessons/{id}/staff/{user_id}",
        operation_id="remove_lesson_staff",
        responses=refusals(401, 403, 404),
        summary="Take an assistant or observer off a lesson, out of its room too",
    )
    async def remove_lesson_staff(
        lesson_id: LessonPath, user_id: UserPath, caller: CallerNow
    ) -> LessonBody:
        return await desk.remove_staff(lesson_id, user_id, caller)

    @router.delete(
        "/lessons/{id}/help/{participant_id}",
        operation_id="clear_help",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
        summary="The place that called for help has got it",
    )
    async def clear_help(
        lesson_id: LessonPath, participant_id: ParticipantPath, caller: CallerNow
    ) -> None:
        await desk.clear_help(lesson_id, ParticipantId(participant_id), caller)

    @router.post(
        "/rehearsals",
        operation_id="create_rehearsal",
        status_code=201,
        responses=refusals(401, 403),
        summary="A lesson with simulated classrooms; 200 with the open one if there is one",
    )
    async def create_rehearsal(caller: CallerNow, response: Response) -> LessonBody:
        return await desk.rehearse(caller, response)

    @router.get(
        "/lessons/{id}/journal",
        operation_id="list_journal",
        responses=refusals(401, 403, 404),
    )
    async def list_journal(
        lesson_id: LessonPath,
        caller: CallerNow,
        after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_JOURNAL_PAGE)] = 200,
    ) -> JournalPage:
        return await desk.journal(lesson_id, caller, after, limit)

    return router
