"""Names for screens; the journal has none."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import AttendanceRow, County, Pupil, RosterEntry, School, User
from app.ids import ClassroomId, LessonId, PupilId, UserId
from app.lessons.repository import LessonStore
from app.signaling.directory import LessonCard

MAX_STAFF = 500
MAX_PUPILS = 2_000


class LessonDirectory:
    """The `Directory` that signalling asks."""

    def __init__(self, database: Database, store: LessonStore) -> None:
        self._database = database
        self._store = store

    async def lesson_card(self, lesson_id: LessonId, coming: UserId | None = None) -> LessonCard:
        """Everybody who is, was or is planned to be in this lesson, and who is `coming` in. NotFound."""
        lesson = await self._store.get(lesson_id)
        names: dict[str, tuple[str, str]] = {}
        for seat in lesson.seats:
            names[seat.seat_id] = names[seat.classroom_id] = (seat.classroom_name, seat.school_name)
        been_there = select(AttendanceRow.user_id).where(AttendanceRow.lesson_id == lesson_id)
        async with self._database.reading() as session:
            rows = await session.execute(
                select(User.user_id, User.name, School.name, County.name)
                .join(County, County.county_id == User.county_id)
                .outerjoin(School, School.school_id == User.school_id)
                .where(
                    User.county_id == lesson.county_id,
                    or_(User.user_id.in_(been_there), User.user_id == coming),
                )
                .limit(MAX_STAFF)
            )
            for user_id, name, school, county in rows:
                names[user_id] = (name, school or county)
            pupils = await _rosters(session, [seat.classroom_id for seat in lesson.seats])
        names |= {one.user_id: (one.name, one.school_name) for one in lesson.staff}
        names[lesson.lead_user_id] = (lesson.lead_name, lesson.lead_school_name)
        return LessonCard(
            title=lesson.title,
            subject=lesson.subject,
            names=names,
            simulated=frozenset(seat.seat_id for seat in lesson.seats if seat.is_simulated),
            pupils=pupils,
        )


async def _rosters(
    session: AsyncSession, classroom_ids: Sequence[ClassroomId]
) -> dict[ClassroomId, dict[PupilId, str]]:
    """Pupils by classroom; who was erased is on no roster."""
    rows = await session.execute(
        select(RosterEntry.classroom_id, Pupil.pupil_id, Pupil.name)
        .join(Pupil, Pupil.pupil_id == RosterEntry.pupil_id)
        .where(RosterEntry.classroom_id.in_(classroom_ids), Pupil.name.is_not(None))
        .limit(MAX_PUPILS)
    )
    rosters: dict[ClassroomId, dict[PupilId, str]] = {}
    for classroom_id, pupil_id, name in rows:
        rosters.setdefault(ClassroomId(classroom_id), {})[PupilId(pupil_id)] = name or ""
    return rosters
