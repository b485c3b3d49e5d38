"""A file of a film as an HTTP answer, for whoever may have it now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Response

from app.errors import Gone
from app.ids import FilmId
from app.moments import utc
from app.recording.film.job import FRAGMENTS, MP4, PLAYLIST, FileName
from app.recording.film.playlist import with_address
from app.recording.film.repository import Films
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.serving import goes_on
from app.storage.object_response import object_response
from app.storage.port import Storage
from app.storage.served_object import ServedObject

FindFile = Callable[[], Awaitable[ServedObject | None]]
"""The file as long as it may be shown; asked again while a long answer is read."""


class FilmWithdrawn(Gone):
    """It is there no more, or may not be shown any more to whom it was."""

    code = "film_withdrawn"


@dataclass(frozen=True, slots=True)
class WantedFile:
    folder: str
    """Of its signed address: the playlist leads to the fragments in the same folder."""
    film_id: FilmId
    name: FileName
    range_header: str | None
    is_head: bool


@dataclass(frozen=True, slots=True)
class FilmFiles:
    films: Films
    storage: Storage
    addresses: SignedAddresses

    async def answer(self, wanted: WantedFile, find: FindFile) -> Response:
        """FilmWithdrawn if `find` finds nothing."""
        served = await find()
        if served is None:
            raise FilmWithdrawn("this film is not shown any more")
        if wanted.name == PLAYLIST:
            return await self._playlist(wanted.folder, served)
        return await object_response(
            self.storage,
            served,
            wanted.range_header,
            is_head=wanted.is_head,
            download_name=await self._download_name(wanted.film_id) if wanted.name == MP4 else "",
            # A segment is asked for by its range, and a player of HLS never asks for the rest of one.
            max_part_bytes=served.size_bytes,
            may_go_on=goes_on(find),
        )

    async def _playlist(self, folder: str, served: ServedObject) -> Response:
        chunks = [chunk async for chunk in self.storage.read(served.key, 0, served.size_bytes)]
        address = await self.addresses.of(folder, 0)(FRAGMENTS, "")
        return Response(
            with_address(b"".join(chunks).decode(), address),
            media_type=served.mime,
            headers={"Cache-Control": "no-store"},
        )

    async def _download_name(self, film_id: FilmId) -> str:
        """What a browser calls the MP4: the lesson's title and its day (UTC)."""
        title, started_at_ms = await self.films.lesson_of(film_id)
        return f"{title} {utc(started_at_ms):%Y-%m-%d}.mp4"
