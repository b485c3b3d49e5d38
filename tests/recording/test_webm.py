"""Finishing moves clusters: what comes out plays, seeks and has every whole frame of what went in."""

import time
from pathlib import Path

import av
import numpy as np
import pytest

from app.recording.adopt import epoch_folders
from app.recording.alignment import Placement
from app.recording.clusters import read_blocks, read_clusters
from app.recording.ebml import UNKNOWN_SIZE, element, read_element, unsigned
from app.recording.finished import Written
from app.recording.segment_reader import SegmentReader
from app.recording.sidecar import ClosedRecord, dump_record
from app.recording.telemetry import EpochTelemetry, read_epoch
from app.recording.webm_epoch import write_webm_epoch
from tests.support.rtp_publisher import (
    SyntheticTrack,
    film_audio,
    film_stereo,
    film_video,
    looped,
)
from tests.support.synthetic_recording import write_recording

pytestmark = pytest.mark.recording
CAMERA, MICROPHONE = "lead_u1/camera", "lead_u1/microphone"
PLACED = Placement(0, 1.0, "arrival")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Epoch folders of 70 s of a camera and a microphone: two segments each."""
    root = tmp_path_factory.mktemp("recordings")
    scene = {
        CAMERA: ("vp8", looped(film_video("vp8", 2.0, (1.0,)), 2.0, 35)),
        MICROPHONE: ("opus", looped(film_audio(2.0, (1.0,)), 2.0, 35)),
    }
    tracks = [SyntheticTrack("les_1", who, codec, frames) for who, (codec, frames) in scene.items()]
    write_recording(root, tracks, time.monotonic_ns(), time.time())
    found = [(folder, read_epoch(folder)) for folder in epoch_folders(root)]
    return {epoch.header.publication_id: folder for folder, epoch in found if epoch is not None}


def copied(folder: Path, to: Path) -> Path:
    """The epoch in a folder of the test's own, to be torn."""
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def epoch_in(folder: Path) -> EpochTelemetry:
    epoch = read_epoch(folder)
    assert epoch is not None
    return epoch


def frames_of(epoch: EpochTelemetry) -> list[tuple[float, bytes]]:
    """(seconds, content) of every packet that the media library reads from the segments."""
    found = []
    for segment in epoch.segments:
        with SegmentReader(segment.path, is_torn=segment.is_torn) as reader:
            found += [(float(p.pts * p.time_base), bytes(p)) for p in reader.packets()]
    return found


def finished(epoch: EpochTelemetry, path: Path, placement: Placement = PLACED) -> Written:
    written = write_webm_epoch(epoch, placement, path)
    assert written is not None
    assert written.size_bytes == path.stat().st_size
    return written


