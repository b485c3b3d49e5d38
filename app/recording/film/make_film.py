"""The job `film`: tracks out of the store, a film of them, and the film into the store. Each step may be done again."""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from app.db.models import RecordingTrack
from app.ids import FilmId
from app.jobs.child_process import ChildProcessFailed, child_process_lines
from app.jobs.port import ClaimedJob, HoldJob, JobFailed, Progress, TryLater
from app.recording.film.job import JOB, LINE, ComposeJob, FilmFile
from app.recording.film.plan import Footage, compose_job
from app.recording.film.repository import FilmOrder, Films, object_key, object_keys
from app.recording.film.time_left import TimeLeft
from app.recording.film.workplace import NoRoom, Workplace
from app.recording.slides import PagePictures, shown_pages
from app.storage.port import ObjectNotFound, Storage

log = logging.getLogger(__name__)

COMPOSE = "app.recording.film.compose"
LOOK_AGAIN_S = 3.0
"""How often consents are read again while a film is made."""


class FilmMaker:
    """`make` is the handler."""

    def __init__(
        self,
        films: Films,
        pictures: PagePictures,
        storage: Storage,
        root: Path,
        may_work_hard: Callable[[], bool],
    ) -> None:
        """`root` is this worker's own folder for films under way; a film rests while `may_work_hard` says no."""
        self._films = films
        self._pictures = pictures
        self._storage = storage
        self._root = root
        self._may_work_hard = may_work_hard

    async def make(self, job: ClaimedJob, progress: Progress) -> None:
        """Consents are read at the beginning, all the time, and at the end.

        JobFailed `compose_failed`, `track_damaged`, `store_differs`; HoldJob `nothing_to_film`, `track_missing`;
        TryLater `consent_changed`, `disk_full`.
        """
        order = await self._films.begin(FilmId(job.subject_id))
        if order is None:
            return
        await self._remove_outdated(order)
        workplace = Workplace(self._root, order.film_id)
        planned = await self._plan(order, workplace)
        files = await self._compose(order, planned, progress)
        await self._store(order, Path(planned.folder), files)
        if not await self._films.publish(order, files, planned.duration_ms):
            raise TryLater("consent_changed")
        log.info("film: %s of %s can be watched", order.film_id, order.recording_id)
        await self._remove_outdated(order)
        await asyncio.to_thread(workplace.clear)

    async def _plan(self, order: FilmOrder, workplace: Workplace) -> ComposeJob:
        """The job, with every track that it needs on this disk."""
        footage = await self._films.footage(order)
        tracks = footage.tracks_of(order.cast)
        if not tracks:
            raise HoldJob("nothing_to_film")
        needed_bytes = sum(track.size_bytes for track in tracks)
        try:
            await asyncio.to_thread(workplace.open, needed_bytes, footage.duration_ms)
        except NoRoom as error:
            raise TryLater("disk_full", str(error)) from error
        await asyncio.to_thread(workplace.keep_tracks, [track.track_id for track in tracks])
        for track in tracks:
            await self._fetch(track, workplace.track(track.track_id))
        paths = {track.track_id: str(workplace.track(track.track_id)) for track in tracks}
        pages = await self._fetch_pages(order, footage, workplace)
        job = compose_job(footage, order.cast, paths, pages)
        return await asyncio.to_thread(workplace.placed, job)

    async def _fetch_pages(
        self, order: FilmOrder, footage: Footage, workplace: Workplace
    ) -> dict[tuple[str, int], str]:
        """The pictures of slides that were shown, as far as their decks are still there."""
        shown = shown_pages(footage.manifest)
        found = await self._pictures.pages(order.lesson_id, sorted({deck for deck, _ in shown}))
        pages = {}
        for deck_id, number in shown:
            picture = (
                found[deck_id, number].pictures.get("sharp") if (deck_id, number) in found else None
            )
            if picture is None:
                continue
            path = workplace.track(f"{deck_id}-{number}.webp")
            with contextlib.suppress(ObjectNotFound):
                await self._storage.fetch(picture.key, path)
                pages[deck_id, number] = str(path)
        return pages

    async def _fetch(self, track: RecordingTrack, path: Path) -> None:
        if await asyncio.to_thread(path.exists):
            return
        digest = hashlib.sha256()
        unfinished = path.with_suffix(".part")
        file = await asyncio.to_thread(unfinished.open, "wb")
        try:
            async for chunk in self._storage.read(track.object_key, 0, track.size_bytes):
                await asyncio.to_thread(file.write, chunk)
                digest.update(chunk)
        except ObjectNotFound:
            raise HoldJob("track_missing", track.object_key) from None
        finally:
            await asyncio.to_thread(file.close)
        if digest.hexdigest() != track.sha256:
            raise JobFailed("track_damaged", track.object_key)
        await asyncio.to_thread(unfinished.replace, path)

    async def _compose(
        self, order: FilmOrder, planned: ComposeJob, progress: Progress
    ) -> tuple[FilmFile, ...]:
        time_left = TimeLeft()
        look_at = 0.0
        files: tuple[FilmFile, ...] = ()
        try:
            process = child_process_lines(COMPOSE, JOB.dump_json(planned), self._may_work_hard)
            async with aclosing(process) as lines:
                async for line in lines:
                    said = LINE.validate_json(line)
                    files, now = said.files, time.monotonic()
                    time_left.observe(said.done, now)
                    if now < look_at:
                        continue
                    look_at = now + LOOK_AGAIN_S
                    if not await self._films.is_wanted(order):
                        raise TryLater("consent_changed")
                    await progress(said.done)
                    await self._films.note_seconds_left(order.film_id, time_left.seconds)
        except ChildProcessFailed as error:
            raise JobFailed("compose_failed", str(error)) from error
        return files

    async def _store(self, order: FilmOrder, folder: Path, files: tuple[FilmFile, ...]) -> None:
        """The playlist last: whoever finds it in the store finds everything it speaks of."""
        for file in files:
            key = object_key(order.film_id, file.name)
            stored = await self._storage.put_file(key, folder / file.name, file.mime)
            if stored.sha256 != file.sha256 or not await self._storage.verify(stored):
                raise JobFailed("store_differs", key)

    async def _remove_outdated(self, order: FilmOrder) -> None:
        for film_id in await self._films.outdated(order):
            for key in object_keys(film_id):
                await self._storage.delete(key)
            await self._films.forget(film_id)
