"""The list of interrupted recordings over HTTP, on SQLite and PostgreSQL."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import Lesson, Recording
from app.ids import LessonId, ParticipantId, RecordingId
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import HoldJob, JobFailed, TryLater
from app.jobs.repository import Jobs
from app.recording.lifecycle import Step
from app.recording.manifest import Loss, Manifest
from app.recording.recovery.endpoints import build_router
from app.recording.recovery.repository import MAX_SHOWN, Interruptions
from app.recording.repository import Recordings
from app.recording.requests import RecordingRequests
from app.rooms.events import LessonStarted, RecordingStopped
from app.rooms.recorded import Recorded
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, add_lesson, make_county
from tests.support.database import on_both_databases

pytestmark = on_both_databases
WORKER = "wrk_1"
PATH = "/recordings/interrupted"


class RecoveryApi(Api):
    county: SmallCounty
    recordings: Recordings
    jobs: Jobs
    recording_id: RecordingId

    async def fail(self, kind: JobKind, subject: str, failure: JobFailed) -> None:
        """A job of the lesson that a worker has tried."""
        lesson_id = self.county.lesson
        async with self.database.transaction() as session:
            await self.jobs.request(session, kind, subject, lesson_id)
        now_ms = time.time_ns() // 1_000_000 + 1
        queue = Queue.FAST if kind is JobKind.FINALIZE else Queue.UPLOAD
        job = await self.jobs.claim(WORKER, queue, [kind], now_ms)
        assert job is not None
        await self.jobs.fail(WORKER, job, failure, now_ms)

    async def lesson_is(self, state: str) -> None:
        async with self.database.transaction() as session:
            (await session.get_one(Lesson, self.county.lesson)).state = state

    async def listed(self) -> list[dict[str, object]]:
        items: list[dict[str, object]] = (await self._list())["items"]
        return items

    async def has_more(self) -> bool:
        return bool((await self._list())["has_more"])

    async def _list(self) -> dict[str, Any]:
        async with self.client(self.county.admin) as client:
            answer = await client.get(PATH)
        assert answer.status_code == 200
        listed: dict[str, Any] = answer.json()
        return listed


@pytest.fixture
async def api(database: Database) -> AsyncIterator[RecoveryApi]:
    api = RecoveryApi(database, Time(START_MS))
    api.county = await make_county(database)
    api.recordings, api.jobs = Recordings(database), Jobs(database)
    requests = RecordingRequests(database, api.jobs, uploads_segments=True)
    api.include(
        build_router(Interruptions(database), api.recordings, requests, api.authenticate, api.time)
    )
    api.recording_id = await api.recordings.begin(api.county.lesson, START_MS)
    await api.lesson_is("ended")
    yield api


async def test_only_admins_see_it_and_only_of_their_county(api: RecoveryApi) -> None:
    assert await api.listed() == [], "a recording that nothing came in between is not here"
    await api.fail(JobKind.FINALIZE, api.county.lesson, TryLater("store_refused", "403"))
    assert len(await api.listed()) == 1
    for user in (api.county.teacher, api.county.onsite):
        async with api.client(user) as client:
            assert (await client.get(PATH)).status_code == 403
            finish = await client.post(f"/recordings/{api.recording_id}/finish")
            assert finish.status_code == 403
    async with api.client() as client:
        assert (await client.get(PATH)).status_code == 401
    async with api.client(api.county.admin) as client:
        assert (await client.post("/recordings/rec_other/finish")).status_code == 404


async def test_it_says_why_and_one_click_begins_afresh(api: RecoveryApi) -> None:
    segment = "epo_1-00000"
    await api.fail(JobKind.UPLOAD_SEGMENT, segment, TryLater("store_unreachable", "no route"))
    await api.fail(JobKind.FINALIZE, api.county.lesson, HoldJob("stored_differs", "rec_1"))
    (item,) = await api.listed()
    assert item["recording_id"] == api.recording_id
    assert item["problem"] == {
        "code": "stored_differs",
        "detail": "rec_1",
        "is_held": True,
        "next_try_at": None,
        "waiting": 2,
    }
    async with api.client(api.county.admin) as client:
        assert (await client.post(f"/recordings/{api.recording_id}/finish")).status_code == 202
    for kind, subject in (
        (JobKind.FINALIZE, str(api.county.lesson)),
        (JobKind.UPLOAD_SEGMENT, segment),
    ):
        status = await api.jobs.find(kind, subject)
        assert status is not None
        assert (status.state, status.attempts) == ("queued", 0)
    assert await api.audited(api.county.admin) == ["recording.tried_again"]


async def test_what_waits_for_somebody_stands_before_newer_losses_and_the_list_says_where_it_stops(
    api: RecoveryApi,
) -> None:
    await api.fail(JobKind.FINALIZE, api.county.lesson, HoldJob("stored_differs", "rec_1"))
    async with api.database.transaction() as session:
        session.add_all(
            Lesson(
                lesson_id=f"les_lost_{n}",
                county_id="cou_1",
                title="Lost",
                subject="",
                starts_at_ms=START_MS + n,
                ends_at_ms=START_MS + n + 1,
                lead_user_id=api.county.teacher,
                created_by=api.county.teacher,
                is_recorded=True,
                state="ended",
                created_at_ms=START_MS,
            )
            for n in range(MAX_SHOWN)
        )
        await session.flush()
        session.add_all(
            Recording(
                recording_id=f"rec_lost_{n}",
                lesson_id=f"les_lost_{n}",
                state="available",
                started_at_ms=START_MS + n,
                lost_ms=1_000,
                changed_at_ms=START_MS,
            )
            for n in range(1, MAX_SHOWN)
        )
    assert [one["recording_id"] for one in (await api.listed())[:2]] == [
        api.recording_id,
        f"rec_lost_{MAX_SHOWN - 1}",
    ]
    assert not await api.has_more()
    await api.recordings.begin(LessonId("les_lost_0"), START_MS)
    async with api.database.transaction() as session:
        await session.execute(update(Recording).values(lost_ms=1_000))
    assert len(await api.listed()) == MAX_SHOWN and await api.has_more()


async def test_what_was_lost_is_told_by_name_and_second(api: RecoveryApi) -> None:
    seat = ParticipantId(api.county.seats[0])
    await api.recordings.step(api.recording_id, Step.BEGIN_FINALIZING)
    losses = (
        Loss(seat, "camera", 10_000, 12_400, "recorder_lost"),
        Loss(seat, "microphone", 10_100, 12_000, "recorder_lost"),
    )
    await api.recordings.publish(api.recording_id, Manifest(60_000, (), (), (), losses), [])
    (item,) = await api.listed()
    assert (item["state"], item["problem"], item["is_live"]) == ("available", None, False)
    assert item["lost"] == [
        {
            "name": "Class 1",
            "school": "sch_1",
            "sources": ["camera", "microphone"],
            "from_ms": 10_000,
            "to_ms": 12_400,
            "reason": "recorder_lost",
        }
    ]


async def test_a_track_that_a_full_disk_stopped_is_told_while_the_lesson_goes_on(
    api: RecoveryApi,
) -> None:
    lesson = LessonId("les_live")
    await add_lesson(api.database, api.county, lesson)
    recording_id = await api.recordings.begin(lesson, START_MS + 1_000)
    async with api.database.transaction() as session:
        row = await session.get_one(Lesson, lesson)
        row.state, row.started_at_ms = "live", START_MS
    journal = Journal(api.database)
    lease = await journal.claim(lesson)
    lead = ParticipantId("lead_usr_teacher1")
    events = [LessonStarted(lead), RecordingStopped(lead, "camera", "disk_full")]
    rows = [Recorded(seq, START_MS + 5_000, 0, event) for seq, event in enumerate(events, 1)]
    await journal.append(lesson, lease, rows)
    (item,) = await api.listed()
    assert (item["recording_id"], item["is_live"], item["state"]) == (
        recording_id,
        True,
        "recording",
    )
    (lost,) = item["lost"]  # type: ignore[misc]
    assert (lost["name"], lost["from_ms"], lost["to_ms"], lost["reason"]) == (
        "Teacher One",
        5_000,
        None,
        "disk_full",
    )
    async with api.client(api.county.admin) as client:
        assert (await client.post(f"/recordings/{recording_id}/finish")).status_code == 202
    assert await api.jobs.find(JobKind.FINALIZE, lesson) is None, "it goes on"
