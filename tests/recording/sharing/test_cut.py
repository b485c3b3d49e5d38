"""Clips: nothing from outside of the part is in their files, and nothing of the part is missing."""

from pathlib import Path

import av
import pytest

from app.recording.sharing.cut import cut_clip
from app.recording.sharing.cut_job import CutJob, CutPiece, CutTrack
from app.storage.obstore_storage import ObstoreStorage
from tests.support.graded_film import FRAME_MS, TRACK_MS, Shown, film, shown, sound

TRACK_STARTS_MS = 500


async def cut(
    tmp_path: Path, codec: str, content: bytes, from_ms: int, to_ms: int
) -> list[CutPiece]:
    storage = ObstoreStorage.local(tmp_path / "objects")
    await storage.put_bytes("recordings/rec_1/epo_1.x", content)
    track = CutTrack("epo_1", codec, "recordings/rec_1/epo_1.x", TRACK_STARTS_MS, TRACK_MS)
    out = tmp_path / "out"
    out.mkdir()
    return cut_clip(CutJob((track,), from_ms, to_ms, str(out)), storage)


@pytest.mark.parametrize(
    ("codec", "from_ms", "to_ms", "files"),
    [
        ("vp8", 2_750, 8_000, 2),  # begins between two keyframes, goes on after the next
        ("h264", 2_750, 8_000, 2),
        ("vp8", 2_750, 3_500, 1),  # no keyframe in it at all
        ("vp8", 4_500, 6_000, 1),  # begins with a keyframe
        ("h264", 4_500, 6_000, 1),
        ("vp8", 0, 1_000, 1),  # begins before the track
        ("vp8", 11_000, 60_000, 1),  # ends after the track
    ],
)
async def test_a_picture_is_cut_exactly(
    tmp_path: Path, codec: str, from_ms: int, to_ms: int, files: int
) -> None:
    pieces = await cut(tmp_path, codec, film(tmp_path / "film", codec), from_ms, to_ms)
    assert len(pieces) == files
    pictures = [
        Shown(one.at_ms + piece.starts_ms, one.taken_ms + TRACK_STARTS_MS)
        for piece in pieces
        for one in shown(Path(piece.path))
    ]
    for one in pictures:
        # The first is what was on the screen when the clip begins.
        assert from_ms - FRAME_MS <= one.taken_ms < to_ms, one
        assert abs(one.at_ms - (one.taken_ms - from_ms)) <= FRAME_MS, one
    first_ms = max(from_ms, TRACK_STARTS_MS) - from_ms
    last_ms = min(to_ms, TRACK_STARTS_MS + TRACK_MS) - from_ms
    assert abs(pictures[0].at_ms - first_ms) <= 2
    assert len(pictures) >= (last_ms - first_ms) // FRAME_MS
    ends = [piece.starts_ms + piece.duration_ms for piece in pieces]
    assert abs(ends[-1] - last_ms) <= FRAME_MS + 2
    assert all(abs(end - rest.starts_ms) <= 2 for end, rest in zip(ends, pieces[1:], strict=False))


async def test_a_sound_is_cut_between_packets(tmp_path: Path) -> None:
    (piece,) = await cut(tmp_path, "opus", sound(tmp_path / "sound"), 2_755, 8_005)
    assert piece.mime == 'audio/webm; codecs="opus"'
    assert 0 <= piece.starts_ms < 20 and piece.starts_ms + piece.duration_ms <= 5_250
    assert piece.duration_ms > 5_200
    with av.open(piece.path) as container:
        packets = [one for one in container.demux() if one.pts is not None]
    assert abs(len(packets) - 5_250 / 20) <= 2


async def test_a_track_outside_of_the_clip_leaves_nothing(tmp_path: Path) -> None:
    assert await cut(tmp_path, "opus", sound(tmp_path / "sound"), 13_000, 14_000) == []
