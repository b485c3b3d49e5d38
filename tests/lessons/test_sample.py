"""The sample lesson of a new demo: held once, to its end, by simulated participants."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select

from app.accounts.passwords import Passwords
from app.db.engine import Database
from app.db.migrate import migrate
from app.db.models import Lesson
from app.ids import DeviceId, LessonId, ParticipantId
from app.lessons import sample
from app.lessons.demo import DemoLessons
from app.lessons.sample import CUT_SHORT_MS, PLANNED_MS, Director, SampleLesson, Script
from app.main import create_app
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    EndLesson,
    Join,
    ReportCut,
    ReportPublication,
    SendDown,
    StartLesson,
)
from app.rooms.permissions import lead_id
from app.rooms.runtime import RoomRuntime
from app.rooms.state import Phase, Role, StagePlace
from app.seed import ensure_demo
from app.settings import Settings
from tests.support.clock import START_MS
from tests.support.county import FAST_HASHER
from tests.support.lessons import INTERNAL_SECRET, LessonApi, lesson_api
from tests.support.office import ADMIN, Office
from tests.support.serve import Served, serving
from tests.support.waiting import until

SCRIPT = Script(call_up_ms=1_000, send_down_ms=3_000, end_ms=5_000)
FIRST_MINUTE_S = 60.0


@pytest_asyncio.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[LessonApi]:
    settings = Settings(data_dir=tmp_path, demo=True, demo_password=SecretStr("demo-password-1"))
    await ensure_demo(database, Passwords(FAST_HASHER), settings, START_MS)
    async with lesson_api(database) as api:
        yield api


@pytest.fixture
def demo(api: LessonApi) -> DemoLessons:
    return DemoLessons(api.database, api.store, api.control, api.time)


class Cast:
    """The simulated participants of one sample lesson, without their media."""

    def __init__(self, runtime: RoomRuntime) -> None:
        self.runtime = runtime
        self.lead = lead_id(runtime.room)
        self.seats = [ParticipantId(seat.seat_id) for seat in runtime.room.plan.seats]

    @classmethod
    async def of(cls, api: LessonApi, lesson_id: LessonId) -> "Cast":
        return cls(await api.rooms.get(lesson_id))

    async def join(self) -> None:
        user_id = self.runtime.room.plan.lead_user_id
        await self.runtime.execute(Join(self.lead, Role.LEAD, DeviceId("lead"), user_id))
        for seat in self.seats:
            await self.runtime.execute(Join(seat, Role.CLASSROOM, DeviceId(seat)))

    async def go_on_air(self) -> None:
        for who in (self.lead, *self.seats):
            for source, codec in (("camera", "vp8"), ("microphone", "opus")):
                await self.runtime.execute(ReportPublication(who, source, codec))


# --- the script -----------------------------------------------------------------------------------


async def test_the_lesson_starts_when_everybody_is_there_and_ends_after_one_call_up(
    api: LessonApi, demo: DemoLessons
) -> None:
    cast = await Cast.of(api, (await demo.create_sample(PLANNED_MS)).lesson_id)
    director = Director(SCRIPT)
    first = cast.runtime.room.plan.seats[0].seat_id

    def due(at_ms: int) -> object:
        return director.next(cast.runtime.room, START_MS + at_ms)

    assert due(0) is None
    await cast.join()
    assert due(500) == StartLesson(cast.lead)
    await cast.runtime.execute(StartLesson(cast.lead))
    assert due(4_000) is None, "nobody is on air yet"
    await cast.go_on_air()
    assert due(5_000) is None
    assert due(6_000) == CallUp(cast.lead, first)
    await cast.runtime.execute(CallUp(cast.lead, first))
    assert due(6_100) is None, "it is called already"
    await cast.runtime.execute(AcceptCallUp(ParticipantId(first)))
    assert due(7_999) is None
    assert due(8_000) == SendDown(cast.lead, first)
    await cast.runtime.execute(SendDown(cast.lead, first))
    assert due(9_999) is None
    assert due(10_000) == EndLesson(cast.lead)


async def test_nothing_happens_while_somebody_is_cut(api: LessonApi, demo: DemoLessons) -> None:
    cast = await Cast.of(api, (await demo.create_sample(PLANNED_MS)).lesson_id)
    await cast.join()
    await cast.runtime.execute(StartLesson(cast.lead))
    await cast.go_on_air()
    director = Director(SCRIPT)
    assert director.next(cast.runtime.room, START_MS) is None
    await cast.runtime.execute(ReportCut(cast.seats[0], DeviceId(cast.seats[0])))
    assert director.next(cast.runtime.room, START_MS + 2_000) is None


async def test_a_sample_that_nobody_came_to_is_cancelled(api: LessonApi, demo: DemoLessons) -> None:
    cast = await Cast.of(api, (await demo.create_sample(PLANNED_MS)).lesson_id)
    director = Director(SCRIPT)
    assert director.next(cast.runtime.room, START_MS + PLANNED_MS) is None
    command = director.next(cast.runtime.room, START_MS + PLANNED_MS + 1)
    assert command == EndLesson(cast.lead)
    await cast.runtime.execute(EndLesson(cast.lead))
    assert not await demo.has_finished_lesson(), "the next start tries again"


# --- once, and to its end -------------------------------------------------------------------------


@pytest.fixture
def holding(
    api: LessonApi, demo: DemoLessons, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], "asyncio.Task[None]"]:
    """Starts what a server's start starts, with a quick script and no patience between looks."""
    monkeypatch.setattr(sample, "POLL_S", 0.001)
    monkeypatch.setattr(sample, "Director", lambda: Director(SCRIPT))
    return lambda: asyncio.create_task(SampleLesson(demo, api.rooms, api.time).run())


