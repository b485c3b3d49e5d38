"""From segments to a replay: seekable files on one time line."""

import asyncio
import io
import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import Lesson
from app.ids import LessonId, ParticipantId, PublicationId, RecordingId, UserId
from app.recording.finalize import Finalizer
from app.recording.lifecycle import RecordingState, Step
from app.recording.port import TrackRequest
from app.recording.repository import Recordings
from app.recording.viewer import Viewer
from app.rooms.events import Event, LessonEnded, LessonStarted, ParticipantJoined
from app.rooms.recorded import Recorded
from app.rooms.state import Role
from app.scope import Scope
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.county import SmallCounty, make_county
from tests.support.recorder_process import RecorderProcess
from tests.support.recordings import recording_of
from tests.support.rtp_publisher import SyntheticTrack, film_audio, film_video, send_all
from tests.support.scene import beeps_s, decodable_frames, flashes_s

pytestmark = pytest.mark.recording
FLASHES = (3.0, 6.0, 9.0)
LEAD = "lead_usr_teacher1"
HOUR_S = 3_600.0


@dataclass
class Studio:
    """A recorder, a store and a lesson whose journal says it began when the scene did."""

    county: SmallCounty
    recorder: RecorderProcess
    recordings: Recordings
    storage: ObstoreStorage
    finalizer: Finalizer
    scene_ns: int
    scene_utc_s: float

    @property
    def lesson(self) -> LessonId:
        return self.county.lesson

    async def record(self, tracks: list[SyntheticTrack]) -> None:
        for track in tracks:
            request = TrackRequest(self.lesson, PublicationId(track.publication_id))
            await self.recorder.remote.start(request)
        async with asyncio.TaskGroup() as group:
            for track in tracks:
                frames = [d for _, d in track.sink_frames(self.scene_ns, self.scene_utc_s)]
                group.create_task(send_all(self.recorder.sink_socket, track, frames))
        await self.recorder.remote.stop_lesson(self.lesson)

    async def recording_id(self) -> RecordingId:
        return (await self.recordings.recording_ids([self.lesson]))[self.lesson]

    async def content(self, key: str) -> bytes:
        size = await self.storage.size(key)
        return b"".join([chunk async for chunk in self.storage.read(key, 0, size)])


@pytest.fixture
async def studio(database: Database, recorder: RecorderProcess, tmp_path: Path) -> Studio:
    county = await make_county(database)
    journal = Journal(database)
    scene_ns, scene_utc_s = time.monotonic_ns(), time.time()
    events: list[tuple[float, Event]] = [
        (-5.0, ParticipantJoined(ParticipantId(LEAD), Role.LEAD, "dev_1", UserId("usr_teacher1"))),
        (0.0, LessonStarted(ParticipantId(LEAD))),
        (12.0, LessonEnded("ended_by_lead", ParticipantId(LEAD))),
    ]
    lease = await journal.claim(county.lesson)
    rows = [
        Recorded(seq, int((scene_utc_s + at) * 1000), scene_ns + int(at * 1e9), event)
        for seq, (at, event) in enumerate(events, 1)
    ]
    await journal.append(county.lesson, lease, rows)
    async with database.transaction() as session:
        (await session.get_one(Lesson, county.lesson)).state = "ended"
    recordings = Recordings(database)
    storage = ObstoreStorage.local(tmp_path / "objects", UrlSigner(b"0123456789abcdef"))

    async def load_plan(_: LessonId):  # type: ignore[no-untyped-def]
        return county.plan

    finalizer = Finalizer(recorder.root, storage, recordings, journal.load, load_plan)
    return Studio(county, recorder, recordings, storage, finalizer, scene_ns, scene_utc_s)


