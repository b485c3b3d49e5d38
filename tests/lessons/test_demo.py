"""The demo county, its open lesson and rehearsals, through HTTP and real rooms."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select

from app.accounts.passwords import Passwords
from app.db.engine import Database
from app.db.models import (
    Classroom,
    Consent,
    County,
    Pupil,
    PupilConsent,
    RosterEntry,
    School,
    SiteSetting,
    User,
)
from app.ids import DeviceId, ParticipantId, UserId
from app.lessons.demo import LENGTH_MS, DemoLessons
from app.lessons.directory import LessonDirectory
from app.rooms.commands import Join, Leave
from app.rooms.state import Phase, Role
from app.seed import STAFF, ensure_demo, is_demo
from app.settings import Settings
from tests.support.clock import START_MS
from tests.support.county import FAST_HASHER, MINUTE_MS, make_county
from tests.support.database import on_both_databases
from tests.support.lessons import INTERNAL_SECRET, LessonApi, lesson_api

PASSWORD = "demo-password-1"
INTERNAL = {"X-Tongtang-Internal": INTERNAL_SECRET}


def demo_settings(tmp_path: Path, password: str = PASSWORD) -> Settings:
    return Settings(data_dir=tmp_path, demo=True, demo_password=SecretStr(password))


@pytest_asyncio.fixture
async def demo_api(database: Database, tmp_path: Path) -> AsyncIterator[LessonApi]:
    await ensure_demo(database, Passwords(FAST_HASHER), demo_settings(tmp_path), START_MS)
    async with lesson_api(database) as api:
        yield api


def demo_lessons(api: LessonApi) -> DemoLessons:
    return DemoLessons(api.database, api.store, api.control, api.time)


async def user(api: LessonApi, login: str) -> UserId:
    account = await api.sessions.find_account(login)
    assert account is not None
    return account.user_id


# --- the county -----------------------------------------------------------------------------------


@on_both_databases
async def test_the_demo_county_is_whole(demo_api: LessonApi, database: Database) -> None:
    assert await is_demo(database)
    async with database.reading() as session:
        schools = (await session.scalars(select(School))).all()
        classrooms = (await session.scalars(select(Classroom))).all()
        consents = (await session.scalars(select(Consent))).all()
        answers = (await session.scalars(select(PupilConsent))).all()
        sizes = await session.execute(
            select(RosterEntry.classroom_id, func.count()).group_by(RosterEntry.classroom_id)
        )
        roster = dict(sizes.all())
        pupils = (await session.scalars(select(Pupil))).all()
    assert len([s for s in schools if s.is_simulated]) == 1
    assert len(schools) == 5
    real = [c for c in classrooms if not c.is_simulated]
    assert len(classrooms) - len(real) == 2
    assert {c.classroom_id for c in real} == set(roster)
    assert {c.school_id for c in classrooms} == {s.school_id for s in schools}, "none is empty"
    assert all(18 <= size <= 22 for size in roster.values())
    assert len({p.pupil_id for p in pupils}) == len(pupils)
    assert {c.classroom_id for c in consents if c.is_granted} == {
        c.classroom_id for c in classrooms if c.is_simulated
    }
    assert {a.pupil_id for a in answers if a.is_granted} == {p.pupil_id for p in pupils}


@on_both_databases
async def test_every_demo_account_signs_in_with_the_one_password(demo_api: LessonApi) -> None:
    for person in STAFF:
        for login in person.logins:
            _, opened = await demo_api.signing_in.sign_in(login, PASSWORD, "127.0.0.1", "bearer")
            assert opened.token


async def test_a_second_start_keeps_the_county_and_the_password(
    database: Database, tmp_path: Path
) -> None:
    passwords = Passwords(FAST_HASHER)
    first = await ensure_demo(database, passwords, demo_settings(tmp_path, ""), START_MS)
    async with database.reading() as session:
        hashes = set(await session.scalars(select(User.password_hash)))
    again = await ensure_demo(database, passwords, demo_settings(tmp_path, ""), START_MS)
    assert first
    assert again == first
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(County)) == 1
        assert set(await session.scalars(select(User.password_hash))) == hashes
        assert not any(first in one for one in hashes)
    kept = tmp_path / "demo-password"
    assert kept.read_text().strip() == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_another_password_in_the_settings_becomes_the_password(
    demo_api: LessonApi, database: Database, tmp_path: Path
) -> None:
    changed = await ensure_demo(
        database, Passwords(FAST_HASHER), demo_settings(tmp_path, "another"), START_MS
    )
    assert changed == "another"
    for login in ("admin@example.org", "onsite3@example.org"):
        await demo_api.signing_in.sign_in(login, "another", "127.0.0.1", "bearer")


async def test_only_an_empty_database_that_is_to_be_a_demo_is_filled(
    database: Database, tmp_path: Path
) -> None:
    passwords = Passwords(FAST_HASHER)
    plain = Settings(data_dir=tmp_path, demo=False)
    assert await ensure_demo(database, passwords, plain, START_MS) is None
    assert not await is_demo(database)
    await make_county(database)
    assert await ensure_demo(database, passwords, demo_settings(tmp_path), START_MS) is None
    assert not await is_demo(database)
    async with database.reading() as session:
        assert await session.get(SiteSetting, "is_demo") is None
    assert not (tmp_path / "demo-password").exists()


# --- the open lesson ------------------------------------------------------------------------------


@on_both_databases
async def test_a_fresh_demo_lesson_has_two_simulated_and_two_free_real_classrooms(
    demo_api: LessonApi,
) -> None:
    lesson = await demo_lessons(demo_api).ensure()
    assert [seat.is_simulated for seat in lesson.seats] == [True, True, False, False]
    agreed = await demo_api.store.recordable_seats(lesson)
    assert agreed == {seat.seat_id for seat in lesson.seats}
    assert (lesson.starts_at_ms, lesson.ends_at_ms) == (START_MS, START_MS + LENGTH_MS)
    assert lesson.is_recorded
    assert lesson.is_demo

    async with demo_api.client(await user(demo_api, "onsite1@example.org")) as client:
        body = (await client.get(f"/lessons/{lesson.lesson_id}")).json()
        assert body["my_seats"] == [lesson.seats[2].seat_id, lesson.seats[3].seat_id]
        for seat_id in body["my_seats"]:
            path = f"/lessons/{lesson.lesson_id}/tickets"
            assert (await client.post(path, json={"seat_id": seat_id})).status_code == 200


async def test_a_restart_goes_on_with_the_lesson_that_is_open(demo_api: LessonApi) -> None:
    demo = demo_lessons(demo_api)
    waiting = await demo.ensure()
    demo_api.time.now_ms += 10 * MINUTE_MS
    assert (await demo.ensure()).lesson_id == waiting.lesson_id

    async with demo_api.client(waiting.lead_user_id) as client:
        await client.post(f"/lessons/{waiting.lesson_id}/start")
    demo_api.time.now_ms += 30 * MINUTE_MS
    assert (await demo.ensure()).lesson_id == waiting.lesson_id


@on_both_databases
async def test_a_demo_lesson_that_is_used_up_is_cancelled_and_replaced(
    demo_api: LessonApi,
) -> None:
    demo = demo_lessons(demo_api)
    old = await demo.ensure()
    demo_api.time.now_ms += 20 * MINUTE_MS
    fresh = await demo.ensure()
    assert fresh.lesson_id != old.lesson_id
    assert fresh.starts_at_ms == demo_api.time.now_ms
    assert (await demo_api.rooms.get(old.lesson_id)).room.phase is Phase.ENDED
    ended = await demo_api.store.get(old.lesson_id)
    assert (ended.state, ended.end_reason) == ("ended", "cancelled")
    assert not await demo.has_finished_lesson()


async def test_the_door_leads_to_a_real_seat_that_nobody_holds(demo_api: LessonApi) -> None:
    demo = demo_lessons(demo_api)
    first = await demo.open()
    room = await demo_api.rooms.get(first.lesson_id)
    seat = ParticipantId(first.free_seat_id)
    await room.execute(Join(seat, Role.CLASSROOM, DeviceId("tab")))
    second = await demo.open()
    assert second.lesson_id == first.lesson_id
    assert second.free_seat_id != first.free_seat_id
    await room.execute(Leave(seat, DeviceId("tab")))
    assert await demo.open() == first


async def test_the_sample_lesson_is_one_to_watch_again(demo_api: LessonApi) -> None:
    demo = demo_lessons(demo_api)
    sample = await demo.create_sample(5 * MINUTE_MS)
    assert [seat.is_simulated for seat in sample.seats] == [True, True]
    assert (await demo.ensure()).lesson_id != sample.lesson_id
    async with demo_api.client(sample.lead_user_id) as client:
        await client.post(f"/lessons/{sample.lesson_id}/start")
        await client.post(f"/lessons/{sample.lesson_id}/end")
    assert await demo.has_finished_lesson()


# --- simulated classrooms -------------------------------------------------------------------------


@on_both_databases
async def test_simulated_seats_of_open_lessons_get_tickets_and_clips(demo_api: LessonApi) -> None:
    lesson = await demo_lessons(demo_api).ensure()
    async with demo_api.client() as client:
        seats = (await client.post("/internal/simulated-seats", headers=INTERNAL)).json()
        assert [seat["seat_id"] for seat in seats] == [s.seat_id for s in lesson.seats[:2]]
        assert [seat["clip"] for seat in seats] == ["classroom-a", "classroom-b"]
        assert seats[0]["name"] == "模拟教室一"
        ticket = demo_api.book.read_ticket(seats[0]["token"], START_MS)
        assert ticket.participant_id == seats[0]["seat_id"]
        assert seats[0]["signal_url"] == "ws://localhost:8080/api/v1/signal"

        async with demo_api.client(lesson.lead_user_id) as lead:
            await lead.post(f"/lessons/{lesson.lesson_id}/end")
        empty = await client.post("/internal/simulated-seats", headers=INTERNAL)
        assert empty.json() == []


@on_both_databases
async def test_a_rehearsal_starts_now_with_two_simulated_classrooms_and_is_not_recorded(
    demo_api: LessonApi,
) -> None:
    teacher = await user(demo_api, "teacher2@example.org")
    async with demo_api.client(teacher) as client:
        made = await client.post("/rehearsals")
        assert made.status_code == 201
        body = made.json()
        assert body["is_rehearsal"]
        assert not body["recorded"]
        assert [seat["is_simulated"] for seat in body["seats"]] == [True, True]
        assert body["my_roles"] == ["lead"]

        again = await client.post("/rehearsals")
        assert (again.status_code, again.json()["lesson_id"]) == (200, body["lesson_id"])
        await client.post(f"/lessons/{body['lesson_id']}/end")
        assert (await client.post("/rehearsals")).status_code == 201
        seats = await client.post("/internal/simulated-seats", headers=INTERNAL)
        assert len(seats.json()) == 2
    async with demo_api.client(await user(demo_api, "onsite1@example.org")) as client:
        assert (await client.post("/rehearsals")).status_code == 403


async def test_simulated_classrooms_are_not_offered_for_real_lessons(demo_api: LessonApi) -> None:
    demo_lesson = await demo_lessons(demo_api).ensure()
    async with demo_api.client(await user(demo_api, "teacher1@example.org")) as client:
        listed = (await client.get("/classrooms")).json()["items"]
        assert len(listed) == 6
        assert not any(one["is_simulated"] for one in listed)
        answer = await client.post(
            "/lessons",
            json={
                "title": "x",
                "subject": "",
                "starts_at": "2027-01-15T09:00:00Z",
                "duration_min": 30,
                "classroom_ids": [demo_lesson.seats[0].classroom_id],
            },
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "classroom_unknown")


async def test_the_card_of_a_lesson_names_everybody_who_may_come(demo_api: LessonApi) -> None:
    lesson = await demo_lessons(demo_api).ensure()
    admin = await user(demo_api, "admin@example.org")
    directory = LessonDirectory(demo_api.database, demo_api.store)
    card = await directory.lesson_card(lesson.lesson_id)
    assert not card.knows(admin), "a county of 500 schools has more of them than a card has names"
    card = card.renewed_by(await directory.lesson_card(lesson.lesson_id, admin))
    card = card.renewed_by(await directory.lesson_card(lesson.lesson_id))
    assert card.title == lesson.title
    assert card.names[lesson.lead_user_id] == ("陈静", "云溪县实验小学")
    assert card.names[lesson.seats[2].seat_id] == ("三年级", "石桥村小学")
    assert card.names[lesson.seats[2].classroom_id] == ("三年级", "石桥村小学")
    assert card.names[admin] == ("刘敏", "云溪县")
    assert card.simulated == {seat.seat_id for seat in lesson.seats[:2]}


@pytest.mark.parametrize("login", ["teacher1@example.org", "onsite1@example.org"])
async def test_no_pupil_is_in_anything_a_lesson_shows(demo_api: LessonApi, login: str) -> None:
    lesson = await demo_lessons(demo_api).ensure()
    async with demo_api.database.reading() as session:
        pupils = [name for name in await session.scalars(select(Pupil.name)) if name]
    async with demo_api.client(await user(demo_api, login)) as client:
        for path in ("/classrooms", "/lessons", f"/lessons/{lesson.lesson_id}"):
            text = (await client.get(path)).text
            assert not any(name in text for name in pupils)
