"""Bodies of the lesson endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Path
from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from app.accounts.pcs import Pc
from app.api_model import ApiModel
from app.caller import Caller
from app.ids import LessonId, SeatId, UserId
from app.lessons.access import is_host, own_roles, own_seats
from app.lessons.lesson import CancelledReason, LessonDetail
from app.lessons.listing import LessonState
from app.lessons.staff import MAX_INVITED
from app.lessons.subject import sound_preset_of
from app.moments import utc, utc_or_none
from app.rooms.state import Role, SoundPreset

IdText = Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")]
LessonPath = Annotated[LessonId, Path(alias="id", pattern=r"^\w{1,60}$")]
SeatPath = Annotated[SeatId, Path(pattern=r"^\w{1,60}$")]
UserPath = Annotated[UserId, Path(pattern=r"^\w{1,60}$")]
ParticipantPath = Annotated[str, Path(pattern=r"^\w{1,60}$")]
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
StaffPlace = Literal["lead", "assistant", "observer"]
HelperPlace = Literal["assistant", "observer"]


class HelperDraft(ApiModel):
    """Somebody of the county who may come in as this."""

    user_id: IdText
    role: HelperPlace


class LessonDraft(ApiModel):
    title: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_CONTROLS),
    ]
    subject: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_CONTROLS)
    ]
    starts_at: AwareDatetime
    duration_min: Annotated[int, Field(ge=5, le=240)]
    lead_id: IdText | None = None
    """Who teaches; the caller unless an admin names somebody."""
    classroom_ids: Annotated[list[IdText], Field(max_length=100)]
    recorded: bool = False
    staff: list[HelperDraft] = Field(default_factory=list, max_length=MAX_INVITED)


class LeadName(ApiModel):
    user_id: str
    name: str


class SeatBody(ApiModel):
    seat_id: str
    classroom_id: str
    classroom_name: str
    school_name: str
    is_simulated: bool


class HelperBody(ApiModel):
    user_id: str
    name: str
    school: str
    role: HelperPlace


class ChangeBody(ApiModel):
    """How a lesson differs from its first plan. At least one of them is given."""

    moved_from: datetime | None
    instead_of: str | None
    """Who was to lead it."""
    cancelled: CancelledReason | None
    restored: bool
    """It had been cancelled, and takes place after all."""


class LessonBody(ApiModel):
    lesson_id: str
    title: str
    subject: str
    starts_at: datetime
    duration_min: int
    ends_at: datetime
    recorded: bool
    sound_preset: SoundPreset
    """How its microphones are treated unless the lead chooses otherwise."""
    state: LessonState
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    lead: LeadName
    seats: list[SeatBody]
    staff: list[HelperBody]
    recording_id: str | None
    is_demo: bool
    is_rehearsal: bool
    my_roles: list[StaffPlace]
    """Staff roles that the caller may take."""
    my_seats: list[str]
    """Seats of the caller's own school."""
    change: ChangeBody | None
    may_invite: bool
    """Whether the caller chooses who helps and who watches."""


class LessonPage(ApiModel):
    items: list[LessonBody]
    next: str | None


class Place(ApiModel):
    """Exactly one of the two."""

    seat_id: IdText | None = None
    role: StaffPlace | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.seat_id is None) == (self.role is None):
            raise ValueError("give either seat_id or role")
        return self


class TicketBody(ApiModel):
    token: str
    """For `auth`, the second message on the WebSocket."""
    signal_url: str
    lesson_id: str
    participant_id: str
    role: Literal["lead", "assistant", "observer", "classroom"]
    expires_at: datetime
    expires_in_s: int
    """The same counted from now: a page cannot trust its PC's clock."""
    is_guest: bool = False
    """A guest teacher leads, and chooses nobody else."""


class PairingBody(ApiModel):
    code: str
    url: str
    expires_at: datetime


class CodeBody(ApiModel):
    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class ClassroomName(ApiModel):
    classroom_id: str
    name: str
    school_name: str


class PairedBody(ApiModel):
    """Where a code led: into one seat of one lesson, or this PC is now a classroom's own. Exactly one of the two."""

    ticket: TicketBody | None = None
    classroom: ClassroomName | None = None


class SimulatedSeat(ApiModel):
    """A place that a simulated participant should hold now: a classroom's seat, or that of a sample lesson's lead."""

    lesson_id: str
    participant_id: str
    role: Literal["lead", "classroom"]
    seat_id: str | None
    name: str
    token: str
    signal_url: str
    clip: str


class JournalItem(ApiModel):
    seq: int
    at: datetime
    type: str
    data: dict[str, Any]


class JournalPage(ApiModel):
    items: list[JournalItem]
    next: int | None
    """Give it as `after` for the next page; null at the end."""


def classroom_name(pc: Pc) -> ClassroomName:
    return ClassroomName(
        classroom_id=pc.classroom_id, name=pc.classroom_name, school_name=pc.school_name
    )


def lesson_body(lesson: LessonDetail, caller: Caller, recording_id: str | None) -> LessonBody:
    """The lesson as this caller gets it."""
    scope = lesson.scope
    return LessonBody(
        lesson_id=lesson.lesson_id,
        title=lesson.title,
        subject=lesson.subject,
        starts_at=utc(lesson.starts_at_ms),
        duration_min=(lesson.ends_at_ms - lesson.starts_at_ms) // 60_000,
        ends_at=utc(lesson.ends_at_ms),
        recorded=lesson.is_recorded,
        sound_preset=sound_preset_of(lesson.subject),
        state=lesson.state,
        started_at=utc_or_none(lesson.started_at_ms),
        ended_at=utc_or_none(lesson.ended_at_ms),
        end_reason=lesson.end_reason,
        lead=LeadName(user_id=lesson.lead_user_id, name=lesson.lead_name),
        seats=[
            SeatBody(
                seat_id=seat.seat_id,
                classroom_id=seat.classroom_id,
                classroom_name=seat.classroom_name,
                school_name=seat.school_name,
                is_simulated=seat.is_simulated,
            )
            for seat in lesson.seats
        ],
        staff=[
            HelperBody(
                user_id=one.user_id,
                name=one.name,
                school=one.school_name,
                role="assistant" if one.role is Role.ASSISTANT else "observer",
            )
            for one in lesson.staff
        ],
        recording_id=recording_id,
        is_demo=lesson.is_demo,
        is_rehearsal=lesson.is_rehearsal,
        # A sample lesson has a simulated lead, which a caller would push out.
        my_roles=[
            role.value
            for role in own_roles(caller, scope)
            if not (lesson.is_sample and role is Role.LEAD)
        ],
        my_seats=list(own_seats(caller, scope)),
        change=change_body(lesson),
        may_invite=is_host(caller, scope),
    )


def change_body(lesson: LessonDetail) -> ChangeBody | None:
    """What those concerned must be told."""
    moved_from = utc_or_none(lesson.first_starts_at_ms)
    instead_of, cancelled = lesson.first_lead_name, lesson.cancelled_reason
    restored = lesson.restored_at_ms is not None
    if moved_from is None and instead_of is None and cancelled is None and not restored:
        return None
    return ChangeBody(
        moved_from=moved_from, instead_of=instead_of, cancelled=cancelled, restored=restored
    )
