"""A pupil's data: everything as one document, and its erasure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import ADMINS, Caller
from app.db.audit import AuditAction, note_change
from app.db.consent import classrooms_of, recorded_allowances
from app.db.engine import Database
from app.db.models import (
    AuditEntry,
    Classroom,
    Lesson,
    LibraryEntry,
    PastRosterEntry,
    Pupil,
    PupilConsent,
    Recording,
    RollCallCorrection,
    RollCallMark,
    RosterEntry,
    School,
    Seat,
    User,
)
from app.db.scope import schools_within
from app.db.withdrawal import Withdrawal
from app.errors import NotFound
from app.ids import PupilId
from app.moments import utc
from app.protection.erasure import forget_pupil
from app.scope import Scope

Document = dict[str, Any]
MAX_ROWS = 10_000
"""Of one kind; more than a pupil's years at school."""


@dataclass(frozen=True, slots=True)
class Erased:
    unpublished: int
    texts: int
    """Texts that had the name in them."""


class PupilDesk:
    """For the admins of the pupil's school or county. NotFound for others' pupils, and for one who is erased."""

    def __init__(
        self, database: Database, withdrawal: Withdrawal, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._withdrawal = withdrawal
        self._now_ms = now_ms

    async def export(self, caller: Caller, pupil_id: PupilId) -> Document:
        """Everything that is kept about the pupil; that somebody took it along is noted."""
        scope = caller.require_scope(*ADMINS)
        async with self._database.transaction() as session:
            pupil, school = await _pupil(session, scope, pupil_id)
            document = await _document(session, pupil, school)
            await self._note(session, caller, "pupil.exported", pupil)
        return document

    async def erase(self, caller: Caller, pupil_id: PupilId) -> Erased:
        """Name, number and answers go for good; recordings that show the pupil are taken down."""
        scope, now_ms = caller.require_scope(*ADMINS), self._now_ms()
        async with self._database.transaction() as session:
            pupil, _ = await _pupil(session, scope, pupil_id)
            places = await classrooms_of(session, [pupil_id])
            before = await recorded_allowances(session, places)
            texts = await forget_pupil(session, pupil, places, now_ms)
            unpublished = await self._withdrawal.take_down_lost(session, places, before, now_ms)
            await self._note(session, caller, "pupil.erased", pupil)
        await self._withdrawal.end_recording(places)
        await self._database.drop_deleted_pages()
        return Erased(unpublished, texts)

    async def _note(
        self, session: AsyncSession, caller: Caller, action: AuditAction, pupil: Pupil
    ) -> None:
        await note_change(
            session,
            caller.county_id,
            caller.user_id,
            action,
            pupil.pupil_id,
            {},
            self._now_ms(),
            school_id=pupil.school_id,
        )


async def _pupil(session: AsyncSession, scope: Scope, pupil_id: PupilId) -> tuple[Pupil, School]:
    row = (
        await session.execute(
            select(Pupil, School)
            .join(School, School.school_id == Pupil.school_id)
            .where(Pupil.pupil_id == pupil_id, Pupil.name.is_not(None), schools_within(scope))
            .with_for_update(of=Pupil)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such pupil")
    return row[0], row[1]


async def _document(session: AsyncSession, pupil: Pupil, school: School) -> Document:
    return {
        "pupil_id": pupil.pupil_id,
        "name": pupil.name,
        "number": pupil.number,
        "school": school.name,
        "classrooms": await _classrooms(session, pupil.pupil_id),
        "consents": await _consents(session, pupil.pupil_id),
        "roll_calls": await _roll_calls(session, pupil.pupil_id),
        "corrections": await _corrections(session, pupil.pupil_id),
        "recordings": await _recordings(session, pupil.pupil_id),
        "changes": await _changes(session, pupil.pupil_id),
    }


async def _classrooms(session: AsyncSession, pupil_id: str) -> list[Document]:
    here = select(Classroom.name, RosterEntry.joined_at_ms).join(
        Classroom, Classroom.classroom_id == RosterEntry.classroom_id
    )
    past = select(Classroom.name, PastRosterEntry.joined_at_ms, PastRosterEntry.left_at_ms).join(
        Classroom, Classroom.classroom_id == PastRosterEntry.classroom_id
    )
    now = await session.execute(here.where(RosterEntry.pupil_id == pupil_id))
    then = await session.execute(past.where(PastRosterEntry.pupil_id == pupil_id).limit(MAX_ROWS))
    return [
        {"classroom": name, "since": _moment(joined_ms), "until": _moment(left_ms)}
        for name, joined_ms, left_ms in [*then, *((*row, None) for row in now)]
    ]


async def _consents(session: AsyncSession, pupil_id: str) -> list[Document]:
    rows = await session.execute(
        select(PupilConsent, User.name)
        .outerjoin(User, User.user_id == PupilConsent.entered_by)
        .where(PupilConsent.pupil_id == pupil_id)
    )
    return [
        {
            "purpose": row.purpose,
            "is_granted": row.is_granted,
            "entered_by": by,
            "entered_at": _moment(row.entered_at_ms),
        }
        for row, by in rows
    ]


def _seats_with(*more: Any) -> Select[Any]:
    """Seats with their lesson and classroom."""
    return (
        select(Lesson.title, Lesson.starts_at_ms, Classroom.name, *more)
        .select_from(Seat)
        .join(Lesson, Lesson.lesson_id == Seat.lesson_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .order_by(Lesson.starts_at_ms, Lesson.lesson_id)
        .limit(MAX_ROWS)
    )


async def _roll_calls(session: AsyncSession, pupil_id: str) -> list[Document]:
    rows = await session.execute(
        _seats_with(RollCallMark.mark)
        .join(RollCallMark, RollCallMark.seat_id == Seat.seat_id)
        .where(RollCallMark.pupil_id == pupil_id)
    )
    return [
        {"lesson": title, "at": _moment(at_ms), "classroom": classroom, "mark": mark}
        for title, at_ms, classroom, mark in rows
    ]


async def _corrections(session: AsyncSession, pupil_id: str) -> list[Document]:
    rows = await session.execute(
        _seats_with(RollCallCorrection, User.name)
        .join(RollCallCorrection, RollCallCorrection.seat_id == Seat.seat_id)
        .outerjoin(User, User.user_id == RollCallCorrection.user_id)
        .where(RollCallCorrection.pupil_id == pupil_id)
    )
    return [
        {
            "lesson": title,
            "at": _moment(row.at_ms),
            "by": by,
            "before": row.before,
            "after": row.after,
            "reason": row.reason,
        }
        for title, _, _, row, by in rows
    ]


async def _recordings(session: AsyncSession, pupil_id: str) -> list[Document]:
    """Of lessons whose roll call has the pupil as there."""
    rows = await session.execute(
        _seats_with(Recording.state, LibraryEntry.recording_id)
        .join(RollCallMark, RollCallMark.seat_id == Seat.seat_id)
        .join(Recording, Recording.lesson_id == Seat.lesson_id)
        .outerjoin(LibraryEntry, LibraryEntry.recording_id == Recording.recording_id)
        .where(RollCallMark.pupil_id == pupil_id, RollCallMark.mark != "absent")
    )
    return [
        {
            "lesson": title,
            "at": _moment(at_ms),
            "classroom": classroom,
            "is_published": published is not None,
        }
        for title, at_ms, classroom, _, published in rows
    ]


async def _changes(session: AsyncSession, pupil_id: str) -> list[Document]:
    rows = await session.execute(
        select(AuditEntry, User.name)
        .join(User, User.user_id == AuditEntry.user_id)
        .where(AuditEntry.subject_id == pupil_id)
        .order_by(AuditEntry.at_ms)
        .limit(MAX_ROWS)
    )
    return [
        {"at": _moment(row.at_ms), "by": by, "action": row.action, "details": row.details}
        for row, by in rows
    ]


def _moment(ms: int | None) -> str | None:
    """ISO 8601; None for what nobody wrote down."""
    return utc(ms).isoformat() if ms else None