def publisher(
    studio: Studio, participant: str, codec: str, seed: int, **options: float
) -> list[SyntheticTrack]:
    return [
        SyntheticTrack(
            studio.lesson,
            f"{participant}/camera",
            codec,
            film_video(codec, 12.0, FLASHES),
            seed=seed,
            jitter_s=0.08,
            # Pictures are encoded longer than sound: only the reports know that.
            encoding_s=0.0 if options.get("sends_reports") is False else 0.25,
            **options,
        ),
        SyntheticTrack(
            studio.lesson,
            f"{participant}/microphone",
            "opus",
            film_audio(12.0, FLASHES, ((4.0, 5.0), (7.0, 8.5))),
            seed=seed,
            jitter_s=0.08,
            **options,
        ),
    ]


@pytest.mark.parametrize("seed", [1, 2])
async def test_tracks_lie_within_100_ms_of_each_other_whatever_the_senders_clocks_say(
    studio: Studio, seed: int
) -> None:
    seat = studio.county.seats[0]
    other = studio.county.seats[1]
    await studio.record(
        [
            *publisher(studio, LEAD, "vp8", seed, ntp_offset_s=1.5),
            *publisher(studio, seat, "h264", seed, ntp_offset_s=-HOUR_S),
            *publisher(studio, other, "vp8", seed, sends_reports=False),
        ]
    )
    await studio.finalizer.finalize(studio.lesson)

    _, tracks = await studio.recordings.details(await studio.recording_id())
    assert len(tracks) == 6
    moments: list[float] = []
    for track in tracks:
        content = await studio.content(track.object_key)
        find = beeps_s if track.codec == "opus" else flashes_s
        found = [track.starts_ms / 1000 + at for at in find(content)]
        print(track.participant_id, track.codec, track.aligned_by, [f"{at:.3f}" for at in found])
        assert len(found) == len(FLASHES)
        assert track.aligned_by == ("arrival" if track.participant_id == other else "reports")
        moments += [at - true for at, true in zip(found, FLASHES, strict=True)]
    assert max(moments) - min(moments) <= 0.1
    assert max(abs(m) for m in moments) <= 0.15


async def test_files_are_seekable_and_silence_stays_where_it_was(studio: Studio) -> None:
    await studio.record(publisher(studio, LEAD, "vp8", 3))
    await studio.finalizer.finalize(studio.lesson)
    _, tracks = await studio.recordings.details(await studio.recording_id())
    video = next(t for t in tracks if t.codec == "vp8")
    audio = next(t for t in tracks if t.codec == "opus")
    assert (video.width, video.height) == (160, 120)
    for track in tracks:
        content = await studio.content(track.object_key)
        with av.open(io.BytesIO(content)) as container:
            assert container.duration is not None
            assert container.duration / 1000 == pytest.approx(track.duration_ms, abs=100)
            container.seek(8_000_000)
            packet = next(p for p in container.demux() if p.size)
            # Sound is indexed per cluster of 5 s, pictures per keyframe.
            earliest = 7.0 if track is video else 3.0
            assert packet.is_keyframe
            assert earliest <= float(packet.pts * packet.time_base) <= 8.51
    content = await studio.content(audio.object_key)
    with av.open(io.BytesIO(content)) as container:
        times = [float(p.pts * p.time_base) for p in container.demux() if p.size]
    assert not any(4.05 < at < 4.95 or 7.05 < at < 8.45 for at in times)


