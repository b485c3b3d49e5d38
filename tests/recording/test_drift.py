"""Clocks that drift apart for as long as a lesson lasts, and a picture that changes its size meanwhile."""

import time
from pathlib import Path

import pytest

from app.recording.remux import remux_lesson
from app.recording.remux_job import FinishedEpoch, RemuxJob
from tests.support.scene import beeps_s, flashes_s
from tests.support.synthetic_recording import drifting_tracks, flashes_until, write_recording

pytestmark = pytest.mark.recording
LESSON, LEAD, SEAT = "les_1", "lead_usr_teacher1", "sea_1"
APART_MS = 80.0


def moments_ms(epoch: FinishedEpoch, scene_ns: int) -> list[float]:
    """When each flash or beep of a finished file plays, on the scene's own clock."""
    find = beeps_s if epoch.codec == "opus" else flashes_s
    starts_ms = (epoch.start_mono_ns - scene_ns) / 1e6
    return [starts_ms + 1000 * at for at in find(Path(epoch.path).read_bytes())]


def spread_ms(folder: Path, duration_s: float) -> float:
    """The most that lead and classroom, picture and sound, are ever apart of what happened at once."""
    scene_ns = time.monotonic_ns()
    tracks = drifting_tracks(LESSON, LEAD, SEAT, duration_s)
    write_recording(folder / "recordings", tracks, scene_ns, time.time())
    lesson = folder / "recordings" / LESSON
    epoch_ids = [epoch.name for epoch in lesson.iterdir()]
    epochs = remux_lesson(RemuxJob(str(lesson), str(folder / "finished"), epoch_ids))
    assert {e.publication_id for e in epochs} == {t.publication_id for t in tracks}
    found = {e.publication_id: moments_ms(e, scene_ns) for e in epochs}
    flashes = flashes_until(duration_s)
    for moments in found.values():
        assert len(moments) == len(flashes)
    spreads = [max(at_once) - min(at_once) for at_once in zip(*found.values(), strict=True)]
    print(
        f"{duration_s:.0f} s with 100 ppm: at most {max(spreads):.0f} ms apart, at the end {spreads[-1]:.0f}"
    )
    return max(spreads)


def test_lead_and_classroom_stay_together_for_a_minute_of_drift(tmp_path: Path) -> None:
    assert spread_ms(tmp_path, 60.0) <= APART_MS


@pytest.mark.soak
def test_lead_and_classroom_stay_together_for_half_an_hour_of_drift(tmp_path: Path) -> None:
    assert spread_ms(tmp_path, 1_800.0) <= APART_MS
