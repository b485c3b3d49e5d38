"""A lesson is recorded: rooms, journal, recorder process, finaliser and database together."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.db.consent import RECORDED, PupilAnswer, enter_pupil_answers
from app.db.engine import Database
from app.db.journal import Journal
from app.ids import DeviceId, LessonId, ParticipantId, RecordingId, SeatId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.jobs.runner import JobRunner
from app.lessons.projector import project_lesson
from app.media.port import EngineConnected, Source
from app.recording.finalize import Finalizer
from app.recording.lifecycle import RecordingState
from app.recording.reactor import RecordingReactor
from app.recording.remote import RemoteRecorder
from app.recording.repository import Recordings, RecordingSummary
from app.recording.requests import RecordingRequests
from app.recording.viewer import Viewer
from app.recording.withdrawal import RecordingWithdrawal
from app.rooms.commands import EndLesson, Join, Mute, ReportPublication, StartLesson
from app.rooms.events import (
    CONSENT_WITHDRAWN,
    EpochClosed,
    EpochOpened,
    RecordingStopped,
    SegmentClosed,
)
from app.rooms.recorded import Recorded
from app.rooms.runtime import Clock, RoomRuntime, Rooms
from app.rooms.state import LessonPlan, Phase, Role, Seat
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.county import SmallCounty, make_county, pupil_of
from tests.support.recorder_process import RecorderProcess
from tests.support.recordings import recording_of
from tests.support.rtp_publisher import SyntheticTrack, film_audio, film_video, looped
from tests.support.scene import decodable_frames
from tests.support.small_disk import small_disk
from tests.support.synthetic_engine import SyntheticEngine
from tests.support.waiting import until

pytestmark = pytest.mark.recording
DISK_BYTES, MIN_FREE_BYTES = 48 * 1024 * 1024, 16 * 1024 * 1024
LEAD = ParticipantId("lead_usr_teacher1")
RECORDED_SEAT, SILENT_SEAT = SeatId("sea_1"), SeatId("sea_3")


@dataclass
class App:
    """What one app process has; a second one on the same files is a restart."""

    database: Database
    recorder: RecorderProcess
    engine: SyntheticEngine
    plan: LessonPlan
    objects: Path
    journal: Journal = field(init=False)
    rooms: Rooms = field(init=False)
    reactor: RecordingReactor = field(init=False)
    recordings: Recordings = field(init=False)

    async def start(self) -> None:
        self.journal = Journal(self.database, [project_lesson])
        run_dir = self.recorder.sink_socket.parent
        self.remote = RemoteRecorder(run_dir / "recorder.sock", self.recorder.sink_socket)
        self.recordings = Recordings(self.database)
        self.storage = ObstoreStorage.local(self.objects, UrlSigner(b"0123456789abcdef"))
        self.rooms = Rooms(self.journal, self._load_plan, Clock())
        finalizer = Finalizer(
            self.recorder.root, self.storage, self.recordings, self.journal.load, self._load_plan
        )
        jobs = Jobs(self.database)
        self.reactor = RecordingReactor(
            self.rooms,
            self.remote,
            lambda _: self.engine,
            RecordingRequests(self.database, jobs, uploads_segments=False),
            self.recordings,
            self.recorder.root,
        )
        self.rooms.add_listener(self.reactor.on_room_events)
        await self.rooms.resume_live([self.plan.lesson_id])
        runner = JobRunner(jobs, {JobKind.FINALIZE: finalizer.run_job}, "wrk_1")
        self._tasks = [asyncio.create_task(t) for t in (self.remote.run(), runner.run())]
        await self.reactor.start()

    async def stop(self) -> None:
        await self.reactor.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.rooms.close()
        await self.journal.close()

    async def _load_plan(self, _: LessonId) -> LessonPlan:
        return self.plan

    async def room(self) -> RoomRuntime:
        return await self.rooms.get(self.plan.lesson_id)

    async def publish(self, participant: ParticipantId) -> None:
        for source, codec in ((Source.CAMERA, "vp8"), (Source.MICROPHONE, "opus")):
            await (await self.room()).execute(ReportPublication(participant, source, codec))

    async def open_lesson(self) -> None:
        """Lead and both classrooms are there and publish; the lesson is live."""
        room = await self.room()
        lead = self.plan.lead_user_id
        await room.execute(Join(LEAD, Role.LEAD, DeviceId("dev_lead"), lead))
        for seat in self.plan.seats:
            await room.execute(
                Join(
                    ParticipantId(seat.seat_id),
                    Role.CLASSROOM,
                    DeviceId(f"dev_{seat.seat_id}"),
                    classroom_id=seat.classroom_id,
                )
            )
        await room.execute(StartLesson(LEAD))
        for participant in (LEAD, ParticipantId(RECORDED_SEAT), ParticipantId(SILENT_SEAT)):
            await self.publish(participant)

    async def end_lesson(self) -> None:
        await (await self.room()).execute(EndLesson(LEAD))

    async def summary(self) -> RecordingSummary | None:
        viewer = Viewer(self.plan.lead_user_id, "cou_1", None, None)
        return await recording_of(self.recordings, viewer, self.plan.lesson_id)

    async def available(self) -> RecordingId:
        """Wait for the replay; three times the ten seconds that are promised."""

        async def is_available() -> bool:
            summary = await self.summary()
            return summary is not None and summary.state is RecordingState.AVAILABLE

        took_s = await until(is_available, 30.0, "the recording is available")
        print(f"available {took_s:.1f} s after the end of the lesson")
        summary = await self.summary()
        assert summary is not None
        return summary.recording_id

    async def events(self, *types: type) -> list[Recorded]:
        rows = await self.journal.load(self.plan.lesson_id)
        return [row for row in rows if isinstance(row.event, types)]

    async def frames_written(self, at_least: int) -> None:
        async def is_written() -> bool:
            if not self.remote.is_available:
                return False
            tracks = (await self.remote.snapshot()).tracks
            return len(tracks) == 4 and all(t.frames >= at_least for t in tracks)

        await until(is_written, 20.0, f"{at_least} frames of each of four tracks")


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


def make_app(
    database: Database,
    recorder: RecorderProcess,
    county: SmallCounty,
    tmp_path: Path,
    *,
    is_recorded: bool = True,
) -> App:
    tracks = [
        SyntheticTrack(county.lesson, f"{who}/{source}", codec, frames, seed=n)
        for n, who in enumerate((LEAD, RECORDED_SEAT, SILENT_SEAT))
        for source, codec, frames in (
            ("camera", "vp8", looped(film_video("vp8", 2.0, (1.0,)), 2.0, 60)),
            ("microphone", "opus", looped(film_audio(2.0, (1.0,)), 2.0, 60)),
        )
    ]
    plan = LessonPlan(
        lesson_id=county.lesson,
        lead_user_id=county.teacher,
        starts_at_ms=time.time_ns() // 1_000_000,
        ends_at_ms=time.time_ns() // 1_000_000 + 2_700_000,
        is_recorded=is_recorded,
        seats=(
            Seat(RECORDED_SEAT, county.classrooms[0], True),
            Seat(SILENT_SEAT, county.classrooms[2], False),
        ),
    )

    engine = SyntheticEngine(tracks, time.monotonic_ns(), time.time())
    return App(database, recorder, engine, plan, tmp_path / "objects")


@pytest.fixture
async def app(
    database: Database, recorder: RecorderProcess, county: SmallCounty, tmp_path: Path
) -> AsyncIterator[App]:
    # The recorder serves one app: the fixture's own link must not take its place.
    await recorder.unlink()
    app = make_app(database, recorder, county, tmp_path)
    await app.start()
    yield app
    await app.stop()
    await app.engine.restart()


async def test_lead_and_consenting_classroom_are_recorded_and_nobody_else(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(20)
    assert app.engine.sinks == {
        f"{who}/{source}" for who in (LEAD, RECORDED_SEAT) for source in ("camera", "microphone")
    }
    await app.end_lesson()
    recording_id = await app.available()
    _, tracks = await app.recordings.details(recording_id)
    assert {t.participant_id for t in tracks} == {LEAD, RECORDED_SEAT}
    assert len(tracks) == 4
    for track in tracks:
        size = await app.storage.size(track.object_key)
        content = b"".join([c async for c in app.storage.read(track.object_key, 0, size)])
        assert decodable_frames(content) >= 20
    opened = await app.events(EpochOpened)
    assert len(opened) == len(await app.events(EpochClosed)) == 4
    assert len(await app.events(SegmentClosed)) == 4
    assert not app.engine.sinks
    segments = app.recorder.root / app.plan.lesson_id
    await until(lambda: not segments.exists(), what="the segments go once the replay is kept")


async def test_a_lesson_that_is_not_recorded_leaves_nothing_behind(
    database: Database, recorder: RecorderProcess, county: SmallCounty, tmp_path: Path
) -> None:
    await recorder.unlink()
    app = make_app(database, recorder, county, tmp_path, is_recorded=False)
    await app.start()
    try:
        await until(lambda: app.remote.is_available)
        await app.open_lesson()
        await app.end_lesson()
        # One round through everything that could act on it.
        assert (await app.remote.snapshot()).tracks == ()
        assert not app.engine.attachments
        assert await app.summary() is None
        assert not app.recorder.root.exists()
    finally:
        await app.stop()


async def test_a_killed_recorder_leaves_a_gap_and_nothing_is_told_twice(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(45)
    await app.recorder.kill()
    await app.recorder.start()
    await app.frames_written(15)
    await app.end_lesson()
    recording_id = await app.available()
    manifest, tracks = await app.recordings.details(recording_id)
    assert len(tracks) == 8
    for row_type in (EpochOpened, EpochClosed, SegmentClosed):
        assert len(await app.events(row_type)) == 8
    (gap,) = manifest["gaps"]  # type: ignore[misc]
    before = max(t.starts_ms + t.duration_ms for t in tracks if t.is_recovered)
    after = min(t.starts_ms for t in tracks if not t.is_recovered)
    assert (gap["from_ms"], gap["to_ms"]) == (before, after)
    assert gap["reason"] == "recorder_lost"
    print(f"gap of {after - before} ms")


async def test_the_app_restarts_and_the_recording_goes_on_in_the_same_files(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(20)
    await app.stop()
    await app.start()
    await app.frames_written(60)
    await app.end_lesson()
    recording_id = await app.available()
    _, tracks = await app.recordings.details(recording_id)
    assert len(tracks) == 4, "one epoch each: nobody interrupted it"


async def test_an_engine_that_restarts_gets_its_sinks_again(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(20)
    await app.engine.restart()
    app.reactor.on_engine_event(0, EngineConnected(2))
    await until(lambda: len(app.engine.sinks) == 4)
    await app.frames_written(15)
    await app.end_lesson()
    _, tracks = await app.recordings.details(await app.available())
    assert len(tracks) == 8


async def test_consent_that_is_withdrawn_ends_the_tracks_of_that_classroom_at_once(
    app: App, county: SmallCounty
) -> None:
    await app.open_lesson()
    await app.frames_written(20)
    async with app.database.transaction() as session:
        no = PupilAnswer(pupil_of(county.classrooms[0]), RECORDED, is_granted=False)
        await enter_pupil_answers(session, [no], county.admin, time.time_ns() // 1_000_000)
    await RecordingWithdrawal(app.database, app.rooms).end([county.classrooms[0]])

    async def is_ended() -> bool:
        tracks = (await app.remote.snapshot()).tracks
        return {t.request.publication_id.split("/")[0] for t in tracks} == {LEAD}

    await until(is_ended, 6.0, "only the lead is written")
    assert app.engine.sinks == {f"{LEAD}/camera", f"{LEAD}/microphone"}
    stopped = await app.events(RecordingStopped)
    assert {one.event for one in stopped} == {
        RecordingStopped(ParticipantId(RECORDED_SEAT), source, CONSENT_WITHDRAWN)
        for source in Source
    }
    await app.end_lesson()
    recording_id = await app.available()
    manifest, tracks = await app.recordings.details(recording_id)
    assert len(tracks) == 4, "what was written before is kept, and shown to nobody"
    assert not manifest["losses"], "a withdrawal is no loss"


async def test_a_lesson_that_ended_while_the_app_was_down_is_finalised_at_start(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(20)
    await app.reactor.close()
    await app.end_lesson()
    await app.stop()
    await app.start()
    assert len((await app.recordings.details(await app.available()))[1]) == 4


async def test_a_disk_that_fills_up_costs_the_least_important_track_and_the_lesson_goes_on(
    database: Database, county: SmallCounty, tmp_path: Path, run_dir: Path
) -> None:
    """A real file system, filled by somebody else; what was written is finished on it."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        recorder = RecorderProcess(disk, run_dir, min_free_bytes=MIN_FREE_BYTES)
        await recorder.unlink()
        await recorder.start()
        app = make_app(database, recorder, county, disk)
        await app.start()
        try:
            await app.open_lesson()
            await app.frames_written(20)
            used = DISK_BYTES - shutil.disk_usage(disk).free
            (disk / "filler").write_bytes(bytes(DISK_BYTES - used - MIN_FREE_BYTES * 9 // 10))

            async def has_stopped() -> bool:
                return bool(await app.events(RecordingStopped))

            await until(has_stopped, 20.0, "an event says so")
            (stopped,) = await app.events(RecordingStopped)
            assert stopped.event == RecordingStopped(
                ParticipantId(RECORDED_SEAT), "camera", "disk_full"
            )
            room = (await app.room()).room
            assert room.recording_stops == {f"{RECORDED_SEAT}/camera": "disk_full"}
            assert room.phase is Phase.LIVE
            written = {t.request.publication_id for t in (await app.remote.snapshot()).tracks}
            assert len(written) == 3 and f"{RECORDED_SEAT}/camera" not in written
            before = sum(t.frames for t in (await app.remote.snapshot()).tracks)

            async def goes_on() -> bool:
                tracks = (await app.remote.snapshot()).tracks
                return sum(t.frames for t in tracks) >= before + 60

            await until(goes_on, 20.0, "the other tracks go on")
            await app.end_lesson()
            manifest, tracks = await app.recordings.details(await app.available())
            assert len(tracks) == 4
            for track in tracks:
                content = b"".join(
                    [c async for c in app.storage.read(track.object_key, 0, track.size_bytes)]
                )
                assert decodable_frames(content) >= 20
            (loss,) = manifest["losses"]  # type: ignore[misc]
            assert (loss["participant_id"], loss["source"]) == (RECORDED_SEAT, "camera")
            assert loss["reason"] == "disk_full"
        finally:
            await app.stop()
            await app.engine.restart()
            await recorder.close()


async def test_a_microphone_closed_by_staff_is_not_written(app: App) -> None:
    await app.open_lesson()
    await app.frames_written(10)
    await (await app.room()).execute(Mute(LEAD, ParticipantId(RECORDED_SEAT)))
    await until(lambda: f"{RECORDED_SEAT}/microphone" not in app.engine.sinks)
    await until(lambda: f"{RECORDED_SEAT}/camera" in app.engine.sinks)
