"""Lessons as rows: read with seats and names, list, create."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, FromClause, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.audit import AuditAction, note_change
from app.db.consent import RECORDED, allowed_seats
from app.db.engine import Database
from app.db.models import Classroom, Lesson, LessonStaff, RoleGrant, School, Seat, User
from app.db.scope import lessons_in_classrooms_of, lessons_touching, people_within
from app.errors import InvalidInput, NotFound
from app.http import PLANNERS, Caller
from app.ids import ClassroomId, LessonId, SchoolId, SeatId, UserId, new_id
from app.lessons.access import LessonScope
from app.lessons.listing import (
    LessonState,
    Place,
    effective_state,
    in_order,
    next_lesson_ids,
    parse_place,
)
from app.lessons.search import EVERYTHING, LessonSearch
from app.lessons.staff import NewStaff, StaffDetail, add_staff, read_staff, remove_staff
from app.scope import Scope

CancelReason = Literal["teacher", "school", "holiday", "network", "power", "other"]
"""Why a lesson does not take place: the teacher cannot, a school cannot, a day off, a school's link, its power."""
CancelledReason = Literal[CancelReason, "course"]
"""The same, or its course was changed and has no lesson then any more."""
MAX_SEATS = 8
MINUTE_MS = 60_000


class ClassroomUnknown(InvalidInput):
    code = "classroom_unknown"


class TooManyClassrooms(InvalidInput):
    code = "too_many_classrooms"


class LeadUnknown(InvalidInput):
    code = "lead_unknown"


@dataclass(frozen=True, slots=True)
class SeatDetail:
    seat_id: SeatId
    classroom_id: ClassroomId
    classroom_name: str
    school_id: SchoolId
    school_name: str
    may_be_recorded: bool
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class LessonDetail:
    """A lesson with its seats. Times: UTC milliseconds. `state` is the effective one at the time of reading."""

    lesson_id: LessonId
    county_id: str
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    is_recorded: bool
    is_demo: bool
    is_rehearsal: bool
    state: LessonState
    started_at_ms: int | None
    ended_at_ms: int | None
    end_reason: str | None
    lead_user_id: UserId
    lead_name: str
    lead_school_id: SchoolId | None
    lead_school_name: str
    engine_index: int
    seats: tuple[SeatDetail, ...]
    staff: tuple[StaffDetail, ...] = ()
    first_starts_at_ms: int | None = None
    """Before it was moved."""
    first_lead_name: str | None = None
    """Before somebody took it over."""
    cancelled_at_ms: int | None = None
    cancelled_reason: CancelledReason | None = None
    restored_at_ms: int | None = None
    """It was cancelled, and takes place after all."""

    @property
    def is_called_off(self) -> bool:
        """Cancelled while nobody was in its room: no journal says that it is over."""
        return self.cancelled_at_ms is not None and self.ended_at_ms is None

    @property
    def is_sample(self) -> bool:
        """Held by simulated participants only, the lead too: nobody teaches it."""
        return self.is_demo and all(seat.is_simulated for seat in self.seats)

    @property
    def scope(self) -> LessonScope:
        return LessonScope(
            self.lesson_id,
            self.county_id,
            self.lead_user_id,
            self.lead_school_id,
            {seat.seat_id: seat.school_id for seat in self.seats},
            {one.user_id: one.role for one in self.staff},
        )

    def seat(self, seat_id: SeatId) -> SeatDetail:
        for seat in self.seats:
            if seat.seat_id == seat_id:
                return seat
        raise NotFound("this lesson has no such seat", code="seat_unknown")

    def tickets_end_ms(self, now_ms: int, grace_ms: int) -> int:
        """Until when a ticket is good: planned end, or the planned length from a late start, and a while more."""
        length_ms = self.ends_at_ms - self.starts_at_ms
        begins_ms = self.started_at_ms if self.started_at_ms is not None else now_ms
        is_late = begins_ms >= self.ends_at_ms
        return (begins_ms + length_ms if is_late else self.ends_at_ms) + grace_ms


@dataclass(frozen=True, slots=True)
class NewLesson:
    county_id: str
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    lead_user_id: UserId
    created_by: UserId
    classroom_ids: Sequence[ClassroomId]
    is_recorded: bool = False
    is_demo: bool = False
    is_rehearsal: bool = False
    staff: Sequence[NewStaff] = ()


@dataclass(frozen=True, slots=True)
class Page:
    items: list[LessonDetail] = field(default_factory=list)
    next: str | None = None


