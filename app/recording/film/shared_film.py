"""The film behind a share link to a whole lesson: offered and served as long as the link counts."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from app.db.access_log import log_access
from app.db.engine import Database
from app.http import API
from app.ids import FilmId
from app.recording.film.file_response import FilmFiles, WantedFile
from app.recording.film.job import MP4, PLAYLIST, POSTER, FileName
from app.recording.film.repository import Films
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.repository import FoundLink, Sharing
from app.recording.sharing.share_endpoints import SharedFilmBody
from app.recording.sharing.visiting import require_counting
from app.storage.served_object import ServedObject


class SharedFilms:
    """The films of purpose `public`, each reached through a link only."""

    def __init__(
        self,
        database: Database,
        films: Films,
        sharing: Sharing,
        addresses: SignedAddresses,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._films = films
        self._sharing = sharing
        self._addresses = addresses
        self._now_ms = now_ms

    async def of(self, link: FoundLink) -> SharedFilmBody | None:
        """What the page of this link offers; None for a clip, and while there is no film that may be shown."""
        if link.recording is None or link.row.clip_from_ms is not None:
            return None
        film = await self._films.watchable(link.recording.recording_id, "public")
        if film is None:
            return None
        address_of = self._addresses.of(
            film_folder(link.row.link_id, film.film_id), film.duration_ms, link.row.expires_at_ms
        )
        return SharedFilmBody(
            size_bytes=film.size_bytes,
            playlist_url=await address_of(PLAYLIST, ""),
            poster_url=await address_of(POSTER, ""),
            download_url=await address_of(MP4, ""),
        )

    async def find(self, link_id: str, film_id: FilmId, name: FileName) -> ServedObject | None:
        """A file of this link's film; Gone `link_revoked` or `link_expired`, None for what it does not lead to."""
        link = await self._sharing.find_link(link_id)
        if link is None:
            return None
        require_counting(link, self._now_ms())
        assert link.recording is not None
        if link.row.clip_from_ms is not None:
            return None
        if not await self._films.is_of(film_id, link.recording.recording_id, "public"):
            return None
        return await self._films.served(film_id, name, is_library=True)

    async def note_download(self, link_id: str) -> None:
        link = await self._sharing.find_link(link_id)
        if link is None or link.recording is None:
            return
        async with self._database.transaction() as session:
            await log_access(
                session,
                None,
                "recording.downloaded",
                link.recording.lesson_id,
                self._now_ms(),
                link_id,
            )


def build_router(shared: SharedFilms, files: FilmFiles) -> APIRouter:
    router = APIRouter(prefix="/shares", tags=["shares"])

    @router.api_route(
        "/{link_id}/film/{film_id}/{name:path}",
        methods=["GET", "HEAD"],
        operation_id="get_shared_film_file",
        response_class=Response,
        include_in_schema=False,
    )
    async def get_file(
        link_id: str,
        film_id: str,
        name: FileName,
        request: Request,
        expires: int,
        signature: str,
        range_: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        identifier = FilmId(film_id)
        folder = film_folder(link_id, identifier)
        files.addresses.require(f"{folder}/{name}", expires, signature)

        async def find() -> ServedObject | None:
            return await shared.find(link_id, identifier, name)

        is_head = request.method == "HEAD"
        wanted = WantedFile(folder, identifier, name, range_, is_head)
        answer = await files.answer(wanted, find)
        if name == MP4 and not is_head:
            await shared.note_download(link_id)
        return answer

    return router


def film_folder(link_id: str, film_id: FilmId) -> str:
    """Where the files of a link's film are."""
    return f"{API}/shares/{link_id}/film/{film_id}"