async def test_a_picture_that_changes_its_size_on_the_way_is_one_seekable_file(
    studio: Studio,
) -> None:
    """As a camera is recorded whose top layer came late and went early."""
    small, large = film_video("vp8", 12.0, FLASHES), film_video("vp8", 12.0, FLASHES, (320, 240))
    frames = tuple(
        large_one if 4 <= one.captured_s < 8 else one
        for one, large_one in zip(small, large, strict=True)
    )
    await studio.record(
        [SyntheticTrack(studio.lesson, f"{LEAD}/camera", "vp8", frames, seed=5, jitter_s=0.05)]
    )
    await studio.finalizer.finalize(studio.lesson)
    _, (track,) = await studio.recordings.details(await studio.recording_id())
    content = await studio.content(track.object_key)
    with av.open(io.BytesIO(content)) as container:
        begins_s = track.starts_ms / 1000
        pictures = [(begins_s + frame.time, frame.width) for frame in container.decode(video=0)]
    times = [at for at, _ in pictures]
    assert times[0] < 1.5 and times[-1] > 11.5
    assert max(after - before for before, after in itertools.pairwise(times)) < 0.1
    assert {width for _, width in pictures} == {160, 320}
    assert {width for at, width in pictures if 4.5 < at < 7.5} == {320}
    assert len(flashes_s(content)) == len(FLASHES)
    with av.open(io.BytesIO(content)) as container:
        container.seek(6_000_000)
        frame = next(container.decode(video=0))
        assert frame.key_frame and frame.width == 320


async def test_finalising_twice_changes_nothing_and_the_segments_are_gone(studio: Studio) -> None:
    await studio.record(publisher(studio, LEAD, "vp8", 4))
    await studio.finalizer.finalize(studio.lesson)
    recording_id = await studio.recording_id()
    before = await studio.recordings.details(recording_id)
    assert not (studio.recorder.root / studio.lesson).exists()
    await studio.finalizer.finalize(studio.lesson)
    after = await studio.recordings.details(recording_id)
    assert [t.sha256 for t in before[1]] == [t.sha256 for t in after[1]]
    viewer = Viewer(UserId("usr_teacher1"), "cou_1", None, None)
    summary = await recording_of(studio.recordings, viewer, studio.lesson)
    assert summary is not None
    assert summary.state is RecordingState.AVAILABLE
    assert summary.duration_ms == pytest.approx(12_000, abs=200)


async def test_a_server_that_died_while_finalising_begins_again(studio: Studio) -> None:
    await studio.record(publisher(studio, LEAD, "vp8", 5))
    recording_id = await studio.recordings.begin(studio.lesson, int(studio.scene_utc_s * 1000))
    await studio.recordings.step(recording_id, Step.BEGIN_FINALIZING)
    assert await studio.recordings.unfinished() == [studio.lesson]
    await studio.finalizer.finalize(studio.lesson)
    assert await studio.recordings.unfinished() == []
    _, tracks = await studio.recordings.details(recording_id)
    for track in tracks:
        assert decodable_frames(await studio.content(track.object_key)) > 100


async def test_a_lesson_in_which_nobody_published_fails_with_a_reason(studio: Studio) -> None:
    await studio.finalizer.finalize(studio.lesson)
    viewer = Viewer(UserId("usr_admin"), "cou_1", Scope("cou_1"), None)
    summary = await recording_of(studio.recordings, viewer, studio.lesson)
    assert summary is not None
    assert (summary.state, summary.failure) == (RecordingState.FAILED, "nothing_recorded")


@pytest.mark.parametrize("zeros", [0, 3_000])
async def test_a_torn_tail_costs_the_last_packets_and_nothing_else(
    studio: Studio, zeros: int
) -> None:
    """A power cut: the file ends in the middle of a block, or in blocks that were never written."""
    await studio.record(publisher(studio, LEAD, "vp8", 6))
    paths = sorted((studio.recorder.root / studio.lesson).glob("*/*.mkv"))
    for path in paths:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 3 // 4 + 1] + bytes(zeros))
        sidecar = path.with_suffix(".jsonl")
        lines = sidecar.read_bytes().splitlines(keepends=True)
        sidecar.write_bytes(b"".join(lines[:-2]) + lines[-2][: len(lines[-2]) // 2] + bytes(zeros))
    await studio.finalizer.finalize(studio.lesson)
    _, tracks = await studio.recordings.details(await studio.recording_id())
    assert len(tracks) == 2
    for track in tracks:
        assert track.is_recovered
        assert 5_000 <= track.duration_ms <= 11_000
        assert decodable_frames(await studio.content(track.object_key)) > 100