NO_ENGINE = -1
"""A lesson gets its engine when its room opens: the one with the least to do then."""


class LessonStore:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def get(self, lesson_id: LessonId) -> LessonDetail:
        """NotFound if there is none."""
        async with self._database.reading() as session:
            found = await self._read(session, Lesson.lesson_id == lesson_id, 1)
        if not found:
            raise NotFound("there is no such lesson")
        return found[0]

    async def create(self, new: NewLesson, leads: Scope | None = None) -> LessonId:
        """Write a lesson and its seats, in the order of `classroom_ids`.

        `leads`: of an admin, whose teachers may be named for it; who plans it may always.
        ClassroomUnknown, TooManyClassrooms, LeadUnknown, HelperUnknown, TooManyHelpers.
        """
        async with self._database.transaction() as session:
            return await self.create_in(session, new, leads)

    async def create_in(
        self, session: AsyncSession, new: NewLesson, leads: Scope | None = None
    ) -> LessonId:
        """As `create`, within a transaction at hand."""
        classroom_ids = list(dict.fromkeys(new.classroom_ids))
        if not 1 <= len(classroom_ids) <= MAX_SEATS:
            raise TooManyClassrooms(f"a lesson has 1 to {MAX_SEATS} classrooms")
        await _check_classrooms(session, new, classroom_ids)
        await check_lead(session, new.lead_user_id, new.created_by, leads or Scope(new.county_id))
        lesson_id = LessonId(new_id("les"))
        session.add(
            Lesson(
                lesson_id=lesson_id,
                county_id=new.county_id,
                title=new.title,
                subject=new.subject,
                starts_at_ms=new.starts_at_ms,
                ends_at_ms=new.ends_at_ms,
                lead_user_id=new.lead_user_id,
                created_by=new.created_by,
                created_at_ms=self._now_ms(),
                is_recorded=new.is_recorded,
                is_demo=new.is_demo,
                is_rehearsal=new.is_rehearsal,
                engine_index=NO_ENGINE,
            )
        )
        await session.flush()
        session.add_all(
            Seat(
                seat_id=new_id("sea"),
                lesson_id=lesson_id,
                classroom_id=classroom_id,
                position=position,
            )
            for position, classroom_id in enumerate(classroom_ids)
        )
        await add_staff(session, lesson_id, new.county_id, new.staff)
        if leads is not None:
            lead = await session.get_one(User, new.lead_user_id)
            await note_change(
                session,
                new.county_id,
                new.created_by,
                "lesson.planned",
                lesson_id,
                {},
                self._now_ms(),
                school_id=lead.school_id,
            )
        return lesson_id

    async def add_staff(self, lesson: LessonDetail, new: NewStaff, by: UserId) -> None:
        """Add an assistant or observer to a lesson. HelperUnknown, TooManyHelpers."""
        async with self._database.transaction() as session:
            await add_staff(session, lesson.lesson_id, lesson.county_id, [new])
            await self._note(session, lesson, by, "lesson.staff_added", new)

    async def remove_staff(self, lesson: LessonDetail, user_id: UserId, by: UserId) -> None:
        """Take an assistant or observer off a lesson. NotFound."""
        async with self._database.transaction() as session:
            role = await remove_staff(session, lesson.lesson_id, user_id)
            gone = NewStaff(user_id, role)
            await self._note(session, lesson, by, "lesson.staff_removed", gone)

    async def _note(
        self,
        session: AsyncSession,
        lesson: LessonDetail,
        by: UserId,
        action: AuditAction,
        whom: NewStaff,
    ) -> None:
        await note_change(
            session,
            lesson.county_id,
            by,
            action,
            lesson.lesson_id,
            {"user_id": whom.user_id, "role": whom.role.value},
            self._now_ms(),
            school_id=lesson.lead_school_id,
        )

    async def list_for(
        self,
        caller: Caller,
        state: LessonState | None,
        limit: int,
        after: str | None,
        search: LessonSearch = EVERYTHING,
    ) -> Page:
        """Live first, then the soonest, then what is over, newest first. `after`: `next` of the page before."""
        now_ms = self._now_ms()
        lessons, conditions = _listed(caller, search)
        place = None if after is None else parse_place(after)
        ids = next_lesson_ids(lessons, conditions, now_ms, state, place, limit + 1)
        async with self._database.reading() as session:
            found = await self._read(
                session, Lesson.lesson_id.in_(ids), limit + 1, in_order(now_ms)
            )
        items = found[:limit]
        if len(found) <= limit:
            return Page(items)
        last = items[-1]
        return Page(items, Place(last.state, last.starts_at_ms, last.lesson_id).cursor())

    async def of_classroom(
        self, classroom_id: ClassroomId, from_ms: int, until_ms: int, limit: int
    ) -> list[LessonDetail]:
        """What this classroom has a seat in and what is not over before `from_ms`, by its beginning."""
        condition = and_(
            Lesson.ends_at_ms > from_ms, Lesson.starts_at_ms < until_ms, _has_seat_for(classroom_id)
        )
        async with self._database.reading() as session:
            return await self._read(
                session, condition, limit, (Lesson.starts_at_ms, Lesson.lesson_id)
            )

    async def open_rehearsal_of(self, user_id: UserId) -> LessonDetail | None:
        """The caller's own rehearsal that has not ended, if there is one with time left."""
        now_ms = self._now_ms()
        condition = and_(
            Lesson.is_rehearsal,
            Lesson.lead_user_id == user_id,
            Lesson.state != "ended",
            Lesson.ends_at_ms > now_ms + 5 * MINUTE_MS,
        )
        async with self._database.reading() as session:
            found = await self._read(session, condition, 1, (Lesson.created_at_ms.desc(),))
        return found[0] if found else None

    async def with_simulated_classrooms(self) -> list[LessonDetail]:
        """Demo lessons and rehearsals that are on, or about to begin."""
        now_ms = self._now_ms()
        condition = and_(
            or_(Lesson.is_demo, Lesson.is_rehearsal),
            or_(
                Lesson.state == "live",
                and_(
                    Lesson.state == "waiting",
                    Lesson.starts_at_ms <= now_ms + 10 * MINUTE_MS,
                    Lesson.ends_at_ms > now_ms,
                ),
            ),
        )
        async with self._database.reading() as session:
            return await self._read(session, condition, 8, (Lesson.created_at_ms.desc(),))

    async def live_lesson_ids(self) -> list[LessonId]:
        """Lessons that a starting server takes up again."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(Lesson.lesson_id).where(Lesson.state == "live"))
            return [LessonId(row) for row in rows]

    async def set_engine(self, lesson_id: LessonId, engine_index: int) -> None:
        """Remember which media engine serves the lesson."""
        async with self._database.transaction() as session:
            await session.execute(
                update(Lesson)
                .where(Lesson.lesson_id == lesson_id)
                .values(engine_index=engine_index)
            )

    async def simulated_classroom_ids(self, county_id: str) -> list[ClassroomId]:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Classroom.classroom_id)
                .join(School, School.school_id == Classroom.school_id)
                .where(School.county_id == county_id, Classroom.is_simulated)
                .order_by(Classroom.classroom_id)
            )
            return [ClassroomId(row) for row in rows]

    async def _read(
        self,
        session: AsyncSession,
        condition: ColumnElement[bool],
        limit: int,
        order: Sequence[Any] = (),
    ) -> list[LessonDetail]:
        first = aliased(User)
        rows = (
            await session.execute(
                select(Lesson, effective_state(self._now_ms()), User, School.name, first.name)
                .join(User, User.user_id == Lesson.lead_user_id)
                .outerjoin(first, first.user_id == Lesson.first_lead_user_id)
                .outerjoin(School, School.school_id == User.school_id)
                .where(condition)
                .order_by(*order)
                .limit(limit)
            )
        ).all()
        ids = [row[0].lesson_id for row in rows]
        seats = await _read_seats(session, ids)
        staff = await read_staff(session, ids)
        return [
            replace(
                _detail(lesson, state, lead, lead_school, seats.get(lesson.lesson_id, ())),
                staff=tuple(staff.get(lesson.lesson_id, ())),
                first_lead_name=first_lead_name,
            )
            for lesson, state, lead, lead_school, first_lead_name in rows
        ]


def _detail(
    lesson: Lesson,
    state: str,
    lead: User,
    lead_school: str | None,
    seats: Sequence[SeatDetail],
) -> LessonDetail:
    is_dropped = state != lesson.state
    return LessonDetail(
        lesson_id=LessonId(lesson.lesson_id),
        county_id=lesson.county_id,
        title=lesson.title,
        subject=lesson.subject,
        starts_at_ms=lesson.starts_at_ms,
        ends_at_ms=lesson.ends_at_ms,
        is_recorded=lesson.is_recorded,
        is_demo=lesson.is_demo,
        is_rehearsal=lesson.is_rehearsal,
        state=cast("LessonState", state),
        started_at_ms=lesson.started_at_ms,
        ended_at_ms=lesson.ended_at_ms,
        end_reason="cancelled" if is_dropped else lesson.end_reason,
        lead_user_id=UserId(lesson.lead_user_id),
        lead_name=lead.name,
        lead_school_id=None if lead.school_id is None else SchoolId(lead.school_id),
        lead_school_name=lead_school or "",
        engine_index=lesson.engine_index,
        seats=tuple(seats),
        first_starts_at_ms=lesson.first_starts_at_ms,
        cancelled_at_ms=lesson.cancelled_at_ms,
        cancelled_reason=cast("CancelledReason | None", lesson.cancelled_reason),
        restored_at_ms=lesson.restored_at_ms,
    )


async def _read_seats(
    session: AsyncSession, lesson_ids: Sequence[str]
) -> dict[str, list[SeatDetail]]:
    rows = (
        await session.execute(
            select(Seat, Classroom, School)
            .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
            .join(School, School.school_id == Classroom.school_id)
            .where(Seat.lesson_id.in_(lesson_ids))
            .order_by(Seat.lesson_id, Seat.position)
        )
    ).all()
    agreed = await allowed_seats(session, {seat.seat_id for seat, _, _ in rows}, RECORDED)
    seats: dict[str, list[SeatDetail]] = {}
    for seat, classroom, school in rows:
        seats.setdefault(seat.lesson_id, []).append(
            SeatDetail(
                SeatId(seat.seat_id),
                ClassroomId(classroom.classroom_id),
                classroom.name,
                SchoolId(school.school_id),
                school.name,
                seat.seat_id in agreed,
                classroom.is_simulated,
            )
        )
    return seats


async def _check_classrooms(
    session: AsyncSession, new: NewLesson, classroom_ids: Sequence[str]
) -> None:
    known = select(Classroom.classroom_id).join(School, School.school_id == Classroom.school_id)
    known = known.where(
        Classroom.classroom_id.in_(classroom_ids), School.county_id == new.county_id
    )
    if not (new.is_demo or new.is_rehearsal):
        known = known.where(~Classroom.is_simulated)
    unknown = set(classroom_ids) - set(await session.scalars(known))
    if unknown:
        raise ClassroomUnknown(f"there is no classroom {', '.join(sorted(unknown))}")


async def check_lead(
    session: AsyncSession, lead_user_id: UserId, planned_by: UserId, leads: Scope
) -> None:
    """LeadUnknown unless this is a teacher within `leads`, or who plans it."""
    may_lead = or_(User.user_id == planned_by, people_within(leads))
    lead = await session.scalar(
        select(User.user_id)
        .join(RoleGrant, RoleGrant.user_id == User.user_id)
        .where(
            User.user_id == lead_user_id,
            User.county_id == leads.county_id,
            may_lead,
            User.is_active,
            RoleGrant.role.in_(PLANNERS),
        )
        .limit(1)
    )
    if lead is None:
        raise LeadUnknown("there is no such teacher in this county")


def _has_seat_for(classroom_id: ClassroomId) -> ColumnElement[bool]:
    return (
        select(Seat.seat_id)
        .where(Seat.lesson_id == Lesson.lesson_id, Seat.classroom_id == classroom_id)
        .exists()
    )


def _listed(caller: Caller, search: LessonSearch) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """Lessons to list, and what must hold of them.

    What an index does not help with is looked for once, not once for each part of the list.
    """
    conditions = [Lesson.county_id == caller.county_id, *search.conditions()]
    administered = caller.administered
    if administered is not None and administered.is_county and not search.text:
        return Lesson.__table__, conditions
    return select(Lesson).where(*conditions, _visible_to(caller)).cte("listed"), []


def _visible_to(caller: Caller) -> ColumnElement[bool]:
    """To lead, to help or to watch; of the own school's classrooms; within what one administers."""
    invited = select(LessonStaff.user_id).where(
        LessonStaff.lesson_id == Lesson.lesson_id, LessonStaff.user_id == caller.user_id
    )
    conditions = [Lesson.lead_user_id == caller.user_id, invited.exists()]
    administered, school = caller.administered, caller.scope_as("onsite")
    if administered is not None:
        conditions.append(lessons_touching(administered))
    if school is not None:
        conditions.append(lessons_in_classrooms_of(school))
    return or_(*conditions)
