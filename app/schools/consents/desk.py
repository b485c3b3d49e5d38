"""What may be done with a classroom's answers: read them, and enter what came back on paper."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import ADMINS, Caller
from app.db.audit import note_change
from app.db.consent import (
    PupilAnswer,
    Purpose,
    classrooms_of,
    enter_classroom_answer,
    enter_pupil_answers,
    has_roster,
    recorded_allowances,
    tallies,
)
from app.db.dry_run import dry_run
from app.db.engine import Database
from app.db.models import Classroom, Pupil, RosterEntry, School
from app.db.scope import schools_within
from app.db.withdrawal import Withdrawal
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import ClassroomId, PupilId
from app.schools.consents.overview import (
    Answer,
    Overview,
    classroom_answers,
    overviews,
    pupil_answers,
)
from app.schools.consents.sheet import KnownPupil, ReadAnswers, read_answers
from app.schools.roster.desk import classroom_for, log_roster
from app.scope import Scope
from app.sheets import Lines, refuse_wrong


class PupilUnknown(InvalidInput):
    code = "pupil_unknown"


class HasRoster(Conflict):
    code = "classroom_has_roster"


@dataclass(frozen=True, slots=True)
class PupilSheet:
    pupil: Pupil
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class ConsentSheet:
    """One classroom, for whoever fills it in."""

    classroom: Classroom
    school: School
    has_roster: bool
    pupils: Sequence[PupilSheet]
    """By number, then name."""
    answers: Sequence[Answer]
    """The classroom's own record."""
    allowed: frozenset[Purpose]


@dataclass(frozen=True, slots=True)
class Effect:
    changed: Sequence[PupilAnswer]
    """Answers that are now others than before."""
    unpublished: int
    """Recordings that were taken down because of that."""
    places: frozenset[ClassroomId]
    """Where these pupils sit or sat."""


@dataclass(frozen=True, slots=True)
class SheetEffect:
    """What a file of answers comes to; with errors nothing is changed."""

    sheet: ReadAnswers
    effect: Effect
    names: Mapping[PupilId, str]


