"""What is stored of a whole lesson: all of it on one time line, and nothing of who did not agree."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.flash_peer import FlashPeer, tell_the_time_wrongly
from tests.support.flashes import flashes_of
from tests.support.lesson_peers import LessonPeer, ask, peers_of
from tests.support.office import ADMIN, Office, PlannedLesson
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served, serving
from tests.support.waiting import until

pytestmark = pytest.mark.recording

PATIENCE_S = 120.0
IN_SYNC_MS = 100.0
TAUGHT_S = 16.0
"""Eight flashes."""
SOME_BYTES = 10_000
"""Of a segment: less may be no more than its head."""
SEEN_FRAMES = 30


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("replay") / "data") as server:
        yield server


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_loopback(monkeypatch)


@contextlib.asynccontextmanager
async def live(
    office: Office, plan: PlannedLesson
) -> AsyncIterator[tuple[LessonPeer, list[LessonPeer]]]:
    """The lesson with everybody in it, started."""
    async with peers_of(office, plan) as (lead, rooms):
        peers = [lead, *rooms]
        await until(lambda: all(p.is_joined for p in peers), PATIENCE_S, "everybody is in")
        await ask(office, "POST", f"/lessons/{plan.lesson_id}/start")
        yield lead, rooms


async def replay_of(office: Office, lesson_id: str) -> dict[str, Any]:
    """The recording of a lesson that is over, once it can be watched."""
    found: dict[str, Any] = {}

    async def is_available() -> bool:
        recording_id = (await ask(office, "GET", f"/lessons/{lesson_id}"))["recording_id"]
        if recording_id is None:
            return False
        found.update(await ask(office, "GET", f"/recordings/{recording_id}"))
        assert found["state"] != "failed", found
        return bool(found["state"] == "available")

    took = await until(is_available, PATIENCE_S, "the replay is available")
    print(f"measured: the replay is available {took:.1f} s after the end")
    return found


def files_that_tell_of(folder: Path, word: str) -> list[Path]:
    """Files below `folder` with this word in their path or content. The database and the logs are no media."""
    return [
        path
        for part in ("recordings", "finalizing", "objects")
        for path in (folder / part).rglob("*")
        if path.is_file() and (word in str(path) or word.encode() in _content(path))
    ]


def _content(path: Path) -> bytes:
    """Nothing of a file that was only there until it was whole."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def is_written(served: Served, lesson_id: str, participant_id: str) -> bool:
    """Whether there is media of this participant. What is to be written stands in a file before."""
    return any(
        segment.stat().st_size >= SOME_BYTES
        and participant_id.encode() in _content(segment.with_suffix(".jsonl"))
        for segment in (served.data_dir / "recordings" / lesson_id).rglob("*.mkv")
    )


# --- time ----------------------------------------------------------------------------------------