async def open_sample(demo: DemoLessons) -> LessonId:
    async with asyncio.timeout(60):
        while not (found := await demo.open_samples()):
            await asyncio.sleep(0.002)
    return found[0]


async def pass_time_until(api: LessonApi, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            api.time.now_ms += 50
            await asyncio.sleep(0.005)


async def play(api: LessonApi, cast: Cast) -> None:
    """From on air to the end."""

    def is_at(place: StagePlace) -> bool:
        return cast.runtime.room.participants[cast.seats[0]].place is place

    await cast.go_on_air()
    await pass_time_until(api, lambda: is_at(StagePlace.CALLED))
    await cast.runtime.execute(AcceptCallUp(cast.seats[0]))
    await pass_time_until(api, lambda: is_at(StagePlace.OFF))
    await pass_time_until(api, lambda: cast.runtime.room.phase is Phase.ENDED)


async def test_it_is_held_on_the_first_start_and_never_again(
    api: LessonApi, demo: DemoLessons, holding: Callable[[], "asyncio.Task[None]"]
) -> None:
    task = holding()
    cast = await Cast.of(api, await open_sample(demo))
    await cast.join()
    await until(lambda: cast.runtime.room.phase is Phase.LIVE)
    await play(api, cast)
    await task
    assert await demo.has_finished_lesson()
    await holding()
    assert await demo.open_samples() == []


async def test_a_restart_finishes_the_one_that_was_interrupted(
    api: LessonApi, demo: DemoLessons, holding: Callable[[], "asyncio.Task[None]"]
) -> None:
    task = holding()
    cast = await Cast.of(api, await open_sample(demo))
    await cast.join()
    await until(lambda: cast.runtime.room.phase is Phase.LIVE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    task = holding()
    await play(api, cast)
    await task
    assert cast.runtime.room.end_reason == "ended_by_lead"
    assert await demo.open_samples() == []


async def test_one_that_was_broken_off_for_long_is_ended_and_made_again(
    api: LessonApi, demo: DemoLessons, holding: Callable[[], "asyncio.Task[None]"]
) -> None:
    task = holding()
    broken = await Cast.of(api, await open_sample(demo))
    await broken.join()
    await until(lambda: broken.runtime.room.phase is Phase.LIVE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    api.time.now_ms += CUT_SHORT_MS

    task = holding()
    await until(lambda: broken.runtime.room.phase is Phase.ENDED)
    fresh = await Cast.of(api, await open_sample(demo))
    assert fresh.runtime.lesson_id != broken.runtime.lesson_id
    await fresh.join()
    await until(lambda: fresh.runtime.room.phase is Phase.LIVE)
    await play(api, fresh)
    await task


async def test_the_doors_lead_elsewhere_and_nobody_is_asked_to_teach_it(
    api: LessonApi, demo: DemoLessons
) -> None:
    lesson = await demo.create_sample(PLANNED_MS)
    assert (await demo.open()).lesson_id != lesson.lesson_id
    async with api.client(lesson.lead_user_id) as client:
        body = (await client.get(f"/lessons/{lesson.lesson_id}")).json()
    assert (body["is_demo"], body["my_roles"]) == (True, [])


async def test_its_lead_is_simulated_and_no_other_lessons_lead_is(
    api: LessonApi, demo: DemoLessons
) -> None:
    lesson = await demo.create_sample(PLANNED_MS)
    await demo.ensure()
    headers = {"X-Tongtang-Internal": INTERNAL_SECRET}
    async with api.client() as client:
        found = (await client.post("/internal/simulated-seats", headers=headers)).json()
    leads = [one for one in found if one["role"] == "lead"]
    assert [one["lesson_id"] for one in leads] == [lesson.lesson_id]
    assert (leads[0]["clip"], leads[0]["seat_id"]) == ("teacher", None)
    ticket = api.book.read_ticket(leads[0]["token"], START_MS)
    assert ticket.role is Role.LEAD
    assert ticket.participant_id == f"lead_{lesson.lead_user_id}" == leads[0]["participant_id"]
    classrooms = [one for one in found if one["role"] == "classroom"]
    assert len(classrooms) == 4
    assert all(one["seat_id"] == one["participant_id"] for one in classrooms)


# --- the whole thing ------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "data", settings={"TONGTANG_DEMO_SAMPLE": "1"}) as server:
        yield server


@pytest.mark.recording
def test_a_new_demo_has_something_to_watch_within_a_minute_even_over_a_kill(
    served: Served,
) -> None:
    office = Office(served, ADMIN)
    began = time.monotonic()

    def lessons(state: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = office.call("GET", f"/lessons?state={state}")["items"]
        return found

    def wait(what: str, condition: Callable[[], bool]) -> None:
        while not condition():
            if time.monotonic() - began > 3 * FIRST_MINUTE_S:
                pytest.fail(f"{what} not within {3 * FIRST_MINUTE_S:.0f} s:\n{served.tail()}")
            time.sleep(0.1)

    wait("live", lambda: bool(lessons("live")))
    (sample_lesson,) = lessons("live")
    time.sleep(5)
    served.kill("app")
    served.wait_until_ready()
    wait("over", lambda: bool(lessons("ended")))
    wait("recorded", lambda: _state_of_first(office) == "available")
    print(f"measured: a replay {served.ready_after_s + time.monotonic() - began:.1f} s after start")

    (recording,) = office.call("GET", "/recordings")["items"]
    assert recording["lesson_id"] == sample_lesson["lesson_id"]
    replay = office.call("GET", f"/recordings/{recording['recording_id']}")
    assert len({(t["participant_id"], t["kind"]) for t in replay["tracks"]}) == 6
    assert {"started", "hand_raised", "called_up", "sent_down"} <= {
        chapter["kind"] for chapter in replay["chapters"]
    }
    assert 20_000 < replay["duration_ms"] < 90_000
    attendance = office.call("GET", f"/lessons/{recording['lesson_id']}/attendance")
    assert len(attendance["rows"]) == 3
    assert all(row["present_s"] > 20 for row in attendance["rows"])


def _state_of_first(office: Office) -> str | None:
    items = office.call("GET", "/recordings")["items"]
    return items[0]["state"] if items else None


async def test_a_database_that_is_no_demo_gets_no_lesson(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, run_dir=tmp_path / "run", demo=True)
    database = Database(settings.resolved_database_url)
    await migrate(database)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        assert "sample lesson" not in {task.get_name() for task in asyncio.all_tasks()}
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Lesson)) == 0
    await database.close()
