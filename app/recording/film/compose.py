"""A film from its tracks, in a process of its own: `python -m app.recording.film.compose`.

Reads one `ComposeJob` as a line of JSON from stdin, writes `ComposeLine`s to stdout, the last one with the files. Ends
with its parent, and rests when that says so. Whatever lies finished in the job's folder is not made again.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from app.jobs.parent import Parent
from app.recording.adopt import file_sha256
from app.recording.film.job import (
    FRAGMENTS,
    JOB,
    LINE,
    MP4,
    PLAYLIST,
    POSTER,
    ComposeJob,
    ComposeLine,
    FilmFile,
)
from app.recording.film.packaging import package
from app.recording.film.pictures import FilmPictures
from app.recording.film.sound import write_sound

PICTURE_SHARE, SOUND_SHARE = 0.93, 0.05
"""Of the time that all takes; the rest is packaging."""
SAY_EVERY_S = 1.0
NICE = 19
_MIMES = {
    MP4: "video/mp4",
    POSTER: "image/jpeg",
    FRAGMENTS: "video/mp4",
    PLAYLIST: "application/vnd.apple.mpegurl",
}


class _Progress:
    """Says how far we are, at most once a second."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._due = 0.0

    def say(self, done: float) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + SAY_EVERY_S
            _print(ComposeLine(min(1.0, done)))
        self._parent.rest()


def compose(job: ComposeJob, say: Callable[[float], None]) -> tuple[FilmFile, ...]:
    """Everything that is not finished yet; `say` is told how far it is, 0 to 1, again and again."""
    folder = Path(job.folder)
    seconds = max(1, job.duration_ms // 1000)
    pieces = FilmPictures(job).write(lambda ticks, of: say(PICTURE_SHARE * ticks / of))
    sound = folder / "sound.mp4"
    write_sound(
        sound,
        job.sounds,
        job.duration_ms,
        lambda second: say(PICTURE_SHARE + SOUND_SHARE * second / seconds),
    )
    package(job, pieces, sound)
    return tuple(
        FilmFile(name, mime, (folder / name).stat().st_size, file_sha256(folder / name))
        for name, mime in _MIMES.items()
    )


def _print(line: ComposeLine) -> None:
    print(LINE.dump_json(line).decode(), flush=True)


def main() -> None:
    parent = Parent()
    job = JOB.validate_json(parent.job())
    parent.listen()
    os.nice(NICE)
    _print(ComposeLine(1.0, compose(job, _Progress(parent).say)))


if __name__ == "__main__":
    main()
