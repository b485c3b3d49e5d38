"""`/lessons/{id}/seats/{seat_id}/roll-call`: for staff of the school, admins, and the classroom's own screens."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import Field, StringConstraints

from app.accounts.tokens import Ticket
from app.api_model import ApiModel
from app.attendance.roll_call.desk import CalledRoll, RollCallDesk
from app.attendance.roll_call.roll import MAX_PUPILS, PupilMark, RollChange
from app.caller import Caller
from app.errors import NotAllowed
from app.http import TICKET_HEADER, Authenticate, refusals
from app.ids import LessonId, ParticipantId, PupilId, SeatId
from app.moments import utc

LessonPath = Annotated[LessonId, Path(alias="id", pattern=r"^\w{1,60}$")]
SeatPath = Annotated[SeatId, Path(pattern=r"^\w{1,60}$")]
TicketHeader = Annotated[str | None, Header(alias=TICKET_HEADER, max_length=2_000)]
PupilText = Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class PupilBody(ApiModel):
    pupil_id: str
    number: str | None
    """The school's own number; null, as the name, once the pupil was erased."""
    name: str | None
    mark: PupilMark | None
    """Null: not called yet."""


class CorrectionBody(ApiModel):
    pupil_id: str | None
    """Null: the typed head count."""
    at: datetime
    by: str
    """Empty: on a screen of the classroom."""
    before: str
    """A mark, or a number of pupils."""
    after: str | None
    """Null: taken back."""
    reason: str


class RollCallBody(ApiModel):
    lesson_id: str
    seat_id: str
    classroom_name: str
    school_name: str
    head_count: int | None
    """The typed count, else the marked pupils who came; null: nobody counted."""
    typed_count: int | None
    pupils: list[PupilBody]
    """By number; empty: the classroom has no roster."""
    corrections: list[CorrectionBody]
    """The newest first, the last 100."""


class RollCallDraft(ApiModel):
    """Values to set, each as a whole; what is left out stays."""

    marks: Annotated[
        dict[PupilText, PupilMark | None], Field(max_length=MAX_PUPILS, default_factory=dict)
    ]
    """By pupil; null takes a mark back."""
    typed_count: Annotated[int | None, Field(ge=0, le=MAX_PUPILS)] = None
    """Null: count the marks."""
    reason: Reason = ""
    """Why, if a value that stood is replaced."""


def roll_call_body(called: CalledRoll) -> RollCallBody:
    return RollCallBody(
        lesson_id=called.seat.lesson_id,
        seat_id=called.seat.seat_id,
        classroom_name=called.seat.classroom_name,
        school_name=called.seat.school_name,
        head_count=called.roll.head_count,
        typed_count=called.roll.typed_count,
        pupils=[
            PupilBody(
                pupil_id=pupil.pupil_id,
                number=pupil.number,
                name=pupil.name,
                mark=called.roll.marks.get(pupil.pupil_id),
            )
            for pupil in called.pupils
        ],
        corrections=[
            CorrectionBody(
                pupil_id=one.pupil_id,
                at=utc(one.at_ms),
                by=one.by,
                before=one.before,
                after=one.after,
                reason=one.reason,
            )
            for one in called.corrections
        ],
    )


def build_router(
    desk: RollCallDesk,
    authenticate: Authenticate,
    read_ticket: Callable[[str, int], Ticket],
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(prefix="/lessons/{id}/seats/{seat_id}/roll-call", tags=["attendance"])

    async def find_caller(
        request: Request, lesson_id: LessonPath, seat_id: SeatPath, ticket: TicketHeader = None
    ) -> Caller | None:
        """Who is signed in; None for a screen of the classroom, which shows the ticket of its seat instead."""
        if ticket is None:
            return await authenticate(request)
        held = read_ticket(ticket, now_ms())
        if (held.lesson_id, held.participant_id) != (lesson_id, ParticipantId(seat_id)):
            raise NotAllowed("this ticket is for another place")
        return None

    CallerOrClassroom = Annotated[Caller | None, Depends(find_caller)]  # noqa: N806 - an alias

    @router.get("", operation_id="get_roll_call", responses=refusals(401, 403, 404))
    async def get_roll_call(
        lesson_id: LessonPath, seat_id: SeatPath, caller: CallerOrClassroom
    ) -> RollCallBody:
        return roll_call_body(await desk.read(lesson_id, seat_id, caller))

    @router.patch(
        "",
        operation_id="save_roll_call",
        responses=refusals(401, 403, 404, 409, 429, 503),
    )
    async def save_roll_call(
        lesson_id: LessonPath, seat_id: SeatPath, caller: CallerOrClassroom, draft: RollCallDraft
    ) -> RollCallBody:
        change = RollChange(
            marks={PupilId(pupil): mark for pupil, mark in draft.marks.items()},
            sets_count="typed_count" in draft.model_fields_set,
            typed_count=draft.typed_count,
        )
        return roll_call_body(await desk.save(lesson_id, seat_id, caller, change, draft.reason))

    return router
