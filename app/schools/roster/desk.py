"""Rosters in tables: read, and replaced by a sheet in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import ADMINS, Caller
from app.db.access_log import log_access
from app.db.audit import note_change
from app.db.engine import Database
from app.db.models import Classroom, PastRosterEntry, Pupil, RosterEntry, School
from app.db.scope import schools_within
from app.db.withdrawal import Withdrawal
from app.errors import NotFound
from app.ids import ClassroomId, PupilId, SchoolId, new_id
from app.schools.roster.plan import KnownPupil, RosterPlan, plan
from app.schools.roster.sheet import ReadSheet


@dataclass(frozen=True, slots=True)
class Roster:
    classroom: Classroom
    school: School
    pupils: Sequence[KnownPupil]
    """By number, then name."""


class RosterDesk:
    """For admins and the on-site teachers of the school."""

    def __init__(
        self, database: Database, withdrawal: Withdrawal, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._withdrawal = withdrawal
        self._now_ms = now_ms

    async def roster(self, caller: Caller, classroom_id: str) -> Roster:
        """Who is on it, by name, which is logged.

        NotFound for another school's, too; NotAllowed for who knows no pupil by name.
        """
        async with self._database.transaction() as session:
            classroom, school = await classroom_for(session, caller, classroom_id)
            known = await _known(session, school.school_id, classroom_id)
            await log_roster(session, caller, classroom_id, self._now_ms())
        here = [pupil for pupil in known if pupil.is_here]
        here.sort(key=lambda one: (one.number is None, one.number or "", one.name))
        return Roster(classroom, school, here)

    async def check(self, caller: Caller, classroom_id: str, sheet: ReadSheet) -> RosterPlan:
        """What `take_over` would change."""
        async with self._database.reading() as session:
            _, school = await classroom_for(session, caller, classroom_id)
            return plan(await _known(session, school.school_id, classroom_id), sheet.pupils)

    async def take_over(self, caller: Caller, classroom_id: str, sheet: ReadSheet) -> RosterPlan:
        """The roster is the sheet from now on. The sheet has no errors."""
        assert not sheet.errors
        async with self._database.transaction() as session:
            _, school = await classroom_for(session, caller, classroom_id)
            known = await _known(session, school.school_id, classroom_id)
            change = plan(known, sheet.pupils)
            now_ms = self._now_ms()
            await _apply(session, SchoolId(school.school_id), classroom_id, change, now_ms)
            details = {
                "added": len(change.added),
                "joined": len(change.joined),
                "renamed": len(change.renamed),
                "left": len(change.left),
            }
            await note_change(
                session,
                caller.county_id,
                caller.user_id,
                "roster.imported",
                classroom_id,
                details,
                now_ms,
                school_id=school.school_id,
            )
        # Whoever is new on it may not have agreed. What is past shows nobody new: `joined_at_ms`.
        await self._withdrawal.end_recording([ClassroomId(classroom_id)])
        return change


async def log_roster(session: AsyncSession, caller: Caller, classroom_id: str, now_ms: int) -> None:
    """Somebody sees the names of a classroom's pupils, and may take them along."""
    await log_access(session, caller.user_id, "roster.viewed", None, now_ms, classroom_id)


async def classroom_for(
    session: AsyncSession, caller: Caller, classroom_id: str
) -> tuple[Classroom, School]:
    scope = caller.require_scope(*ADMINS, "onsite")
    found = (
        await session.execute(
            select(Classroom, School)
            .join(School, School.school_id == Classroom.school_id)
            .where(
                Classroom.classroom_id == classroom_id,
                schools_within(scope),
                ~Classroom.is_simulated,
            )
        )
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such classroom")
    classroom, school = found
    return classroom, school


async def _known(session: AsyncSession, school_id: str, classroom_id: str) -> list[KnownPupil]:
    """Every pupil of the school who was not erased."""
    here = set(
        await session.scalars(
            select(RosterEntry.pupil_id).where(RosterEntry.classroom_id == classroom_id)
        )
    )
    pupils = await session.scalars(
        select(Pupil).where(Pupil.school_id == school_id, Pupil.name.is_not(None))
    )
    return [
        KnownPupil(PupilId(one.pupil_id), one.number, one.name or "", one.pupil_id in here)
        for one in pupils
    ]


async def _apply(
    session: AsyncSession,
    school_id: SchoolId,
    classroom_id: str,
    change: RosterPlan,
    now_ms: int,
) -> None:
    for renaming in change.renamed:
        await session.execute(
            update(Pupil)
            .where(Pupil.pupil_id == renaming.pupil.pupil_id)
            .values(name=renaming.name)
        )
    await _leave(session, [pupil.pupil_id for pupil in change.left], classroom_id, now_ms)
    # A pupil sits in one classroom of the school: whoever joins leaves the one before.
    await _leave(session, [pupil.pupil_id for pupil in change.joined], None, now_ms)
    added = [
        Pupil(pupil_id=new_id("pup"), school_id=school_id, number=row.number, name=row.name)
        for row in change.added
    ]
    session.add_all(added)
    await session.flush()
    joining = [*(one.pupil_id for one in change.joined), *(one.pupil_id for one in added)]
    session.add_all(
        RosterEntry(classroom_id=classroom_id, pupil_id=pupil_id, joined_at_ms=now_ms)
        for pupil_id in joining
    )
    await session.flush()


async def _leave(
    session: AsyncSession, pupil_ids: Sequence[str], classroom_id: str | None, now_ms: int
) -> None:
    """Off this roster, or off every one; that they sat there is kept, as recordings still show them."""
    leaving = select(RosterEntry).where(RosterEntry.pupil_id.in_(pupil_ids))
    if classroom_id is not None:
        leaving = leaving.where(RosterEntry.classroom_id == classroom_id)
    for entry in list(await session.scalars(leaving)):
        session.add(
            PastRosterEntry(
                classroom_id=entry.classroom_id,
                pupil_id=entry.pupil_id,
                joined_at_ms=entry.joined_at_ms,
                left_at_ms=now_ms,
            )
        )
        await session.delete(entry)
    await session.flush()
