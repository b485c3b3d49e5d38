"""A small county in tables: one city school, two village schools with two classrooms each, staff, one lesson."""

from dataclasses import dataclass, field

from argon2 import PasswordHasher

from app.db.engine import Database
from app.db.models import (
    Classroom,
    County,
    Lesson,
    Login,
    Pupil,
    PupilConsent,
    RoleGrant,
    RosterEntry,
    School,
    Seat,
    User,
)
from app.ids import ClassroomId, LessonId, PupilId, SeatId, UserId
from app.rooms import state
from tests.support.clock import START_MS

FAST_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""argon2id as in production, with a cost that a test can afford."""
PASSWORD = "correct horse battery staple"
MINUTE_MS = 60_000
PUPIL_NAME = "王小花"

ADMIN = UserId("usr_admin")
TEACHER = UserId("usr_teacher1")
OTHER_TEACHER = UserId("usr_teacher2")
ONSITE = UserId("usr_onsite1")
OTHER_ONSITE = UserId("usr_onsite2")
LESSON = LessonId("les_1")


@dataclass
class SmallCounty:
    county_id: str = "cou_1"
    admin: UserId = ADMIN
    teacher: UserId = TEACHER
    other_teacher: UserId = OTHER_TEACHER
    onsite: UserId = ONSITE
    other_onsite: UserId = OTHER_ONSITE
    classrooms: list[ClassroomId] = field(
        default_factory=lambda: [ClassroomId(f"cls_{i}") for i in range(1, 5)]
    )
    """1 and 2 are of `onsite`'s school, 3 and 4 of `other_onsite`'s. 1 and 3 may be recorded."""
    lesson: LessonId = LESSON
    seats: list[SeatId] = field(default_factory=lambda: [SeatId("sea_1"), SeatId("sea_3")])
    """Of classrooms 1 and 3 in `lesson`."""
    starts_at_ms: int = START_MS
    ends_at_ms: int = START_MS + 45 * MINUTE_MS

    @property
    def plan(self) -> state.LessonPlan:
        return state.LessonPlan(
            lesson_id=self.lesson,
            lead_user_id=self.teacher,
            starts_at_ms=self.starts_at_ms,
            ends_at_ms=self.ends_at_ms,
            is_recorded=True,
            seats=(
                state.Seat(self.seats[0], self.classrooms[0], True),
                state.Seat(self.seats[1], self.classrooms[2], True),
            ),
        )


def pupil_of(classroom_id: ClassroomId) -> PupilId:
    """The one who is on the roster of this classroom."""
    return PupilId(f"pup_{int(classroom_id.removeprefix('cls_')) - 1}")


async def make_county(database: Database) -> SmallCounty:
    """Write the county; logins are `teacher1@example.org`, ..., all with `PASSWORD`."""
    county = SmallCounty()
    password_hash = FAST_HASHER.hash(PASSWORD)
    staff = {
        county.admin: ("admin", None, "Admin"),
        county.teacher: ("teacher", "sch_city", "Teacher One"),
        county.other_teacher: ("teacher", "sch_city", "Teacher Two"),
        county.onsite: ("onsite", "sch_1", "On-site One"),
        county.other_onsite: ("onsite", "sch_2", "On-site Two"),
    }
    async with database.transaction() as session:
        session.add(County(county_id=county.county_id, name="清河县"))
        await session.flush()
        for school_id in ("sch_city", "sch_1", "sch_2"):
            session.add(School(school_id=school_id, county_id=county.county_id, name=school_id))
        await session.flush()
        for index, classroom_id in enumerate(county.classrooms):
            school_id = f"sch_{1 + index // 2}"
            session.add(
                Classroom(classroom_id=classroom_id, school_id=school_id, name=f"Class {index + 1}")
            )
            pupil_id = f"pup_{index}"
            session.add(
                Pupil(
                    pupil_id=pupil_id,
                    school_id=school_id,
                    number=f"2026{index}",
                    name=f"{PUPIL_NAME}{index}",
                )
            )
        await session.flush()
        for index, classroom_id in enumerate(county.classrooms):
            session.add(RosterEntry(classroom_id=classroom_id, pupil_id=f"pup_{index}"))
        for user_id, (_role, school, name) in staff.items():
            session.add(
                User(
                    user_id=user_id,
                    county_id=county.county_id,
                    school_id=school,
                    name=name,
                    password_hash=password_hash,
                    created_at_ms=START_MS,
                )
            )
        await session.flush()
        for user_id, (role, _school, _name) in staff.items():
            session.add(RoleGrant(user_id=user_id, role=role))
            login = user_id.removeprefix("usr_") + "@example.org"
            session.add(Login(login=login, user_id=user_id))
        for classroom_id in (county.classrooms[0], county.classrooms[2]):
            session.add(
                PupilConsent(
                    pupil_id=pupil_of(classroom_id),
                    purpose="recorded",
                    is_granted=True,
                    entered_by=county.admin,
                    entered_at_ms=START_MS,
                )
            )
    await add_lesson(database, county, county.lesson)
    return county


async def add_lesson(database: Database, county: SmallCounty, lesson_id: LessonId) -> None:
    """A lesson of `county.teacher` with classrooms 1 and 3; seats are named after the lesson."""
    suffix = "" if lesson_id == county.lesson else f"_{lesson_id}"
    async with database.transaction() as session:
        session.add(
            Lesson(
                lesson_id=lesson_id,
                county_id=county.county_id,
                title="分数的认识",
                subject="数学",
                starts_at_ms=county.starts_at_ms,
                ends_at_ms=county.ends_at_ms,
                lead_user_id=county.teacher,
                created_by=county.teacher,
                created_at_ms=county.starts_at_ms,
                is_recorded=True,
            )
        )
        await session.flush()
        for position, index in enumerate((0, 2)):
            session.add(
                Seat(
                    seat_id=f"sea_{index + 1}{suffix}",
                    lesson_id=lesson_id,
                    classroom_id=county.classrooms[index],
                    position=position,
                )
            )
