"""Schools with their classrooms, and the people of a county."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.accounts.digest import digest
from app.accounts.login import normalise_login
from app.db.models import (
    Classroom as ClassroomTable,
)
from app.db.models import (
    ClassroomPc,
    County,
    GroupSchool,
    LinkTest,
    Login,
    RoleGrant,
    SchoolGroup,
    User,
)
from app.db.models import School as SchoolTable
from tests.bench.county import names
from tests.bench.county.names import Kind
from tests.bench.county.rows import Rows, id_of
from tests.bench.county.size import Size

COUNTY_ID = id_of("cou", 0)
ADMINS, LEADS, TEACHERS, ONSITE = 3, 10, 3, 2
"""Of the county; leads of a city school, teachers of any other; on-site teachers of each school."""
LINK_TESTS = 3
"""Of each classroom."""
NAMES_OF_SEED = 7_919
"""How far the names of one seed are from those of the next."""
DAY_MS, CHINA_MS = 86_400_000, 8 * 3_600_000
_EPOCH = date(1970, 1, 1)
Role = Literal["admin", "school_admin", "teacher", "onsite"]


@dataclass(frozen=True, slots=True)
class School:
    id: str
    name: str
    kind: Kind
    group: int


@dataclass(frozen=True, slots=True)
class Classroom:
    id: str
    number: int
    name: str
    school: School


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: Role
    school: School | None
    login: str


@dataclass(frozen=True, slots=True)
class Places:
    """Everything of a county that does not change from day to day; a few thousand of each, so kept in memory."""

    size: Size
    seed: int
    schools: tuple[School, ...]
    classrooms: tuple[Classroom, ...]
    """School by school."""
    people: tuple[Person, ...]

    def of_group(self, group: int) -> tuple[Classroom, ...]:
        per_group = self.size.schools_of_group * self.size.classrooms
        return self.classrooms[group * per_group : (group + 1) * per_group]

    def staff(self, role: Role, school: School | None) -> list[Person]:
        return [one for one in self.people if one.role == role and one.school is school]

    @property
    def admin(self) -> Person:
        return self.people[0]


def moment_of(day: date) -> int:
    """Midnight in China, UTC ms."""
    return (day - _EPOCH).days * DAY_MS - CHINA_MS


def pc_secret(classroom: Classroom) -> str:
    """What the classroom's PC shows to be known."""
    return f"secret of {classroom.id}"


def make_places(size: Size, seed: int) -> Places:
    kinds: tuple[Kind, ...] = ("city", "town", *(["village"] * size.villages))
    numbers: dict[bool, int] = {True: 0, False: 0}
    schools: list[School] = []
    for group in range(size.groups):
        for kind in kinds:
            # City schools are numbered, the others share the names of places.
            number = numbers[kind == "city"]
            numbers[kind == "city"] += 1
            name = names.school(number, kind)
            schools.append(School(id_of("sch", len(schools)), name, kind, group))
    classrooms = [(school, position) for school in schools for position in range(size.classrooms)]
    return Places(
        size,
        seed,
        tuple(schools),
        tuple(
            Classroom(id_of("cls", number), number, names.classroom(position), school)
            for number, (school, position) in enumerate(classrooms)
        ),
        tuple(_people(schools, seed)),
    )


def _people(schools: list[School], seed: int) -> Iterator[Person]:
    wanted: list[tuple[Role, str, School | None]] = [("admin", "A", None)] * ADMINS
    for school in schools:
        wanted.append(("school_admin", "S", school))
        teachers = LEADS if school.kind == "city" else TEACHERS
        wanted += [("teacher", "T", school)] * teachers
        wanted += [("onsite", "F", school)] * ONSITE
    for number, (role, letter, school) in enumerate(wanted):
        login = f"{letter}{number + 1:05d}"
        name = names.person(seed * NAMES_OF_SEED + number)
        yield Person(id_of("usr", number), name, role, school, login)


def place_rows(places: Places, password_hash: str, now_ms: int) -> Iterator[Rows]:
    """Everybody has the one password."""
    yield Rows(County, ("county_id", "name"), [(COUNTY_ID, names.COUNTY)])
    yield Rows(
        SchoolTable,
        ("school_id", "county_id", "name"),
        ((one.id, COUNTY_ID, one.name) for one in places.schools),
    )
    yield Rows(
        ClassroomTable,
        ("classroom_id", "school_id", "name"),
        ((one.id, one.school.id, one.name) for one in places.classrooms),
    )
    began_ms = now_ms - 300 * DAY_MS
    yield Rows(
        User,
        ("user_id", "county_id", "school_id", "name", "password_hash", "created_at_ms"),
        (
            (one.id, COUNTY_ID, one.school and one.school.id, one.name, password_hash, began_ms)
            for one in places.people
        ),
    )
    yield Rows(RoleGrant, ("user_id", "role"), ((one.id, one.role) for one in places.people))
    yield Rows(
        Login,
        ("login", "user_id"),
        ((normalise_login(one.login), one.id) for one in places.people),
    )
    yield from _groups(places)
    yield from _equipment(places, now_ms)


def _groups(places: Places) -> Iterator[Rows]:
    groups = range(places.size.groups)
    yield Rows(
        SchoolGroup,
        ("group_id", "county_id", "name"),
        ((id_of("grp", one), COUNTY_ID, f"第{one + 1:03d}共同体") for one in groups),
    )
    yield Rows(
        GroupSchool,
        ("group_id", "school_id", "kind"),
        ((id_of("grp", one.group), one.id, one.kind) for one in places.schools),
    )


def _equipment(places: Places, now_ms: int) -> Iterator[Rows]:
    """A PC for each classroom, and what its link was found to be."""
    admin_id = places.admin.id
    yield Rows(
        ClassroomPc,
        (
            "pc_id", "classroom_id", "secret_sha256", "secret_since_ms", "browser", "paired_by", "paired_at_ms",
            "last_seen_at_ms",
        ),
        (
            (
                id_of("pcs", one.number), one.id, digest(pc_secret(one)), now_ms, "Chromium", admin_id,
                now_ms - 200 * DAY_MS, now_ms - one.number % 5 * DAY_MS,
            )
            for one in places.classrooms
        ),
    )  # fmt: skip
    yield Rows(
        LinkTest,
        ("link_test_id", "classroom_id", "made_at_ms", "path", "rtt_ms", "loss", "rate_bps"),
        (
            (
                id_of("ltt", one.number * LINK_TESTS + test), one.id, now_ms - (test + 1) * DAY_MS, "udp",
                20 + one.number % 60, one.number % 7 / 100, 2_000_000 + one.number % 100 * 50_000,
            )
            for one in places.classrooms
            for test in range(LINK_TESTS)
        ),
    )  # fmt: skip
