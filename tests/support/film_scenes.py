"""Lessons to be filmed: their tracks as files, what was journalled, and the film of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.db.models import RecordingTrack
from app.ids import ParticipantId
from app.recording.cast import Cast
from app.recording.film.compose import compose
from app.recording.film.job import ComposeJob, FilmFile
from app.recording.film.plan import Footage, compose_job
from app.recording.manifest import Chapter, Manifest, StageChange
from app.recording.remux import remux_lesson
from app.recording.remux_job import RemuxJob
from app.recording.repository import ParticipantName
from tests.support.film_media import (
    NO_HOLE,
    Colour,
    Hole,
    pictures_of,
    sound_of,
    write_picture,
    write_sound,
)
from tests.support.synthetic_recording import drifting_tracks, write_recording

LEAD = ParticipantId("lead_usr_teacher1")
SEAT, REFUSED = ParticipantId("sea_1"), ParticipantId("sea_3")
BLUE, GREEN, MAGENTA = (60, 110, 190), (70, 160, 80), (190, 50, 180)
LEAD_HZ, SEAT_HZ, REFUSED_HZ = 440.0, 1_000.0, 1_700.0
NAMES = {
    LEAD: ParticipantName("Wang", ""),
    SEAT: ParticipantName("Class 1", "Qingshan"),
    REFUSED: ParticipantName("Class 2", "Refused"),
}


@dataclass
class Filmed:
    folder: Path
    job: ComposeJob
    files: tuple[FilmFile, ...] = ()

    @property
    def mp4(self) -> Path:
        return self.folder / "film.mp4"

    @cached_property
    def pictures(self) -> list[tuple[float, NDArray[np.uint8]]]:
        """160 x 90."""
        return pictures_of(self.mp4)

    @cached_property
    def sound(self) -> NDArray[np.float64]:
        return sound_of(self.mp4)


def track(
    path: Path, who: ParticipantId, source: str, starts_ms: int, duration_ms: int
) -> RecordingTrack:
    is_picture = source == "camera"
    return RecordingTrack(
        track_id=path.name,
        participant_id=who,
        source=source,
        codec="vp8" if is_picture else "opus",
        mime="video/webm" if is_picture else "audio/webm",
        starts_ms=starts_ms,
        duration_ms=duration_ms,
        width=160 if is_picture else 0,
        height=90 if is_picture else 0,
        size_bytes=path.stat().st_size,
        aligned_by="reports",
        is_recovered=False,
    )


def plain_tracks(
    folder: Path,
    who: ParticipantId,
    duration_s: float,
    colour: Colour,
    tone_hz: float,
    hole_s: Hole = NO_HOLE,
) -> list[RecordingTrack]:
    """One colour and one tone from the lesson's beginning on."""
    picture = write_picture(folder / f"{who}.camera", duration_s, colour, hole_s)
    sound = write_sound(folder / f"{who}.microphone", duration_s, tone_hz, hole_s)
    length_ms = round(1000 * duration_s)
    return [
        track(picture, who, "camera", 0, length_ms),
        track(sound, who, "microphone", 0, length_ms),
    ]


def drifting_lesson(folder: Path, duration_s: float) -> list[RecordingTrack]:
    """Lead and classroom flash and beep at once, by clocks that drift apart; recorded and finished as ever."""
    scene_ns = time.monotonic_ns()
    tracks = drifting_tracks("les_1", LEAD, SEAT, duration_s)
    write_recording(folder / "recordings", tracks, scene_ns, time.time())
    lesson = folder / "recordings" / "les_1"
    epochs = remux_lesson(
        RemuxJob(str(lesson), str(folder), [epoch.name for epoch in lesson.iterdir()])
    )
    return [
        track(Path(e.path), ParticipantId(who), source, starts_ms, e.duration_ms)
        for e in epochs
        for who, _, source in [e.publication_id.rpartition("/")]
        for starts_ms in [round((e.start_mono_ns - scene_ns) / 1e6)]
    ]


def manifest_of(duration_s: float, on_stage_s: tuple[float, float]) -> Manifest:
    """Both classrooms are on stage at the same time."""
    on_ms, off_ms = (round(1000 * at) for at in on_stage_s)
    return Manifest(
        duration_ms=round(1000 * duration_s),
        stage=(
            StageChange(0, (LEAD,)),
            StageChange(on_ms, (LEAD, SEAT, REFUSED)),
            StageChange(off_ms, (LEAD,)),
        ),
        chapters=(
            Chapter(0, "started"),
            Chapter(on_ms, "called_up", SEAT),
            Chapter(on_ms + 500, "called_up", REFUSED),
            Chapter(off_ms, "sent_down", SEAT),
        ),
        gaps=(),
    )


def footage_of(
    tracks: Sequence[RecordingTrack], duration_s: float, on_stage_s: tuple[float, float]
) -> Footage:
    manifest = manifest_of(duration_s, on_stage_s)
    return Footage("Jasmine Flower", manifest.to_json(), tracks, [REFUSED, SEAT], NAMES)


def film_of(folder: Path, footage: Footage, cast: Cast) -> Filmed:
    """Composed in this process, from the tracks that lie in `folder`."""
    paths = {one.track_id: str(folder / one.track_id) for one in footage.tracks_of(cast)}
    place = folder / "film"
    place.mkdir()
    job = replace(compose_job(footage, cast, paths), folder=str(place))
    return Filmed(place, job, compose(job, lambda _: None))
