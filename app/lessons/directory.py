"""Names for screens; the journal has none."""

from sqlalchemy import or_, select

from app.db.engine import Database
from app.db.models import AttendanceRow, RoleGrant, School, User
from app.ids import LessonId
from app.lessons.repository import LessonStore
from app.signaling.directory import LessonCard

MAX_STAFF = 500


class LessonDirectory:
    """The `Directory` that signalling asks."""

    def __init__(self, database: Database, store: LessonStore) -> None:
        self._database = database
        self._store = store

    async def lesson_card(self, lesson_id: LessonId) -> LessonCard:
        """Everybody who is, was or may come into this lesson. NotFound."""
        lesson = await self._store.get(lesson_id)
        names: dict[str, tuple[str, str]] = {}
        for seat in lesson.seats:
            names[seat.seat_id] = names[seat.classroom_id] = (seat.classroom_name, seat.school_name)
        been_there = select(AttendanceRow.user_id).where(AttendanceRow.lesson_id == lesson_id)
        admins = select(RoleGrant.user_id).where(RoleGrant.role == "admin")
        async with self._database.reading() as session:
            rows = await session.execute(
                select(User.user_id, User.name, School.name)
                .outerjoin(School, School.school_id == User.school_id)
                .where(
                    User.county_id == lesson.county_id,
                    or_(User.user_id.in_(been_there), User.user_id.in_(admins)),
                )
                .limit(MAX_STAFF)
            )
            for user_id, name, school in rows:
                names[user_id] = (name, school or "")
        names |= {one.user_id: (one.name, one.school_name) for one in lesson.staff}
        names[lesson.lead_user_id] = (lesson.lead_name, lesson.lead_school_name)
        return LessonCard(
            title=lesson.title,
            subject=lesson.subject,
            names=names,
            simulated=frozenset(seat.seat_id for seat in lesson.seats if seat.is_simulated),
        )
