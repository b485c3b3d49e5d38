"""Everything about sharing over HTTP, out of one set of parts."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter

from app.accounts.passwords import Passwords
from app.db.engine import Database
from app.http import Authenticate
from app.recording.repository import Recordings
from app.recording.sharing import (
    deletion_endpoints,
    library_endpoints,
    link_endpoints,
    share_endpoints,
)
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.library import Library
from app.recording.sharing.link_endpoints import LinkDesk, RequestClip, RequestFilm
from app.recording.sharing.repository import Sharing
from app.recording.sharing.retention import Retention
from app.recording.sharing.share_endpoints import FilmOf
from app.recording.sharing.visiting import CaptionsOf, ShareDoor
from app.recording.slides import PagePictures
from app.storage.port import Storage


@dataclass(frozen=True, slots=True)
class SharingParts:
    database: Database
    recordings: Recordings
    sharing: Sharing
    pictures: PagePictures
    addresses: SignedAddresses
    storage: Storage
    passwords: Passwords
    request_clip: RequestClip
    request_film: RequestFilm
    film_of: FilmOf
    retention: Retention
    captions_of: CaptionsOf
    now_ms: Callable[[], int]


def build_routers(parts: SharingParts, authenticate: Authenticate) -> list[APIRouter]:
    """Add them before the router of `/recordings/{recording_id}`: theirs are the more special paths."""
    desk = LinkDesk(
        parts.database,
        parts.sharing,
        parts.passwords,
        parts.request_clip,
        parts.request_film,
        parts.now_ms,
    )
    door = ShareDoor(
        parts.database,
        parts.sharing,
        parts.recordings,
        parts.pictures,
        parts.addresses,
        parts.passwords,
        parts.captions_of,
        parts.now_ms,
    )
    return [
        library_endpoints.build_router(
            Library(parts.database),
            parts.recordings,
            parts.sharing,
            parts.pictures,
            parts.addresses,
            parts.storage,
            authenticate,
            parts.now_ms,
        ),
        link_endpoints.build_router(desk, parts.recordings, authenticate),
        deletion_endpoints.build_router(
            parts.database, parts.recordings, parts.retention, authenticate, parts.now_ms
        ),
        share_endpoints.build_router(door, parts.addresses, parts.storage, parts.film_of),
    ]
