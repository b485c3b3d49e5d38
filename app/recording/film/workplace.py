"""What lies on a worker's own disk while it makes a film. Every call may block."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.ids import FilmId
from app.recording.film.job import JOB, ComposeJob

FILM_BYTES_PER_MS = 250
"""A generous film, 2 Mbit/s; three copies of it lie there at the end."""


class NoRoom(Exception):
    """The disk has no room for this film; the message says how much it needs."""


class Workplace:
    """One film's folder: a file for each track, and a folder for what is made of them."""

    def __init__(self, root: Path, film_id: FilmId) -> None:
        self._folder = root / film_id

    def open(self, track_bytes: int, duration_ms: int) -> None:
        """Make the folder; raises NoRoom."""
        self._folder.mkdir(parents=True, exist_ok=True)
        needed = track_bytes + 3 * duration_ms * FILM_BYTES_PER_MS
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            raise NoRoom(f"{needed // 2**20} MiB needed, {free // 2**20} MiB free")

    def track(self, track_id: str) -> Path:
        return self._folder / track_id

    def keep_tracks(self, track_ids: Iterable[str]) -> None:
        """Delete the files of all others: somebody may have withdrawn since they came here."""
        wanted = set(track_ids)
        for path in self._folder.iterdir():
            if path.is_file() and path.name not in wanted:
                path.unlink()

    def placed(self, job: ComposeJob) -> ComposeJob:
        """The job with its folder, in which an equal one of before may have begun.

        What was finished for another one is deleted: it may show somebody who is not in this one.
        """
        place = self._folder / f"film-{hashlib.sha256(JOB.dump_json(job)).hexdigest()[:16]}"
        for other in self._folder.glob("film-*"):
            if other != place:
                shutil.rmtree(other)
        place.mkdir(exist_ok=True)
        return replace(job, folder=str(place))

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
