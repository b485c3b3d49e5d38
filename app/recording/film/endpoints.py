"""`/recordings/{id}/film`: have a film made, see how far it is, watch it, keep it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import RedirectResponse

from app.api_model import ApiModel
from app.caller import Caller
from app.db.access_log import log_access
from app.db.engine import Database
from app.errors import Conflict, NotAllowed, NotFound
from app.http import API, Authenticate, refusals
from app.ids import FilmId, LessonId, RecordingId
from app.moments import utc
from app.recording.cast import Cast
from app.recording.film.file_response import FilmFiles, FilmWithdrawn, WantedFile
from app.recording.film.job import MP4, PLAYLIST, POSTER, FileName
from app.recording.film.repository import FilmPurpose, Films, Making, MakingState, Watchable
from app.recording.lifecycle import RecordingState
from app.recording.repository import Recordings, RecordingSummary
from app.recording.viewer import viewer_of
from app.storage.served_object import ServedObject

Reach = Literal["films", "library-films"]
"""Part of an address: for whoever may see the recording in any case, or for viewers of the library."""
REACHES: tuple[Reach, ...] = ("films", "library-films")
LIBRARY = REACHES[1]


def reach_of(summary: RecordingSummary) -> Reach:
    return "films" if summary.is_own else LIBRARY


class LeftOutBody(ApiModel):
    """A classroom that is not in a film."""

    name: str
    school: str


class MakingBody(ApiModel):
    state: MakingState
    progress: float
    seconds_left: int | None
    failure: str | None


class WatchableBody(ApiModel):
    film_id: str
    made_at: datetime
    duration_ms: int
    size_bytes: int
    left_out: list[LeftOutBody]
    is_outdated: bool
    playlist_url: str
    poster_url: str
    download_url: str


class FilmBody(ApiModel):
    """What there is, what is being made, and what a film made now would leave out."""

    may_make: bool
    watchable: WatchableBody | None
    making: MakingBody | None
    would_leave_out: list[LeftOutBody]


class FilmRequest(ApiModel):
    purpose: FilmPurpose = "shared"


@dataclass(frozen=True, slots=True)
class FilmDesk:
    """What the endpoints work with."""

    database: Database
    films: Films
    recordings: Recordings
    files: FilmFiles
    now_ms: Callable[[], int]

    async def address(self, reach: Reach, film_id: FilmId, name: FileName) -> str:
        return await self.files.addresses.of(_folder(reach, film_id), 0)(name, "")

    async def find(self, reach: Reach, film_id: FilmId, name: FileName) -> ServedObject | None:
        return await self.films.served(film_id, name, is_library=reach == LIBRARY)

    async def recording(self, caller: Caller, recording_id: str) -> RecordingSummary:
        summary = await self.recordings.find(viewer_of(caller), RecordingId(recording_id))
        if summary is None:
            raise NotFound("there is no such recording")
        return summary

    async def body(
        self, caller: Caller, summary: RecordingSummary, purpose: FilmPurpose
    ) -> FilmBody:
        recording_id, lesson_id = summary.recording_id, LessonId(summary.lesson_id)
        film = await self.films.watchable(recording_id, purpose)
        making = await self.films.making(recording_id, purpose)
        seats, cast = await self.films.seats(lesson_id, purpose)
        names = await self.recordings.names(seats)

        def without(cast: Cast) -> list[LeftOutBody]:
            if not summary.is_own:
                # Who is left out of what is published is not told to those it is published to.
                return []
            missing = [names[seat] for seat in seats if not cast.includes(seat)]
            return [LeftOutBody(name=name.name, school=name.school) for name in missing]

        return FilmBody(
            may_make=summary.is_managed,
            watchable=await self._watchable(summary, film, without) if film else None,
            making=_making(making) if making else None,
            would_leave_out=without(cast),
        )

    async def _watchable(
        self,
        summary: RecordingSummary,
        film: Watchable,
        without: Callable[[Cast], list[LeftOutBody]],
    ) -> WatchableBody:
        reach = reach_of(summary)
        return WatchableBody(
            film_id=film.film_id,
            made_at=utc(film.made_at_ms),
            duration_ms=film.duration_ms,
            size_bytes=film.size_bytes,
            left_out=without(Cast(film.seats)),
            is_outdated=film.is_outdated,
            playlist_url=await self.address(reach, film.film_id, PLAYLIST),
            poster_url=await self.address(reach, film.film_id, POSTER),
            download_url=f"{API}/recordings/{summary.recording_id}/films/{film.film_id}/download",
        )


def build_router(desk: FilmDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["films"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get(
        "/recordings/{recording_id}/film", operation_id="get_film", responses=refusals(401, 404)
    )
    async def get_film(
        caller: CallerNow, recording_id: str, purpose: FilmPurpose = "shared"
    ) -> FilmBody:
        summary = await desk.recording(caller, recording_id)
        return await desk.body(caller, summary, purpose)

    @router.post(
        "/recordings/{recording_id}/film",
        operation_id="make_film",
        status_code=202,
        responses=refusals(401, 403, 404, 409),
    )
    async def make_film(caller: CallerNow, recording_id: str, wanted: FilmRequest) -> FilmBody:
        summary = await desk.recording(caller, recording_id)
        if not summary.is_managed:
            raise NotAllowed("a film is made by the lead teacher or an admin")
        if summary.state is not RecordingState.AVAILABLE:
            raise Conflict("the recording is not ready yet", code="recording_not_ready")
        async with desk.database.transaction() as session:
            await desk.films.request(session, summary.recording_id, wanted.purpose)
        return await desk.body(caller, summary, wanted.purpose)

    @router.get(
        "/recordings/{recording_id}/films/{film_id}/download",
        operation_id="download_film",
        status_code=307,
        response_class=RedirectResponse,
        responses=refusals(401, 404, 410),
    )
    async def download_film(caller: CallerNow, recording_id: str, film_id: str) -> RedirectResponse:
        summary = await desk.recording(caller, recording_id)
        identifier = FilmId(film_id)
        if await desk.films.recording_of(identifier) != summary.recording_id:
            raise NotFound("there is no such film")
        reach = reach_of(summary)
        if await desk.find(reach, identifier, MP4) is None:
            raise FilmWithdrawn("this film is not shown any more")
        async with desk.database.transaction() as session:
            await log_access(
                session,
                caller.user_id,
                "recording.downloaded",
                summary.lesson_id,
                desk.now_ms(),
                identifier,
            )
        return RedirectResponse(await desk.address(reach, identifier, MP4))

    for reach in REACHES:
        router.add_api_route(
            f"/{reach}/{{film_id}}/{{name:path}}",
            _file_endpoint(desk, reach),
            methods=["GET", "HEAD"],
            response_class=Response,
            include_in_schema=False,
        )
    return router


def _file_endpoint(desk: FilmDesk, reach: Reach) -> Callable[..., Awaitable[Response]]:
    async def get_film_file(
        film_id: str,
        name: FileName,
        request: Request,
        expires: int,
        signature: str,
        range_: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        # The URL is the permission: a media element sends no credentials across origins.
        identifier = FilmId(film_id)
        folder = _folder(reach, identifier)
        desk.files.addresses.require(f"{folder}/{name}", expires, signature)

        async def find() -> ServedObject | None:
            return await desk.find(reach, identifier, name)

        is_head = request.method == "HEAD"
        wanted = WantedFile(folder, identifier, name, range_, is_head)
        return await desk.files.answer(wanted, find)

    return get_film_file


def _folder(reach: Reach, film_id: FilmId) -> str:
    return f"{API}/{reach}/{film_id}"


def _making(making: Making) -> MakingBody:
    return MakingBody(
        state=making.state,
        progress=making.progress,
        seconds_left=making.seconds_left,
        failure=making.failure,
    )
