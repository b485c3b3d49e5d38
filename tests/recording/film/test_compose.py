"""What is seen and heard in a film, and whether others can read it."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from app.recording.cast import EVERYBODY, Cast
from app.recording.film import packaging, pictures
from app.recording.film.compose import compose
from tests.support.film_media import RATE_HZ, loudness_of, share_of
from tests.support.film_scenes import (
    BLUE,
    GREEN,
    LEAD,
    LEAD_HZ,
    MAGENTA,
    REFUSED,
    REFUSED_HZ,
    SEAT,
    SEAT_HZ,
    Filmed,
    drifting_lesson,
    film_of,
    footage_of,
    plain_tracks,
)
from tests.support.rtp_publisher import BEEP_HZ
from tests.support.synthetic_recording import flashes_until

pytestmark = pytest.mark.recording

IN_SYNC_S = 0.08
DURATION_S, ON_STAGE_S = 12.0, (3.0, 11.0)
HOLE_S = (5.0, 9.0)
"""Nothing of the classroom arrived."""
LEFT, RIGHT = slice(0, 80), slice(80, 160)
CARD = (35, 39, 47)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    folder = tmp_path_factory.mktemp("film")
    tracks = [
        *plain_tracks(folder, LEAD, DURATION_S, BLUE, LEAD_HZ),
        *plain_tracks(folder, SEAT, DURATION_S, GREEN, SEAT_HZ, HOLE_S),
        *plain_tracks(folder, REFUSED, DURATION_S, MAGENTA, REFUSED_HZ),
    ]
    footage = footage_of(tracks, DURATION_S, ON_STAGE_S)
    return film_of(folder, footage, Cast({SEAT}))


# --- time ----------------------------------------------------------------------------------------


def onsets(times_s: list[float], is_on: list[bool]) -> list[float]:
    """When something begins."""
    before = [False, *is_on]
    return [at for at, now, was in zip(times_s, is_on, before, strict=False) if now and not was]


def flashes(film: Filmed, half: slice) -> list[float]:
    """When a half of the picture turns bright."""
    times = [at for at, _ in film.pictures]
    return onsets(times, [float((p[:, half] > 180).mean()) > 0.15 for _, p in film.pictures])


def beeps(sound: NDArray[np.float64]) -> list[float]:
    """When the tone begins, to 5 ms."""
    times = [n / 200 for n in range(len(sound) * 200 // RATE_HZ - 4)]
    return onsets(times, [loudness_of(sound, BEEP_HZ, at, at + 0.02) > 0.05 for at in times])


def apart_s(folder: Path, duration_s: float) -> float:
    """The most that what happened at once is apart in the film: lead and classroom, picture and sound."""
    half_ms = round(500 * duration_s)
    tracks = drifting_lesson(folder, duration_s)
    for track in tracks:
        # All sound alike: so the classroom is heard in the second half, the lead before that.
        if track.participant_id == LEAD and track.source == "microphone":
            track.duration_ms = half_ms - track.starts_ms
    footage = footage_of(tracks, duration_s, (duration_s / 2, duration_s))
    film = film_of(folder, footage, EVERYBODY)
    true = flashes_until(duration_s)
    found = {
        "picture of the lead": flashes(film, LEFT),
        "picture of the classroom": flashes(film, RIGHT),
        "sound": beeps(film.sound),
    }
    for what, measured in found.items():
        expected = true[-len(measured) :] if "classroom" in what else true
        assert len(measured) >= len(true) // 2 and len(measured) == len(expected), what
        off_ms = [1000 * (at - when) for at, when in zip(measured, expected, strict=True)]
        print(
            f"measured: {what}: {min(off_ms):+.0f} to {max(off_ms):+.0f} ms, {off_ms[-1]:+.0f} at the end"
        )
    off = [at - when for m in found.values() for at, when in zip(m[::-1], true[::-1], strict=False)]
    return max(off) - min(off)


def test_lead_and_classroom_are_together_through_a_minute_of_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # When, not how well: the quickest encoder will do.
    monkeypatch.setitem(pictures._X264, "preset", "ultrafast")
    assert apart_s(tmp_path, 60.0) <= IN_SYNC_S


@pytest.mark.soak
def test_lead_and_classroom_are_together_through_half_an_hour_of_drift(tmp_path: Path) -> None:
    assert apart_s(tmp_path, 1_800.0) <= IN_SYNC_S


# --- who is in it --------------------------------------------------------------------------------


def test_nothing_is_seen_or_heard_of_a_classroom_that_does_not_agree(film: Filmed) -> None:
    assert max(share_of(picture, MAGENTA, 60) for _, picture in film.pictures) < 0.001
    heard = [loudness_of(film.sound, REFUSED_HZ, at, at + 1) for at in range(int(DURATION_S))]
    assert max(heard) < 0.002
    assert "Refused" not in str(film.job) and REFUSED not in str(film.job)


def test_a_classroom_is_heard_on_stage_only(film: Filmed) -> None:
    on, off = ON_STAGE_S
    for begin, end in ((0.0, on), (off, DURATION_S)):
        assert loudness_of(film.sound, SEAT_HZ, begin + 0.05, end - 0.05) < 0.002
    assert loudness_of(film.sound, SEAT_HZ, on + 0.05, HOLE_S[0] - 0.05) > 0.1
    assert loudness_of(film.sound, LEAD_HZ, 0.1, DURATION_S - 0.1) > 0.1


def test_a_gap_is_a_card_and_silence_and_never_a_frozen_face(film: Filmed) -> None:
    stale_s = 2.1
    during = [p for at, p in film.pictures if HOLE_S[0] + stale_s < at < HOLE_S[1] - 0.1]
    after = [p for at, p in film.pictures if HOLE_S[1] + 1.1 < at < ON_STAGE_S[1]]
    assert during and after
    for picture in during:
        assert share_of(picture[:, RIGHT], GREEN, 40) < 0.01
        assert share_of(picture[:, RIGHT], CARD) > 0.4
        assert share_of(picture[:, LEFT], BLUE) > 0.4
    for picture in after:
        assert share_of(picture[:, RIGHT], GREEN) > 0.4
    assert loudness_of(film.sound, SEAT_HZ, HOLE_S[0] + 0.1, HOLE_S[1] - 0.1) < 0.002
    # What was said after the gap is not heard early.
    assert loudness_of(film.sound, SEAT_HZ, HOLE_S[1] + 0.1, ON_STAGE_S[1] - 0.1) > 0.1


# --- what others make of it ----------------------------------------------------------------------


def test_the_mp4_is_what_players_everywhere_take(film: Filmed) -> None:
    content = film.mp4.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(film.mp4)) as opened:
        video, audio = opened.streams.video[0], opened.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 1280, 720)
        assert (audio.codec_context.name, audio.rate) == ("aac", 48_000)
        assert opened.duration == pytest.approx(DURATION_S * 1e6, abs=1e5)
        assert opened.metadata["title"] == "Jasmine Flower"
        chapters = [
            (c["start"] * c["time_base"], c["metadata"]["title"]) for c in opened.chapters()
        ]
        packets = [p for p in opened.demux(video) if p.size]
    assert chapters == [(0, "开始上课"), (3, "Class 1 上讲台"), (11, "Class 1 回座")]
    assert [p.pts * p.time_base for p in packets if p.is_keyframe] == list(range(0, 12, 2))
    # A picture that stands still costs no frame: the lead sends 15 a second.
    assert len(packets) < 25 * DURATION_S
    assert (film.folder / "poster.jpg").read_bytes().startswith(b"\xff\xd8")


def test_ffprobe_accepts_the_mp4_and_the_hls(film: Filmed) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("no ffprobe")
    for path in (film.mp4, film.folder / "hls" / "film.m3u8"):
        shown = subprocess.run(
            [ffprobe, "-v", "error", "-count_packets", "-of", "json", "-show_streams", path],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stderr == ""
        kinds = [stream["codec_type"] for stream in json.loads(shown.stdout)["streams"]]
        assert kinds[:2] == ["video", "audio"]


def test_the_hls_is_the_same_encode_in_segments_of_six_seconds(film: Filmed) -> None:
    playlist = (film.folder / "hls" / "film.m3u8").read_text()
    lengths = [float(line[8:-1]) for line in playlist.splitlines() if line.startswith("#EXTINF:")]
    assert lengths == pytest.approx([6.0, 6.0], abs=0.1)
    assert playlist.endswith("#EXT-X-ENDLIST\n") and "#EXT-X-PLAYLIST-TYPE:VOD" in playlist
    sizes = []
    for path in (film.mp4, film.folder / "hls" / "film.m3u8"):
        with av.open(str(path)) as opened:
            sizes.append([p.size for p in opened.demux(opened.streams.video[0]) if p.size])
    assert sizes[0] == sizes[1]


def test_a_killed_process_goes_on_where_a_piece_was_finished(
    film: Filmed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pictures, packaging):
        monkeypatch.setattr(module, "PIECE_TICKS", 50)
    scenes = tuple(scene for scene in film.job.scenes if scene.from_ms < 6_000)
    job = replace(film.job, folder=str(tmp_path), duration_ms=6_000, scenes=scenes, poster_ms=1_000)

    class Killed(Exception):
        pass

    def kill_in_the_second_piece(done: float) -> None:
        if done > 0.45:
            raise Killed

    with pytest.raises(Killed):
        compose(job, kill_in_the_second_piece)
    (finished,) = tmp_path.glob("picture-*.mp4")
    before = finished.stat().st_mtime_ns
    said: list[float] = []
    compose(job, said.append)
    assert finished.stat().st_mtime_ns == before
    assert said == sorted(said) and said[0] >= 0.3
    again = Filmed(tmp_path, job)
    for at, picture in again.pictures:
        assert (share_of(picture[:, RIGHT], GREEN) > 0.4) == (at >= ON_STAGE_S[0])
    assert again.pictures[-1][0] > 5.9