def frames_in(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        return [
            (float(p.pts * p.time_base), bytes(p)) for p in container.demux() if p.pts is not None
        ]


def test_a_lead_who_sends_music_is_recorded_in_two_channels(tmp_path: Path) -> None:
    track = SyntheticTrack("les_1", MICROPHONE, "opus", film_stereo(2.0))
    write_recording(tmp_path, [track], time.monotonic_ns(), time.time())
    path = tmp_path / "music.webm"
    (folder,) = epoch_folders(tmp_path)
    finished(epoch_in(folder), path)
    with av.open(str(path)) as container:
        sound = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    left, right = np.sqrt((sound**2).mean(axis=1))
    assert left > 0.2
    assert right < left / 100


@pytest.mark.parametrize("source", [CAMERA, MICROPHONE])
def test_every_frame_is_there_at_its_time_over_all_segments(
    recorded: dict[str, Path], tmp_path: Path, source: str
) -> None:
    epoch = epoch_in(recorded[source])
    assert len(epoch.segments) == 2
    expected = frames_of(epoch)
    written = finished(epoch, tmp_path / "x.webm")
    found = frames_in(tmp_path / "x.webm")
    assert [data for _, data in found] == [data for _, data in expected]
    for (at, _), (true, _) in zip(found, expected, strict=True):
        assert at == pytest.approx(true - expected[0][0], abs=0.0015)
    assert written.duration_ms == pytest.approx(70_000, abs=100)


def test_drift_is_taken_out_by_stretching_the_time_line(
    recorded: dict[str, Path], tmp_path: Path
) -> None:
    written = finished(
        epoch_in(recorded[CAMERA]), tmp_path / "x.webm", Placement(0, 1.001, "reports")
    )
    assert written.duration_ms == pytest.approx(70_070, abs=100)


def test_a_player_finds_a_keyframe_near_every_second(
    recorded: dict[str, Path], tmp_path: Path
) -> None:
    finished(epoch_in(recorded[CAMERA]), tmp_path / "x.webm")
    with av.open(str(tmp_path / "x.webm")) as container:
        for wanted_s in (0.5, 13.2, 61.9, 69.5):
            container.seek(int(wanted_s * 1e6))
            frame = next(container.decode(video=0))
            assert frame.key_frame and wanted_s - 1.1 <= frame.time <= wanted_s


@pytest.mark.parametrize("zeros", [0, 5_000])
def test_a_torn_tail_costs_the_block_it_tore_and_nothing_before(
    recorded: dict[str, Path], tmp_path: Path, zeros: int
) -> None:
    folder = copied(recorded[CAMERA], tmp_path / "epoch")
    last = sorted(folder.glob("*.mkv"))[-1]
    whole = last.read_bytes()
    last.write_bytes(whole[: len(whole) * 2 // 3] + bytes(zeros))
    sidecar = last.with_suffix(".jsonl")
    lines = [line for line in sidecar.read_bytes().splitlines(True) if b'"closed"' not in line]
    closed = ClosedRecord(last.stat().st_size, "", True, "recorder_lost", recovered=True)
    sidecar.write_bytes(b"".join(lines) + dump_record(closed))
    epoch = epoch_in(folder)
    finished(epoch, tmp_path / "x.webm")
    found, expected = frames_in(tmp_path / "x.webm"), frames_of(epoch)
    assert [data for _, data in found] == [data for _, data in expected][: len(found)]
    assert len(expected) - len(found) <= 1
    with av.open(str(tmp_path / "x.webm")) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(found)


def test_what_a_disk_kept_wrongly_is_left_out(recorded: dict[str, Path], tmp_path: Path) -> None:
    """A power cut may leave blocks of another file in the middle: a cluster knows its checksum."""
    path = sorted(recorded[CAMERA].glob("*.mkv"))[0]
    content = bytearray(path.read_bytes())
    clusters = list(read_clusters(memoryview(bytes(content)), is_torn=True))
    third = clusters[2]
    content[third.start + 40 : third.start + 60] = bytes(20)
    assert list(read_clusters(memoryview(bytes(content)), is_torn=True)) == clusters[:2]


def test_a_segment_without_its_keyframe_begins_at_the_next_one(
    recorded: dict[str, Path], tmp_path: Path
) -> None:
    folder = copied(recorded[CAMERA], tmp_path / "epoch")
    first = sorted(folder.glob("*.mkv"))[0]
    # The media of the first segment is nowhere, and the second one is entered in the middle.
    first.unlink()
    second = sorted(folder.glob("*.mkv"))[0]
    content = second.read_bytes()
    view = memoryview(content)
    clusters = list(read_clusters(view, is_torn=False))
    cut = clusters[0]
    keyframe = next(read_blocks(view, cut))
    assert keyframe.is_keyframe
    flags_at = keyframe.time_at + 2
    second.write_bytes(content[:flags_at] + b"\x00" + content[flags_at + 1 :])
    finished(epoch_in(folder), tmp_path / "x.webm")
    with av.open(str(tmp_path / "x.webm")) as container:
        assert next(container.decode(video=0)).key_frame


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, b"\x1a\x45\xdf\xa3\x80", bytes(range(256))])
def test_what_is_no_segment_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        list(read_clusters(memoryview(content), is_torn=True))


def test_elements_are_read_back_as_they_were_written() -> None:
    for size in (0, 1, 126, 127, 128, 16_382, 16_383, 70_000):
        data = element(0x1F43B675, bytes(size))
        found = read_element(data, 0)
        assert (found.element_id, found.end - found.body, found.end) == (
            0x1F43B675,
            size,
            len(data),
        )
    assert read_element(unsigned(0xE7, 300), 0).body == 2
    assert read_element(b"\x18\x53\x80\x67\x01" + b"\xff" * 7, 0).end == UNKNOWN_SIZE
    for torn in (b"\x1f\x43", b"\xa3", b"\xa3\x40"):
        with pytest.raises(ValueError):
            read_element(torn, 0)
