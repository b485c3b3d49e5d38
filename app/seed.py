"""The demo county: fills an empty database, and only an empty one."""

import os
import random
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.login import normalise_login
from app.accounts.passwords import Passwords
from app.db.consent import RECORDED
from app.db.engine import Database
from app.db.models import (
    Classroom,
    Consent,
    County,
    Login,
    Pupil,
    PupilConsent,
    RoleGrant,
    RosterEntry,
    School,
    SiteSetting,
    User,
)
from app.ids import new_id
from app.settings import Settings

IS_DEMO = "is_demo"
PASSWORD_FILE = "demo-password"  # noqa: S105 - the name of a file
_PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - no 0/o, 1/l/i: it is typed from a terminal


@dataclass(frozen=True, slots=True)
class _SchoolSeed:
    key: str
    name: str
    name_en: str
    classrooms: tuple[tuple[str, str], ...] = ()
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class _StaffSeed:
    logins: tuple[str, ...]
    name: str
    name_en: str
    role: str
    school: str | None


COUNTY = ("云溪县", "Yunxi County")
SCHOOLS = (
    _SchoolSeed(
        "shiqiao",
        "石桥村小学",
        "Shiqiao Village School",
        (("三年级", "Grade 3"), ("五年级", "Grade 5")),
    ),
    _SchoolSeed(
        "liuwan",
        "柳湾村小学",
        "Liuwan Village School",
        (("三年级", "Grade 3"), ("四年级", "Grade 4")),
    ),
    _SchoolSeed(
        "qingping", "青坪教学点", "Qingping Teaching Point", (("二三年级复式班", "Grades 2 and 3"),)
    ),
    # A school of experts has pupils of its own: its admin finds a roster and its consents.
    _SchoolSeed(
        "city",
        "云溪县实验小学",
        "Yunxi Experimental Primary School",
        (("六年级一班", "Grade 6, class 1"),),
    ),
    _SchoolSeed(
        "simulated",
        "模拟学校",
        "Simulated school",
        (("模拟教室一", "Simulated classroom 1"), ("模拟教室二", "Simulated classroom 2")),
        is_simulated=True,
    ),
)
STAFF = (
    _StaffSeed(("admin@example.org", "A001"), "刘敏", "Liu Min", "admin", None),
    _StaffSeed(
        ("schooladmin@example.org", "S001"), "孙红梅", "Sun Hongmei", "school_admin", "city"
    ),
    _StaffSeed(("teacher1@example.org", "T001"), "陈静", "Chen Jing", "teacher", "city"),
    _StaffSeed(("teacher2@example.org", "T002"), "李明", "Li Ming", "teacher", "city"),
    _StaffSeed(("teacher3@example.org", "T003"), "周婷", "Zhou Ting", "teacher", "city"),
    _StaffSeed(("onsite1@example.org", "F001"), "王秀英", "Wang Xiuying", "onsite", "shiqiao"),
    _StaffSeed(("onsite2@example.org", "F002"), "赵建国", "Zhao Jianguo", "onsite", "liuwan"),
    _StaffSeed(("onsite3@example.org", "F003"), "吴芳", "Wu Fang", "onsite", "qingping"),
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN_PAIRS = (
    "子涵欣怡浩然雨桐梓轩佳怡宇航思琪志强小花明月春燕建平秋菊文博"
    "雪梅家豪丽娟小龙晓东玉兰俊杰婷婷海洋静怡国庆小雨天佑巧云振华"
)
_GIVEN = [_GIVEN_PAIRS[i : i + 2] for i in range(0, len(_GIVEN_PAIRS), 2)]


async def is_demo(database: Database) -> bool:
    """Whether this database was made as a demo. Doors and simulated classrooms depend on it."""
    async with database.reading() as session:
        row = await session.get(SiteSetting, IS_DEMO)
    return row is not None and row.value == "1"


async def ensure_demo(
    database: Database, passwords: Passwords, settings: Settings, now_ms: int
) -> str | None:
    """Fill an empty database with the demo county if `settings.demo`; return the one demo password.

    None for a database that is no demo. The password is `TONGTANG_DEMO_PASSWORD`, else the one of last time, else
    random; it is stored hashed, and readable in `data_dir/demo-password` (0600) so that a later start can print it.
    """
    async with database.reading() as session:
        is_empty = not await session.scalar(select(func.count()).select_from(County))
    if is_empty and not settings.demo:
        return None
    if not is_empty and not await is_demo(database):
        return None
    password_file = settings.data_dir / PASSWORD_FILE
    password = _choose_password(settings, password_file)
    if is_empty:
        password_hash = await passwords.hash(password)
        async with database.transaction() as session:
            await _seed(session, password_hash, now_ms)
    else:
        await _set_password(database, passwords, password)
    _write_private(password_file, password + "\n")
    return password


def _choose_password(settings: Settings, password_file: Path) -> str:
    given = settings.demo_password.get_secret_value()
    if given:
        return given
    if password_file.is_file():
        kept = password_file.read_text().strip()
        if kept:
            return kept
    return "".join(secrets.choice(_PASSWORD_ALPHABET) for _ in range(12))


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        os.fchmod(fd, 0o600)
        file.write(text)


async def _set_password(database: Database, passwords: Passwords, password: str) -> None:
    """Give the demo accounts this password, if it is not theirs already."""
    logins = [normalise_login(person.logins[0]) for person in STAFF]
    async with database.reading() as session:
        rows = await session.execute(
            select(User.user_id, User.password_hash)
            .join(Login, Login.user_id == User.user_id)
            .where(Login.login.in_(logins))
        )
        hashes = dict(rows.all())
    if not hashes or await passwords.verify(next(iter(hashes.values())), password):
        return
    password_hash = await passwords.hash(password)
    async with database.transaction() as session:
        await session.execute(
            update(User).where(User.user_id.in_(hashes)).values(password_hash=password_hash)
        )


async def _seed(session: AsyncSession, password_hash: str, now_ms: int) -> None:
    session.add(SiteSetting(key=IS_DEMO, value="1"))
    county_id = new_id("cou")
    session.add(County(county_id=county_id, name=COUNTY[0], name_en=COUNTY[1]))
    await session.flush()
    school_ids = {school.key: new_id("sch") for school in SCHOOLS}
    session.add_all(
        School(
            school_id=school_ids[school.key],
            county_id=county_id,
            name=school.name,
            name_en=school.name_en,
            is_simulated=school.is_simulated,
        )
        for school in SCHOOLS
    )
    await session.flush()
    admin_id = await _seed_staff(session, county_id, school_ids, password_hash, now_ms)
    # Rosters are the same in every demo: screenshots and tests may rely on them.
    names = random.Random(20260901)  # noqa: S311 - not a secret
    for school in SCHOOLS:
        for index, (name, name_en) in enumerate(school.classrooms):
            classroom = Classroom(
                # Sorts in the order of this list.
                classroom_id=f"{new_id(f'cls_{index}')}",
                school_id=school_ids[school.key],
                name=name,
                name_en=name_en,
                is_simulated=school.is_simulated,
            )
            session.add(classroom)
            await session.flush()
            if school.is_simulated:
                session.add(_consent(classroom.classroom_id, admin_id, now_ms))
            else:
                pupil_ids = await _seed_roster(session, classroom, index, names)
                session.add_all(
                    PupilConsent(
                        pupil_id=pupil_id,
                        purpose=RECORDED,
                        is_granted=True,
                        entered_by=admin_id,
                        entered_at_ms=now_ms,
                    )
                    for pupil_id in pupil_ids
                )


async def _seed_staff(
    session: AsyncSession,
    county_id: str,
    school_ids: dict[str, str],
    password_hash: str,
    now_ms: int,
) -> str:
    """The staff with their logins and roles, all behind the one demo password; returns the admin's id."""
    admin_id = ""
    for person in STAFF:
        user_id = new_id("usr")
        session.add(
            User(
                user_id=user_id,
                county_id=county_id,
                school_id=school_ids[person.school] if person.school else None,
                name=person.name,
                name_en=person.name_en,
                password_hash=password_hash,
                created_at_ms=now_ms,
            )
        )
        await session.flush()
        session.add(RoleGrant(user_id=user_id, role=person.role))
        session.add_all(
            Login(login=normalise_login(login), user_id=user_id) for login in person.logins
        )
        if person.role == "admin":
            admin_id = user_id
    await session.flush()
    return admin_id


def _consent(classroom_id: str, admin_id: str, now_ms: int) -> Consent:
    return Consent(
        consent_id=new_id("con"),
        classroom_id=classroom_id,
        purpose=RECORDED,
        is_granted=True,
        entered_by=admin_id,
        entered_at_ms=now_ms,
    )


async def _seed_roster(
    session: AsyncSession, classroom: Classroom, index: int, names: random.Random
) -> list[str]:
    """The pupils' ids."""
    count = names.randint(18, 22)
    given = names.sample(_GIVEN, count)
    pupils = [
        Pupil(
            pupil_id=new_id("pup"),
            school_id=classroom.school_id,
            number=f"2026{index + 1:02d}{position:02d}",
            name=names.choice(_SURNAMES) + given[position - 1],
        )
        for position in range(1, count + 1)
    ]
    session.add_all(pupils)
    await session.flush()
    session.add_all(
        RosterEntry(classroom_id=classroom.classroom_id, pupil_id=pupil.pupil_id)
        for pupil in pupils
    )
    return [pupil.pupil_id for pupil in pupils]
