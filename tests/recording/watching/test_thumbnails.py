"""Thumbnails out of real files: the right picture at the right place of the sheet, keyframes only."""

import io
import json
import subprocess
import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import delete

from app.db.models import RecordingTrack
from app.jobs.kinds import JobKind, Queue
from app.jobs.repository import Jobs
from app.recording.watching.thumbnail_job import (
    COLUMNS,
    MAX_COUNT,
    TILE_HEIGHT,
    TILE_WIDTH,
    PicturedTrack,
    ThumbnailJob,
    step_of,
    track_at,
)
from app.recording.watching.thumbnail_maker import ThumbnailMaker
from app.recording.watching.thumbnails import make_thumbnails
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.recordings import RecordingApi

KEYFRAME_EACH_S = 10
RED, GREEN, BLUE = (200, 40, 40), (40, 180, 60), (40, 60, 200)
DARK = (0, 0, 0)


def write_film(path: Path, colours: list[tuple[int, int, int]], size: tuple[int, int]) -> None:
    """A keyframe in each colour every 10 s, one frame a second."""
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=1)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"deadline": "realtime", "cpu-used": "8", "g": str(KEYFRAME_EACH_S)}
        for second in range(len(colours) * KEYFRAME_EACH_S):
            picture = np.full((size[1], size[0], 3), colours[second // KEYFRAME_EACH_S], np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = second, Fraction(1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture
def storage(tmp_path: Path) -> ObstoreStorage:
    write_film(tmp_path / "camera.webm", [RED, GREEN, BLUE], (320, 180))
    write_film(tmp_path / "screen.webm", [BLUE], (240, 180))
    return ObstoreStorage.local(tmp_path, UrlSigner(b"0123456789abcdef"))


def job(folder: Path) -> ThumbnailJob:
    """The camera from 5 s to 35 s, with a screen over it from 16 s to 26 s, of a lesson of 45 s."""
    return ThumbnailJob(
        (
            PicturedTrack("camera.webm", "camera", 5_000, 30_000),
            PicturedTrack("screen.webm", "screen", 16_000, 10_000),
        ),
        45_000,
        str(folder),
    )


def tiles(sheet: bytes, count: int) -> list[np.ndarray]:
    """The first tiles of a sheet as RGB."""
    with av.open(io.BytesIO(sheet)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape[1] == COLUMNS * TILE_WIDTH
    return [picture[:TILE_HEIGHT, n * TILE_WIDTH : (n + 1) * TILE_WIDTH] for n in range(count)]


def looks_like(tile: np.ndarray, colour: tuple[int, int, int]) -> bool:
    middle = tile[
        TILE_HEIGHT // 2 - 10 : TILE_HEIGHT // 2 + 10, TILE_WIDTH // 2 - 10 : TILE_WIDTH // 2 + 10
    ]
    return bool(np.abs(middle.mean(axis=(0, 1)) - colour).max() < 25)


def test_each_step_shows_what_the_lead_showed(storage: ObstoreStorage, tmp_path: Path) -> None:
    (path,) = make_thumbnails(job(tmp_path), storage)
    found = tiles(Path(path).read_bytes(), 5)
    # 0 s: no camera yet; 10 s: the camera's first keyframe; 20 s: the screen; 30 s: its third; 40 s: over.
    for tile, colour in zip(found, (DARK, RED, BLUE, BLUE, DARK), strict=True):
        assert looks_like(tile, colour), (colour, tile.mean(axis=(0, 1)))
    narrow = found[2]
    assert narrow[:, :15].mean() < 30 < narrow[:, 30].mean(), "a 4:3 picture keeps its shape"


def test_a_broken_file_leaves_its_places_dark(storage: ObstoreStorage, tmp_path: Path) -> None:
    whole = (tmp_path / "camera.webm").read_bytes()
    (tmp_path / "camera.webm").write_bytes(whole[: len(whole) // 3])
    (path,) = make_thumbnails(job(tmp_path), storage)
    assert looks_like(tiles(Path(path).read_bytes(), 5)[4], DARK)


def test_a_lead_without_a_picture_has_no_sheet(storage: ObstoreStorage, tmp_path: Path) -> None:
    assert make_thumbnails(ThumbnailJob((), 45_000, str(tmp_path)), storage) == []


def test_the_number_of_pictures_is_bounded() -> None:
    assert step_of(45 * 60_000) == 10_000
    for hours in (1, 3, 24):
        step_ms = step_of(hours * 3_600_000)
        assert -(-hours * 3_600_000 // step_ms) <= MAX_COUNT
        assert step_ms % 1000 == 0


def test_a_screen_comes_before_the_camera() -> None:
    tracks = job(Path()).tracks
    assert [
        t and t.source for t in (track_at(tracks, at) for at in (0, 15_999, 16_000, 26_000))
    ] == [
        None,
        "camera",
        "screen",
        "camera",
    ]


def test_the_process_reads_its_job_and_names_its_sheets(
    storage: ObstoreStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTANG_STORAGE_URL", f"file://{tmp_path}")
    asked = job(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "app.recording.watching.thumbnails"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(asdict(asked)).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.read()) == [str(tmp_path / "thumbnails-0.jpg")]


async def test_a_recording_gets_its_thumbnails_once_it_can_be_watched(
    api: RecordingApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTANG_STORAGE_URL", f"file://{tmp_path / 'objects'}")
    # The tracks that are there hold no media.
    async with api.database.transaction() as session:
        await session.execute(delete(RecordingTrack))
    key = f"recordings/{api.recording_id}/camera.webm"
    write_film(tmp_path / "camera.webm", [RED, GREEN], (320, 180))
    stored = await api.storage.put_file(key, tmp_path / "camera.webm")
    track = RecordingTrack(
        track_id="epo_1",
        recording_id=api.recording_id,
        participant_id=f"lead_{api.county.teacher}",
        source="camera",
        codec="vp8",
        mime="video/webm",
        starts_ms=0,
        duration_ms=20_000,
        width=320,
        height=180,
        object_key=key,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        aligned_by="reports",
        is_recovered=False,
    )
    async with api.database.transaction() as session:
        session.add(track)
    maker = ThumbnailMaker(api.database, api.storage)
    jobs = Jobs(api.database)
    await maker.request(api.county.lesson)
    claimed = await jobs.claim("wrk_1", Queue.FAST, [JobKind.THUMBNAILS], 2**50)
    assert claimed is not None and claimed.subject_id == api.recording_id

    async def progress(_share: float) -> None: ...

    await maker.run_job(claimed, progress)
    await jobs.finish("wrk_1", claimed, 2**50)
    thumbnails = await api.watching.thumbnails(api.recording_id)
    assert thumbnails is not None and (thumbnails.step_ms, thumbnails.count) == (10_000, 7)
    (sheet,) = thumbnails.sheets
    content = b"".join([part async for part in api.storage.read(sheet.key, 0, sheet.size_bytes)])
    found = tiles(content, 3)
    assert [looks_like(t, c) for t, c in zip(found, (RED, GREEN, DARK), strict=True)] == [True] * 3
    await maker.request(api.county.lesson)
    assert await jobs.claim("wrk_1", Queue.FAST, [JobKind.THUMBNAILS], 2**50) is None
