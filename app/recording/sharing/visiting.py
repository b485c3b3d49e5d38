"""What a stranger with a share link gets: nothing, a question for the passphrase, or the replay."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.accounts.passwords import Passwords
from app.accounts.rate_limit import RateLimiter
from app.db.access_log import log_access
from app.db.consent import PUBLIC
from app.db.engine import Database
from app.errors import Gone, NotAllowed, NotFound
from app.http import API
from app.ids import RecordingId
from app.recording.replay_body import ReplayBody, body_of, replay_body
from app.recording.repository import Recordings
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.clip import clipped
from app.recording.sharing.links import ClipRange, ClipState, LinkState, token_sha256
from app.recording.sharing.repository import FoundLink, Sharing
from app.recording.slides import PagePictures, shown_picture
from app.recording.watching.repository import Captions
from app.recording.watching.schemas import extras_of_strangers
from app.storage.served_object import ServedObject

CaptionsOf = Callable[[RecordingId], Awaitable[Captions | None]]
"""What is said in a recording, in words."""
WINDOW_S = 300.0
UNKNOWN_PER_ADDRESS = 60
WRONG_PER_ADDRESS = 10
WRONG_PER_LINK = 100
"""In all: more than a class that mistypes, too few to guess a word of four letters."""


class WrongPassphrase(NotAllowed):
    code = "passphrase_wrong"


def link_media(link_id: str) -> str:
    """Where the tracks of a link are."""
    return f"{API}/shares/{link_id}/media"


class ShareDoor:
    """Opens links. Every refusal has a stable code; a link that ended says so to whoever has its token."""

    def __init__(
        self,
        database: Database,
        sharing: Sharing,
        recordings: Recordings,
        pictures: PagePictures,
        addresses: SignedAddresses,
        passwords: Passwords,
        captions_of: CaptionsOf,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._sharing = sharing
        self._recordings = recordings
        self._pictures = pictures
        self._addresses = addresses
        self._passwords = passwords
        self._captions_of = captions_of
        self._now_ms = now_ms
        self._unknown = RateLimiter(UNKNOWN_PER_ADDRESS, WINDOW_S)
        self._wrong_here = RateLimiter(WRONG_PER_ADDRESS, WINDOW_S)
        self._wrong = RateLimiter(WRONG_PER_LINK, WINDOW_S)

    async def find(self, token: str, address: str) -> FoundLink:
        """NotFound `link_unknown`, Gone `link_revoked` or `link_expired`, RateLimited."""
        self._unknown.check(address)
        link = await self._sharing.find_by_token(token_sha256(token))
        if link is None:
            self._unknown.count(address)
            raise NotFound("there is no such link", code="link_unknown")
        require_counting(link, self._now_ms())
        return link

    async def unlock(self, link: FoundLink, passphrase: str, address: str) -> None:
        """WrongPassphrase, RateLimited; nothing if it is right."""
        link_id = link.row.link_id
        here = f"{link_id} {address}"
        # Taken before it is known, so that simultaneous guesses cannot slip through together.
        self._wrong_here.take(here)
        self._wrong.take(link_id)
        if not await self._passwords.verify(link.row.passphrase_hash, passphrase):
            raise WrongPassphrase("the passphrase is wrong")
        self._wrong_here.forget(here)
        self._wrong.give_back(link_id)

    async def visit(self, link: FoundLink, *, is_new: bool) -> ReplayBody | None:
        """What the page plays; None while the link's clip is being cut. A new visit is counted and noted."""
        clip_state = link.row.clip_state
        if clip_state == ClipState.FAILED.value:
            raise Gone("this clip could not be made", code="clip_failed")
        if clip_state == ClipState.CUTTING.value:
            return None
        if is_new:
            await self._count(link)
        return await self._replay(link)

    async def media(self, link_id: str, track_id: str) -> ServedObject | None:
        """The file behind a link's track, or slide, while the link counts; None for one that it does not show.

        NotFound, Gone.
        """
        link = await self._sharing.find_link(link_id)
        if link is None:
            raise NotFound("there is no such link", code="link_unknown")
        require_counting(link, self._now_ms())
        track = await self._sharing.linked_track(link, track_id)
        if track is not None or link.recording is None:
            return track
        manifest, _ = await self._recordings.details(link.recording.recording_id)
        clip = _clip_of(link)
        shown = manifest if clip is None else clipped(manifest, clip)
        return await shown_picture(self._pictures, link.recording.lesson_id, shown, track_id)

    async def _count(self, link: FoundLink) -> None:
        assert link.recording is not None
        async with self._database.transaction() as session:
            await self._sharing.count_view(session, link.row.link_id)
            await log_access(
                session,
                None,
                "share.viewed",
                link.recording.lesson_id,
                self._now_ms(),
                link.row.link_id,
            )

    async def _replay(self, link: FoundLink) -> ReplayBody:
        recording, row = link.recording, link.row
        assert recording is not None
        cast = await self._sharing.cast(recording.lesson_id, PUBLIC)
        address_of = self._addresses.of(
            link_media(row.link_id), recording.duration_ms, row.expires_at_ms
        )
        captions = await self._captions_of(recording.recording_id)
        clip = _clip_of(link)
        if clip is None:
            return await replay_body(
                self._recordings,
                self._pictures,
                recording,
                address_of,
                cast,
                extras=extras_of_strangers(captions),
            )
        manifest, _ = await self._recordings.details(recording.recording_id)
        return await body_of(
            self._recordings,
            self._pictures,
            replace(recording, duration_ms=clip.duration_ms),
            clipped(manifest, clip),
            await self._sharing.clip_tracks(row.link_id),
            address_of,
            cast,
            extras=extras_of_strangers(captions and captions.within(clip.from_ms, clip.to_ms)),
        )


def _clip_of(link: FoundLink) -> ClipRange | None:
    """The part of the lesson that the link is to; None: all of it."""
    from_ms, to_ms = link.row.clip_from_ms, link.row.clip_to_ms
    return None if from_ms is None or to_ms is None else ClipRange(from_ms, to_ms)


def require_counting(link: FoundLink, now_ms: int) -> None:
    """Gone `link_revoked` or `link_expired` unless it still counts."""
    state = link.state(now_ms)
    if state is LinkState.REVOKED:
        raise Gone("this link was withdrawn", code="link_revoked")
    if state is LinkState.EXPIRED:
        raise Gone("this link has expired", code="link_expired")