class ConsentDesk:
    def __init__(
        self, database: Database, withdrawal: Withdrawal, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._withdrawal = withdrawal
        self._now_ms = now_ms

    async def overviews(
        self, caller: Caller, text: str, after: str | None, limit: int
    ) -> list[Overview]:
        scope = caller.require_scope(*ADMINS, "onsite")
        async with self._database.reading() as session:
            return await overviews(session, scope, text, after, limit)

    async def sheet(self, caller: Caller, classroom_id: ClassroomId) -> ConsentSheet:
        """For the county's admins and the on-site teachers of the school; that they see names is logged.

        NotFound, NotAllowed.
        """
        async with self._database.transaction() as session:
            classroom, school = await classroom_for(session, caller, classroom_id)
            await log_roster(session, caller, classroom_id, self._now_ms())
            pupils = list(await session.scalars(_on_roster(classroom_id)))
            pupils.sort(key=lambda one: (one.number is None, one.number or "", one.name))
            answers = await pupil_answers(session, [one.pupil_id for one in pupils])
            own = await classroom_answers(session, [classroom_id])
            return ConsentSheet(
                classroom,
                school,
                await has_roster(session, classroom_id),
                [PupilSheet(one, answers.get(one.pupil_id, ())) for one in pupils],
                own.get(classroom_id, ()),
                (await tallies(session, [classroom_id]))[classroom_id].allowed,
            )

    async def enter(
        self, caller: Caller, classroom_id: ClassroomId, answers: Sequence[PupilAnswer]
    ) -> Effect:
        """All of them or none. PupilUnknown for one who is not on this roster."""
        async with self._database.transaction() as session:
            _, school = await classroom_for(session, caller, classroom_id)
            known = {one.pupil_id for one in await session.scalars(_on_roster(classroom_id))}
            if unknown := {one.pupil_id for one in answers} - known:
                raise PupilUnknown(f"this classroom has no pupil {min(unknown)}")
            effect = await self._enter(session, caller, school, answers)
        await self._withdrawal.end_recording(effect.places)
        return effect

    async def check_sheet(
        self, caller: Caller, classroom_id: ClassroomId, lines: Lines
    ) -> SheetEffect:
        """What `enter_sheet` would do."""
        async with dry_run(self._database) as session:
            return await self._enter_sheet(session, caller, classroom_id, lines)

    async def enter_sheet(
        self, caller: Caller, classroom_id: ClassroomId, lines: Lines
    ) -> SheetEffect:
        """All of it or nothing. SheetUnreadable; InvalidInput with the first wrong line."""
        async with self._database.transaction() as session:
            entered = await self._enter_sheet(session, caller, classroom_id, lines)
            refuse_wrong(entered.sheet.errors)
        await self._withdrawal.end_recording(entered.effect.places)
        return entered

    async def _enter_sheet(
        self, session: AsyncSession, caller: Caller, classroom_id: ClassroomId, lines: Lines
    ) -> SheetEffect:
        _, school = await classroom_for(session, caller, classroom_id)
        pupils = list(await session.scalars(_on_roster(classroom_id)))
        answers = await pupil_answers(session, [one.pupil_id for one in pupils])
        known = [
            KnownPupil(
                PupilId(one.pupil_id),
                one.number,
                one.name or "",
                frozenset(a.purpose for a in answers.get(one.pupil_id, ()) if a.is_granted),
            )
            for one in pupils
        ]
        sheet = read_answers(lines, known)
        effect = await self._enter(session, caller, school, () if sheet.errors else sheet.answers)
        return SheetEffect(sheet, effect, {one.pupil_id: one.name for one in known})

    async def _enter(
        self,
        session: AsyncSession,
        caller: Caller,
        school: School,
        answers: Sequence[PupilAnswer],
    ) -> Effect:
        """These are of pupils of the school."""
        now_ms = self._now_ms()
        places = await classrooms_of(session, {one.pupil_id for one in answers})
        before = await recorded_allowances(session, places)
        changed = await enter_pupil_answers(session, answers, caller.user_id, now_ms)
        for one in changed:
            await note_change(
                session,
                caller.county_id,
                caller.user_id,
                "consent.entered",
                one.pupil_id,
                {"purpose": one.purpose, "is_granted": one.is_granted},
                now_ms,
                school_id=school.school_id,
            )
        unpublished = await self._withdrawal.take_down_lost(session, places, before, now_ms)
        return Effect(changed, unpublished, frozenset(places))

    async def enter_for_classroom(
        self, caller: Caller, classroom_id: ClassroomId, purpose: Purpose, is_granted: bool
    ) -> int:
        """The one answer of a classroom whose pupils nobody entered. For admins. NotFound, HasRoster.

        How many recordings were taken down because of it.
        """
        scope = caller.require_scope(*ADMINS)
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            school_id = await _school_of(session, scope, classroom_id)
            if await has_roster(session, classroom_id):
                raise HasRoster("this classroom has a roster: its pupils' answers count")
            before = await recorded_allowances(session, [classroom_id])
            await enter_classroom_answer(
                session, classroom_id, purpose, is_granted, caller.user_id, now_ms
            )
            await note_change(
                session,
                caller.county_id,
                caller.user_id,
                "consent.entered",
                classroom_id,
                {"purpose": purpose, "is_granted": is_granted},
                now_ms,
                school_id=school_id,
            )
            unpublished = await self._withdrawal.take_down_lost(
                session, [classroom_id], before, now_ms
            )
        await self._withdrawal.end_recording([classroom_id])
        return unpublished


def _on_roster(classroom_id: ClassroomId) -> Select[Pupil]:
    return (
        select(Pupil)
        .join(RosterEntry, RosterEntry.pupil_id == Pupil.pupil_id)
        .where(RosterEntry.classroom_id == classroom_id, Pupil.name.is_not(None))
    )


async def _school_of(session: AsyncSession, scope: Scope, classroom_id: ClassroomId) -> str:
    """NotFound for a classroom outside of the scope."""
    school_id = await session.scalar(
        select(School.school_id)
        .join(Classroom, Classroom.school_id == School.school_id)
        .where(Classroom.classroom_id == classroom_id, schools_within(scope))
    )
    if school_id is None:
        raise NotFound("there is no such classroom")
    return school_id
