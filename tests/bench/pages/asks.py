"""Everything that the pages read, by the page that reads it and as whom: one table for the bench and for the tests.

A page may read through several operations, and an operation may be read by several pages; here each stands where most
of it is read. What a page writes is not here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Literal
from urllib.parse import quote, urlencode

from app.http import API
from tests.bench.county.places import CHINA_MS, Classroom, Person, Places, School
from tests.bench.county.pupils import pupil_id
from tests.bench.county.rows import id_of
from tests.bench.county.timetable import TERM_ID, Fate, Lesson, Timetable

Role = Literal["admin", "school_admin", "teacher", "onsite", "classroom"]
SUBJECTS = 20
"""Different lessons, classrooms and people that one ask is about in turn."""
CursorName = Literal["after", "before"]


@dataclass(frozen=True, slots=True)
class Ask:
    page: str
    """A module of web/src/pages."""
    operation: str
    role: Role
    paths: tuple[str, ...]
    """Asked in turn."""
    what: str = ""
    """What of it, where an operation is asked for several things."""
    cursor: CursorName | None = None
    """The parameter that asks for what follows; then it is not the first page that is asked for, but a later one."""
    file: bool = False
    """A download: measured as a whole, not as an answer that a screen waits for."""


@dataclass(frozen=True, eq=False)
class Cast:
    """Whose eyes the county is seen with: people of one group, and the things around them."""

    places: Places
    timetable: Timetable
    now_ms: int

    @property
    def group(self) -> int:
        return self.places.size.groups // 2

    @cached_property
    def school(self) -> School:
        """A village school."""
        here = (one for one in self.places.schools if one.group == self.group)
        return next(one for one in here if one.kind == "village")

    def person(self, role: Role) -> Person:
        if role == "admin":
            return self.places.admin
        if role == "teacher":
            return self.courses_lead
        return self.places.staff(role, self.school)[0]  # type: ignore[arg-type]

    @cached_property
    def courses_lead(self) -> Person:
        return next(one.lead for one in self.timetable.courses if one.group == self.group)

    @cached_property
    def classroom(self) -> Classroom:
        """One of the school that has lessons."""
        rooms = (room for one in self.timetable.courses for room in one.classrooms)
        return next(room for room in rooms if room.school is self.school)

    def seen_by(self, role: Role) -> list[Lesson]:
        """Held lessons that this person may look into."""
        match role:
            case "admin":
                return self._held
            case "teacher":
                return self._led
            case _:
                return self._attended

    @cached_property
    def _held(self) -> list[Lesson]:
        return list(self.timetable.held)

    @cached_property
    def _led(self) -> list[Lesson]:
        return [one for one in self._held if one.course.lead is self.courses_lead]

    @cached_property
    def _attended(self) -> list[Lesson]:
        of_group = (one for one in self._held if one.course.group == self.group)
        return [one for one in of_group if self.seat_in(one) is not None]

    def lessons_of(self, role: Role) -> list[Lesson]:
        """Some of them, spread over the term."""
        return _spread(self.seen_by(role))

    def recorded_of(self, role: Role) -> list[Lesson]:
        """Some of them that have a recording."""
        return _spread([one for one in self.seen_by(role) if one.course.is_recorded])

    def seat_in(self, lesson: Lesson) -> int | None:
        """The position of a classroom of the school that was there."""
        for position, room in enumerate(lesson.course.classrooms):
            if room.school is self.school and lesson.fates[position] != Fate.AWAY:
                return position
        return None


def _spread(found: Sequence[Lesson]) -> list[Lesson]:
    return list(found[:: max(1, len(found) // SUBJECTS)][:SUBJECTS])


def asks(cast: Cast) -> list[Ask]:
    return [
        *_around(),
        *_lessons(cast),
        *_ledger(cast),
        *_recordings(cast),
        *_organisation(cast),
        *_pupils(cast),
        *_terms(cast),
        *_logs(cast),
    ]


def _ask(
    page: str,
    operation: str,
    role: Role,
    *paths: str,
    what: str = "",
    cursor: CursorName | None = None,
    file: bool = False,
) -> Ask:
    return Ask(page, operation, role, tuple(API + path for path in paths), what, cursor, file)


def _around() -> Iterator[Ask]:
    yield _ask("SignIn", "get_site", "admin", "/site")
    yield _ask("Home", "get_me", "teacher", "/auth/me")
    yield _ask("Account", "get_account", "admin", "/account")
    yield _ask("DataMap", "get_data_map", "admin", "/data-map?language=zh")
    yield _ask("Server", "get_server", "admin", "/server")


def _lessons(cast: Cast) -> Iterator[Ask]:
    roles: tuple[Role, ...] = ("admin", "school_admin", "teacher", "onsite")
    for role in roles:
        yield _ask("Lessons", "list_lessons", role, "/lessons?limit=50")
        yield _ask(
            "Lessons", "list_lessons", role, "/lessons?limit=50", what="later", cursor="before"
        )
        lessons = cast.lessons_of(role)
        of_lesson = [f"/lessons/{one.id}" for one in lessons]
        yield _ask("PreJoin", "get_lesson", role, *of_lesson)
        yield _ask(
            "Attendance", "get_attendance", role, *(f"{one}/attendance" for one in of_lesson)
        )
    ours, led = cast.lessons_of("school_admin"), cast.lessons_of("teacher")
    everybodys = cast.lessons_of("admin")
    yield _ask("Materials", "list_decks", "teacher", *(f"/lessons/{one.id}/decks" for one in led))
    yield _ask(
        "Attendance", "list_journal", "admin", *(f"/lessons/{one.id}/journal" for one in everybodys)
    )
    yield _ask(
        "Attendance",
        "download_attendance",
        "admin",
        *(f"/lessons/{one.id}/attendance.csv" for one in everybodys),
        file=True,
    )
    for role in ("school_admin", "onsite"):
        yield _ask(
            "Attendance",
            "get_roll_call",
            role,
            *(
                f"/lessons/{one.id}/seats/{one.seat_id(cast.seat_in(one) or 0)}/roll-call"
                for one in ours
            ),
        )
    yield _ask("ClassroomHome", "get_timetable", "classroom", "/classroom/timetable")
    for role in ("admin", "school_admin"):
        yield _ask("Wall", "get_wall", role, "/wall?limit=60")
        yield _ask("NewLesson", "list_teachers", role, "/teachers")
        yield _ask("NewLesson", "list_teachers", role, f"/teachers?text={quote('李')}", what="text")
    for role in roles:
        yield _ask("NewLesson", "list_classrooms", role, "/classrooms")
        yield _ask("Rosters", "list_classrooms", role, "/classrooms", what="later", cursor="after")
        text = quote(cast.school.name)
        yield _ask("NewLesson", "list_classrooms", role, f"/classrooms?text={text}", what="text")
    for role in ("admin", "teacher"):
        yield _ask("NewLesson", "list_colleagues", role, "/colleagues")
        yield _ask(
            "NewLesson", "list_colleagues", role, f"/colleagues?text={quote('李')}", what="text"
        )


def _ledger(cast: Cast) -> Iterator[Ask]:
    month, term = _days(cast, 30), _days(cast, 180)
    for role in ("admin", "school_admin"):
        yield _ask("Ledger", "get_ledger", role, f"/ledger?limit=100&{month}")
        yield _ask(
            "Ledger", "get_ledger", role, f"/ledger?limit=100&{month}", what="later", cursor="after"
        )
        yield _ask("Ledger", "get_ledger", role, f"/ledger?limit=100&{term}", what="term")
        for step, count in (("hour", 1), ("day", 30), ("week", 180)):
            yield _ask(
                "Ledger",
                "get_ledger_steps",
                role,
                f"/ledger/steps?step={step}&{_days(cast, count)}",
                what=f"charts by {step}",
            )
        for by in ("classroom", "school", "teacher", "subject", "course", "term"):
            for what, days in (("month", month), ("term", term)):
                yield _ask(
                    "Ledger",
                    "get_ledger_totals",
                    role,
                    f"/ledger/totals?by={by}&{days}",
                    what=f"{what} by {by}",
                )
    for role in ("admin", "school_admin", "onsite"):
        path = f"/classrooms/{cast.classroom.id}/pupil-attendance?{term}"
        yield _ask("Ledger", "get_pupil_attendance", role, path, what="term")
    corrected = [
        f"/lessons/{one.id}/seats/{one.seat_id(0)}/ledger-corrections"
        for one in cast.lessons_of("admin")
    ]
    yield _ask("Ledger", "list_ledger_corrections", "admin", *corrected)
    for kind in ("csv", "xlsx"):
        yield _ask(
            "Ledger",
            "download_ledger",
            "admin",
            f"/ledger.{kind}?{month}",
            what=f"month {kind}",
            file=True,
        )
    yield _ask(
        "Ledger",
        "download_ledger",
        "admin",
        f"/ledger.csv?by=classroom&{term}",
        what="term csv by classroom",
        file=True,
    )
    for kind in ("csv", "xlsx"):
        path = f"/classrooms/{cast.classroom.id}/pupil-attendance.{kind}?{term}"
        yield _ask("Ledger", "download_pupil_sheet", "school_admin", path, what=kind, file=True)


def _days(cast: Cast, count: int) -> str:
    """`from` and `to` of the last `count` days, today with them."""
    midnight_ms = cast.now_ms - (cast.now_ms + CHINA_MS) % 86_400_000
    today = datetime.fromtimestamp(midnight_ms / 1000, UTC)
    return urlencode(
        {
            "from": (today - timedelta(days=count - 1)).isoformat(),
            "to": (today + timedelta(days=1)).isoformat(),
        }
    )


def _recordings(cast: Cast) -> Iterator[Ask]:
    roles: tuple[Role, ...] = ("admin", "school_admin", "teacher", "onsite")
    teacher = quote(cast.courses_lead.name)
    for role in roles:
        yield _ask("Recordings", "list_recordings", role, "/recordings")
        yield _ask(
            "Recordings", "list_recordings", role, "/recordings", what="later", cursor="before"
        )
        yield _ask(
            "Recordings", "list_recordings", role, f"/recordings?text={teacher}", what="text"
        )
        yield _ask(
            "Recordings",
            "list_recordings",
            role,
            "/recordings?text=nobody%20has%20this",
            what="text, none found",
        )
        yield _ask(
            "Recordings",
            "list_recordings",
            role,
            f"/recordings?school_id={cast.school.id}",
            what="of a school",
        )
        yield _ask("Recordings", "list_recording_choices", role, "/recordings/choices")
        recordings = [f"/recordings/{id_of('rec', one.number)}" for one in cast.recorded_of(role)]
        yield _ask("Replay", "get_recording", role, *recordings)
        yield _ask("Replay", "get_film", role, *(f"{one}/film" for one in recordings))
        if role in ("admin", "teacher"):
            yield _ask("Replay", "get_sharing", role, *(f"{one}/sharing" for one in recordings))
    for role in ("admin", "school_admin"):
        yield _ask("Recordings", "list_deletions", role, "/deletions")
        yield _ask("Interrupted", "list_interrupted_recordings", role, "/recordings/interrupted")


def _organisation(cast: Cast) -> Iterator[Ask]:
    for role in ("admin", "school_admin"):
        yield _ask("Schools", "list_schools", role, "/schools")
        yield _ask("Schools", "list_schools", role, "/schools", what="later", cursor="after")
        yield _ask("Ledger", "list_school_names", role, "/school-names")
        yield _ask("StaffList", "list_staff", role, "/staff")
        yield _ask("StaffList", "list_staff", role, "/staff", what="later", cursor="after")
        yield _ask("StaffList", "list_staff", role, f"/staff?text={quote('李')}", what="text")
    yield _ask(
        "StaffList", "list_staff_sessions", "admin", f"/staff/{cast.person('teacher').id}/sessions"
    )
    for role in ("admin", "school_admin", "onsite"):
        yield _ask("ClassroomPcs", "list_pcs", role, "/classroom-pcs")
        health = "/classroom-health"
        yield _ask("ClassroomHealth", "list_classroom_health", role, health)
        yield _ask(
            "ClassroomHealth", "list_classroom_health", role, health, what="later", cursor="after"
        )
        yield _ask(
            "ClassroomHealth", "list_classroom_health", role, f"{health}?order=name", what="by name"
        )
        yield _ask("ClassroomPcs", "list_pcs", role, "/classroom-pcs", what="later", cursor="after")


def _pupils(cast: Cast) -> Iterator[Ask]:
    room = f"/classrooms/{cast.classroom.id}"
    for role in ("admin", "school_admin", "onsite"):
        yield _ask("Roster", "get_roster", role, f"{room}/roster")
        yield _ask("Consents", "list_consents", role, "/consents")
        yield _ask("Consents", "list_consents", role, "/consents", what="later", cursor="after")
        yield _ask(
            "Consents", "list_consents", role, f"/consents?text={quote('一年级')}", what="text"
        )
        yield _ask("ConsentSheet", "get_consent_sheet", role, f"{room}/consents")
    yield _ask("ConsentForms", "get_retention", "onsite", "/retention")
    pupil = pupil_id(cast.classroom.number, 0, cast.places.size.pupils)
    yield _ask("ConsentSheet", "export_pupil", "school_admin", f"/pupils/{pupil}/export", file=True)


def _terms(cast: Cast) -> Iterator[Ask]:
    for role in ("admin", "school_admin"):
        yield _ask("Terms", "list_terms", role, "/terms")
        yield _ask("Terms", "list_school_groups", role, "/school-groups")
        yield _ask("Term", "get_term", role, f"/terms/{TERM_ID}")
        group = id_of("grp", cast.group)
        yield _ask("GroupPlan", "get_group_plan", role, f"/terms/{TERM_ID}/groups/{group}")


def _logs(cast: Cast) -> Iterator[Ask]:
    name = quote(cast.courses_lead.name)
    for role in ("admin", "school_admin"):
        for page, operation, path in (
            ("Audit", "list_audit", "/audit"),
            ("AccessLog", "list_accesses", "/access-log"),
        ):
            yield _ask(page, operation, role, path)
            yield _ask(page, operation, role, path, what="later", cursor="after")
            yield _ask(page, operation, role, f"{path}?by={name}", what="by a name")
            yield _ask(page, operation, role, f"{path}?by=nobody", what="by a name that nobody has")
        yield _ask(
            "Audit",
            "list_audit",
            role,
            "/audit?action=holiday.moved",
            what="an action that nobody took",
        )
    yield _ask("AccessLog", "download_accesses", "school_admin", "/access-log.csv", file=True)
