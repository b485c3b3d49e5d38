"""Two schools of one county with the same things in them, another county, and one person of each role."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from app.accounts.digest import digest
from app.accounts.pc_identity import COOKIE
from app.accounts.tokens import TicketBook
from app.attendance.ledger.causes import Delivery
from app.attendance.ledger.projector import entry_of
from app.db.engine import Database
from app.db.models import (
    AccessLogEntry,
    AuditEntry,
    Classroom,
    ClassroomPc,
    Consent,
    County,
    Course,
    CourseClassroom,
    Deck,
    Deletion,
    Film,
    GroupSchool,
    Holiday,
    Lesson,
    LessonStaff,
    Pupil,
    Recording,
    RecordingCaptions,
    RoleGrant,
    RosterEntry,
    School,
    SchoolGroup,
    Seat,
    Session,
    ShareLink,
    Term,
    User,
)
from app.http import TICKET_HEADER
from app.ids import ClassroomId, LessonId, ParticipantId, SeatId, UserId
from app.recording.film.job import FileName
from app.rooms.state import Role
from tests.access.table import ROLES
from tests.support.county import FAST_HASHER, PASSWORD

MINUTE_MS = 60_000
DAY_MS = 86_400_000
SHA = "0" * 64
OWN, FOREIGN, UNKNOWN = "own", "foreign", "unknown"
_PEOPLE: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    # role of the table -> county, school, roles of the account
    "admin": ("here", None, ("admin",)),
    "school_admin": ("here", OWN, ("school_admin",)),
    "lead": ("here", OWN, ("teacher",)),
    "teacher": ("here", OWN, ("teacher",)),
    "onsite": ("here", OWN, ("onsite",)),
    "guest": ("here", OWN, ()),
    "elsewhere": ("there", None, ("admin",)),
}
"""Lead teaches the lessons of the own school, teacher none."""


@dataclass(frozen=True, slots=True)
class Things:
    """What a path or a body may name, of one school; `unknown` is there in none."""

    side: str
    role: str

    @property
    def lesson(self) -> str:
        return f"les_{self.side}_{self.role}"

    @property
    def path(self) -> dict[str, str]:
        """Values of the parameters that stand in paths, by their name."""
        side = self.side
        return {
            "id": self.lesson,
            "lesson_id": self.lesson,
            "school_id": f"sch_{side}",
            "kind": "csv",
            "classroom_id": f"cls_{side}",
            "seat_id": f"sea_{side}_{self.role}",
            "participant_id": f"sea_{side}_{self.role}",
            "user_id": f"usr_{side}_person",
            "recording_id": f"rec_{side}",
            "link_id": f"lnk_{side}",
            "film_id": f"flm_{side}",
            "deck_id": f"dck_{side}_{self.role}",
            "pc_id": f"pcs_{side}",
            "pupil_id": f"pup_{side}",
            "session_id": f"ses_{self.role}" if side == OWN else f"ses_{side}",
            "term_id": f"trm_{side}",
            "group_id": f"grp_{side}",
            "course_id": f"crs_{side}",
            "holiday_id": f"hol_{side}",
            "purpose": "recorded",
            "system": "windows",
            "door": "teach",
        }


def user_of(role: str) -> UserId | None:
    return UserId(f"usr_{role}") if role in _PEOPLE else None


def headers_of(role: str, book: TicketBook, now_ms: int) -> dict[str, str]:
    """How somebody of this role is known: a person by a session, a classroom by PC and ticket of the seat."""
    from_our_page = {"X-Requested-With": "tongtang"}
    if user_of(role) is not None:
        return from_our_page | {"Authorization": f"Bearer {role}"}
    if role != "classroom":
        return from_our_page
    things = Things(OWN, role)
    ticket, _ = book.issue_ticket(
        lesson_id=LessonId(things.lesson),
        participant_id=ParticipantId(things.path["seat_id"]),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=ClassroomId("cls_own"),
        now_ms=now_ms,
        expires_at_ms=now_ms + DAY_MS,
    )
    return from_our_page | {"Cookie": f"{COOKIE}=pc_own", TICKET_HEADER: ticket}


async def make_schools(database: Database, now_ms: int) -> None:
    password_hash = FAST_HASHER.hash(PASSWORD)
    async with database.transaction() as session:

        async def write(*rows: object) -> None:
            for row in rows:
                session.add(row)
                await session.flush()

        await write(*(County(county_id=f"cou_{one}", name=one) for one in ("here", "there")))
        await write(
            *(
                School(school_id=f"sch_{one}", county_id="cou_here", name=one)
                for one in (*_SIDES, *_OTHER_SCHOOLS)
            )
        )
        for county in ("here", "there"):
            await write(*_simulated(county))
        people = dict(_PEOPLE)
        for side in _SIDES:
            people[f"{side}_person"] = ("here", side, ("teacher", "onsite"))
        people["foreign_lead"] = ("here", FOREIGN, ("teacher",))
        for name, (county, school, _) in people.items():
            session.add(_user(name, county, school, password_hash, now_ms))
        await session.flush()
        for name, (_, _, roles) in people.items():
            session.add_all(RoleGrant(user_id=f"usr_{name}", role=role) for role in roles)
            session.add(_session(name, now_ms))
        for side in _SIDES:
            await write(*_classroom(side, now_ms))
            lead = "usr_lead" if side == OWN else "usr_foreign_lead"
            await write(*_lessons(side, lead, now_ms))
            await write(*_seats(side))
            await write(*_around(side, lead, now_ms))
            await write(*_term_plan(side, lead, now_ms))


_SIDES = (OWN, FOREIGN)
_OTHER_SCHOOLS = ("third", "fourth")
"""To make groups with."""


def _simulated(county: str) -> Iterable[object]:
    """For rehearsals."""
    school_id = f"sch_{county}_simulated"
    yield School(
        school_id=school_id, county_id=f"cou_{county}", name="simulated", is_simulated=True
    )
    yield Classroom(
        classroom_id=f"cls_{county}", school_id=school_id, name="simulated", is_simulated=True
    )


def _user(name: str, county: str, school: str | None, password_hash: str, now_ms: int) -> User:
    return User(
        user_id=f"usr_{name}",
        county_id=f"cou_{county}",
        school_id=school and f"sch_{school}",
        name=f"name of {name}",
        password_hash=password_hash,
        created_at_ms=now_ms,
    )


def _session(name: str, now_ms: int) -> Session:
    side = name.partition("_")[0]
    return Session(
        session_id=f"ses_{side}" if name == "foreign_person" else f"ses_{name}",
        token_sha256=digest(name),
        user_id=f"usr_{name}",
        kind="bearer",
        created_at_ms=now_ms,
        expires_at_ms=now_ms + DAY_MS,
    )


def _classroom(side: str, now_ms: int) -> Iterable[object]:
    yield Classroom(classroom_id=f"cls_{side}", school_id=f"sch_{side}", name=f"room {side}")
    yield Pupil(pupil_id=f"pup_{side}", school_id=f"sch_{side}", number="1", name=f"pupil {side}")


def _lessons(side: str, lead: str, now_ms: int) -> Iterable[Lesson]:
    """One for each role, so that one role's start is no other's; short and one after another."""
    for number, role in enumerate(ROLES):
        starts_at_ms = now_ms + 2 * number * MINUTE_MS
        leader = "usr_guest" if (side, role) == (OWN, "guest") else lead
        yield Lesson(
            lesson_id=f"les_{side}_{role}",
            county_id="cou_here",
            title=f"lesson {side}",
            subject="音乐",
            starts_at_ms=starts_at_ms,
            ends_at_ms=starts_at_ms + MINUTE_MS,
            lead_user_id=leader,
            created_by=lead,
            created_at_ms=now_ms,
        )
    yield Lesson(
        lesson_id=f"les_{side}_over",
        county_id="cou_here",
        title=f"over {side}",
        subject="音乐",
        starts_at_ms=now_ms - DAY_MS,
        ends_at_ms=now_ms - DAY_MS + 45 * MINUTE_MS,
        lead_user_id=lead,
        created_by=lead,
        created_at_ms=now_ms - DAY_MS,
        state="ended",
        started_at_ms=now_ms - DAY_MS,
        ended_at_ms=now_ms - DAY_MS + 45 * MINUTE_MS,
    )


def _seats(side: str) -> Iterable[Seat]:
    for role in (*ROLES, "over"):
        yield Seat(
            seat_id=f"sea_{side}_{role}",
            lesson_id=f"les_{side}_{role}",
            classroom_id=f"cls_{side}",
            position=0,
        )


def _term_plan(side: str, lead: str, now_ms: int) -> Iterable[object]:
    yield Term(
        term_id=f"trm_{side}",
        county_id="cou_here",
        name=f"term {side}",
        first_day="2029-03-01",
        last_day="2029-07-01",
        time_zone="Asia/Shanghai",
    )
    yield SchoolGroup(group_id=f"grp_{side}", county_id="cou_here", name=f"group {side}")
    yield GroupSchool(group_id=f"grp_{side}", school_id=f"sch_{side}", kind="city")
    yield Course(
        course_id=f"crs_{side}",
        term_id=f"trm_{side}",
        group_id=f"grp_{side}",
        title="drawing",
        subject="美术",
        lead_user_id=lead,
        rule="DTSTART:20290305T100000\nRRULE:FREQ=WEEKLY;UNTIL=20290701T235959;BYDAY=MO",
        duration_min=40,
        is_recorded=False,
        created_by=lead,
        created_at_ms=now_ms,
    )
    yield CourseClassroom(course_id=f"crs_{side}", classroom_id=f"cls_{side}", position=0)
    yield Holiday(
        holiday_id=f"hol_{side}",
        term_id=f"trm_{side}",
        school_id=f"sch_{side}",
        day="2029-04-04",
        name="a day off",
    )


def _around(side: str, lead: str, now_ms: int) -> Iterable[object]:
    """What hangs on classrooms and lessons."""
    for role in ROLES:
        delivery = Delivery(2700, 2700, 0, {})
        yield entry_of(SeatId(f"sea_{side}_{role}"), delivery)
    yield RosterEntry(classroom_id=f"cls_{side}", pupil_id=f"pup_{side}")
    yield Consent(
        consent_id=f"con_{side}",
        classroom_id=f"cls_{side}",
        purpose="recorded",
        is_granted=True,
        entered_by=lead,
        entered_at_ms=now_ms,
    )
    yield ClassroomPc(
        pc_id=f"pcs_{side}",
        classroom_id=f"cls_{side}",
        secret_sha256=digest(f"pc_{side}"),
        secret_since_ms=now_ms,
        browser="",
        paired_by=lead,
        paired_at_ms=now_ms,
        last_seen_at_ms=now_ms,
    )
    yield Recording(
        recording_id=f"rec_{side}",
        lesson_id=f"les_{side}_over",
        state="available",
        started_at_ms=now_ms - DAY_MS,
        duration_ms=45 * MINUTE_MS,
        manifest={},
        lost_ms=1,
        changed_at_ms=now_ms,
    )
    yield ShareLink(
        link_id=f"lnk_{side}",
        recording_id=f"rec_{side}",
        token_sha256=digest(f"link_{side}"),
        created_by=lead,
        created_at_ms=now_ms,
        expires_at_ms=now_ms + DAY_MS,
    )
    yield RecordingCaptions(
        recording_id=f"rec_{side}",
        revision=1,
        cues=[[0, 1000, "hello"]],
        changed_by=lead,
        changed_at_ms=now_ms,
    )
    yield Film(
        film_id=f"flm_{side}",
        recording_id=f"rec_{side}",
        purpose="shared",
        files={
            name: {"size_bytes": 1, "sha256": SHA, "mime": "video/mp4"}
            for name in get_args(FileName)
        },
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )
    for role in ROLES:
        yield LessonStaff(
            lesson_id=f"les_{side}_{role}", user_id=f"usr_{side}_person", role="observer"
        )
        yield Deck(
            deck_id=f"dck_{side}_{role}",
            lesson_id=f"les_{side}_{role}",
            name="slides.pdf",
            format="pdf",
            state="failed",
            size_bytes=1,
            sha256=SHA,
            uploaded_by=lead,
            uploaded_at_ms=now_ms,
        )
    yield Deletion(
        deletion_id=f"del_{side}",
        at_ms=now_ms,
        county_id="cou_here",
        reason="by_hand",
        user_id=lead,
        lesson_id=f"les_{side}_over",
        recording_id=f"rec_{side}",
        object_keys=[],
        size_bytes=0,
    )
    yield AccessLogEntry(
        access_id=f"acc_{side}",
        at_ms=now_ms,
        user_id=lead,
        action="journal.viewed",
        lesson_id=f"les_{side}_lead",
        subject_id=f"les_{side}_lead",
    )
    yield AuditEntry(
        entry_id=f"aud_{side}",
        county_id="cou_here",
        school_id=f"sch_{side}",
        at_ms=now_ms,
        user_id=lead,
        action="staff.changed",
        subject_id=f"usr_{side}_person",
        details={},
    )