async def test_clocks_that_are_seconds_and_an_hour_off_leave_the_replay_in_sync(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_the_time_wrongly(monkeypatch)
    office = Office(served)
    plan = office.plan_lesson(2, recorded=True)
    first, second = (seat.seat_id for seat in plan.seats)
    places = [({"role": "lead"}, -1.5), ({"seat_id": first}, 3_600.0), ({"seat_id": second}, 0.0)]
    async with AsyncExitStack() as stack:
        peers = [
            await stack.enter_async_context(
                FlashPeer(office, plan.lesson_id, place, clock_is_off_s=off_s)
            )
            for place, off_s in places
        ]
        await until(lambda: all(p.is_joined for p in peers), PATIENCE_S, "everybody is in")
        await ask(office, "POST", f"/lessons/{plan.lesson_id}/start")
        await asyncio.sleep(TAUGHT_S)
        await ask(office, "POST", f"/lessons/{plan.lesson_id}/end")
    replay = await replay_of(office, plan.lesson_id)
    flashes = await asyncio.to_thread(flashes_of, served.url, replay)
    measured = {
        **{f"{who}: sound after picture": flashes.of(who) for who in (plan.lead_id, first, second)},
        "an hour off after 1.5 s off": flashes.between(plan.lead_id, first),
        "right clock after 1.5 s off": flashes.between(plan.lead_id, second),
    }
    for what, spread in measured.items():
        print(f"measured: {what}: {spread}")
    for what, spread in measured.items():
        assert spread.is_measured, what
        assert abs(spread.apart_ms) <= IN_SYNC_MS, what


# --- consent -------------------------------------------------------------------------------------


def withdraw_consent(served: Served, school: str, name: str) -> None:
    """One pupil says no to the recording, and with that the classroom."""
    county = Office(served, ADMIN)
    path = f"/classrooms/{county.classroom_id(school, name)}/consents"
    pupil_id = county.call("GET", path)["pupils"][0]["pupil_id"]
    answer = {"pupil_id": pupil_id, "purpose": "recorded", "is_granted": False}
    county.call("PUT", path, {"answers": [answer]})


async def test_a_classroom_without_consent_is_seen_but_never_written(served: Served) -> None:
    office = Office(served)
    agreed, refused = office.plan_lesson(2, recorded=True).seats
    withdraw_consent(served, refused.school, refused.name)
    plan = office.plan_lesson(2, recorded=True)
    agreed, refused = plan.seats
    async with live(office, plan) as (lead, _):
        for seat in plan.seats:
            await until(
                lambda who=seat.seat_id: lead.video_from(who) >= SEEN_FRAMES,
                PATIENCE_S,
                f"{seat.school} is seen by the lead",
            )
        await until(
            lambda: is_written(served, plan.lesson_id, agreed.seat_id),
            PATIENCE_S,
            "the one that agreed is written",
        )
        assert files_that_tell_of(served.data_dir, refused.seat_id) == []
        await ask(office, "POST", f"/lessons/{plan.lesson_id}/end")
    replay = await replay_of(office, plan.lesson_id)
    assert {track["participant_id"] for track in replay["tracks"]} == {
        plan.lead_id,
        agreed.seat_id,
    }
    in_storage = files_that_tell_of(served.data_dir, refused.seat_id)
    assert [path for path in in_storage if path.name != "manifest.json"] == []


async def test_of_a_lesson_that_is_not_recorded_nothing_is_written(served: Served) -> None:
    office = Office(served)
    plan = office.plan_lesson(1)
    async with live(office, plan) as (lead, (room,)):
        await until(
            lambda: (
                lead.video_from(plan.seats[0].seat_id) >= SEEN_FRAMES
                and room.video_from(plan.lead_id) >= SEEN_FRAMES
            ),
            PATIENCE_S,
            "they see each other",
        )
        await ask(office, "POST", f"/lessons/{plan.lesson_id}/end")
    # A recorded lesson that ends later is ready: so the one before was not merely slow.
    later = office.plan_lesson(1, recorded=True)
    async with live(office, later) as (lead, _):
        await until(
            lambda: is_written(served, later.lesson_id, later.lead_id),
            PATIENCE_S,
            "the later one is written",
        )
        await ask(office, "POST", f"/lessons/{later.lesson_id}/end")
    await replay_of(office, later.lesson_id)
    for word in (plan.lesson_id, plan.seats[0].seat_id):
        assert files_that_tell_of(served.data_dir, word) == []
    assert (await ask(office, "GET", f"/lessons/{plan.lesson_id}"))["recording_id"] is None
    listed = (await ask(office, "GET", "/recordings"))["items"]
    assert plan.lesson_id not in {one["lesson_id"] for one in listed}
    with contextlib.closing(sqlite3.connect(served.data_dir / "tongtang.db")) as db:
        rows = db.execute("SELECT count(*) FROM recording WHERE lesson_id = ?", (plan.lesson_id,))
        assert rows.fetchone() == (0,)
