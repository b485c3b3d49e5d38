"""What the endpoints of slides do, without HTTP."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.accounts.rate_limit import RateLimiter
from app.accounts.tokens import Ticket
from app.caller import Caller
from app.db.models import Deck
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, RateLimited, Unavailable
from app.ids import DeckId, LessonId, new_id
from app.slides.addresses import PageAddresses
from app.slides.formats import SlideFormat
from app.slides.limits import MAX_DECKS, MAX_FILE_BYTES, MAX_NAME_CHARS, MAX_PAGES
from app.slides.office import office_program
from app.slides.receive import receive_file
from app.slides.removal import remove_deck
from app.slides.render_job import RenditionName
from app.slides.repository import Decks, DeckWithPages, original_key
from app.slides.schemas import DeckBody, DecksBody, deck_body
from app.storage.port import Storage, StoreFailed
from app.storage.served_object import ServedObject

UPLOADS, UPLOADS_WINDOW_S = 40, 600.0
UPLOADS_AT_ONCE = 2
"""Of one person."""


class MaterialsAccess(Protocol):
    @property
    def may_manage(self) -> bool: ...


AccessOf = Callable[[LessonId, Caller], Awaitable[MaterialsAccess]]
"""What a caller may do with a lesson's materials; NotFound if the lesson is none of theirs."""
ShownDeck = Callable[[LessonId], DeckId | None]
"""The deck that the lesson's screens show now."""


@dataclass(frozen=True, slots=True)
class SlideParts:
    """What the desk works with."""

    decks: Decks
    storage: Storage
    addresses: PageAddresses
    access_of: AccessOf
    read_ticket: Callable[[str, int], Ticket]
    shown_deck: ShownDeck
    now_ms: Callable[[], int]


class SlideDesk:
    def __init__(self, parts: SlideParts) -> None:
        self._parts = parts
        self._uploads = RateLimiter(UPLOADS, UPLOADS_WINDOW_S)
        self._receiving: Counter[str] = Counter()

    async def list_for(self, lesson_id: LessonId, caller: Caller) -> DecksBody:
        access = await self._parts.access_of(lesson_id, caller)
        return await self._list(lesson_id, may_manage=access.may_manage)

    async def list_for_ticket(self, lesson_id: LessonId, token: str) -> DecksBody:
        """For whoever has a place in the lesson: a paired PC, a phone."""
        ticket = self._parts.read_ticket(token, self._parts.now_ms())
        if ticket.lesson_id != lesson_id:
            raise NotAllowed("this ticket is for another lesson")
        return await self._list(lesson_id, may_manage=False)

    async def upload(
        self, lesson_id: LessonId, caller: Caller, name: str, chunks: AsyncIterator[bytes]
    ) -> DeckBody:
        """Keep the file and have its pages made."""
        await self._require_manager(lesson_id, caller)
        self._uploads.take(caller.user_id)
        if self._receiving[caller.user_id] >= UPLOADS_AT_ONCE:
            raise RateLimited("wait until the other files have come", code="too_many_uploads")
        await self._parts.decks.require_room(lesson_id, 0)
        self._receiving[caller.user_id] += 1
        try:
            return await self._take_in(lesson_id, caller, name, chunks)
        finally:
            self._receiving[caller.user_id] -= 1

    async def delete(self, lesson_id: LessonId, deck_id: DeckId, caller: Caller) -> None:
        await self._require_manager(lesson_id, caller)
        await self._require_deck(lesson_id, deck_id)
        if self._parts.shown_deck(lesson_id) == deck_id:
            raise Conflict("these slides are shown now; hide them first", code="deck_is_shown")
        await remove_deck(self._parts.decks, self._parts.storage, deck_id)

    async def page(
        self, lesson_id: LessonId, deck_id: DeckId, number: int, rendition: RenditionName
    ) -> ServedObject:
        served = await self._parts.decks.page(lesson_id, deck_id, number, rendition)
        if served is None:
            raise NotFound("there is no such page")
        return served

    async def file(self, lesson_id: LessonId, deck_id: DeckId) -> tuple[ServedObject, str]:
        """The file as it was uploaded, and its name."""
        deck = await self._require_deck(lesson_id, deck_id)
        mime = SlideFormat(deck.format).mime
        return ServedObject(original_key(deck_id), deck.size_bytes, deck.sha256, mime), deck.name

    async def _list(self, lesson_id: LessonId, *, may_manage: bool) -> DecksBody:
        found = await self._parts.decks.of_lesson(lesson_id)
        return DecksBody(
            decks=[self._body(deck) for deck in found],
            may_manage=may_manage,
            accepts_pptx=office_program() is not None,
            max_bytes=MAX_FILE_BYTES,
            max_pages=MAX_PAGES,
            max_decks=MAX_DECKS,
        )

    def _body(self, deck: DeckWithPages) -> DeckBody:
        lesson_id, deck_id = LessonId(deck.row.lesson_id), DeckId(deck.row.deck_id)
        return deck_body(deck, self._parts.addresses.of(lesson_id, deck_id))

    async def _take_in(
        self, lesson_id: LessonId, caller: Caller, name: str, chunks: AsyncIterator[bytes]
    ) -> DeckBody:
        with tempfile.TemporaryDirectory(prefix="tongtang-upload-") as folder:
            path = Path(folder) / "original"
            received = await receive_file(chunks, path)
            if received.format is SlideFormat.PPTX and office_program() is None:
                raise InvalidInput("save the presentation as PDF", code="pptx_unsupported")
            deck = Deck(
                deck_id=new_id("dck"),
                lesson_id=lesson_id,
                name=_plain_name(name, received.format),
                format=received.format.value,
                state="preparing",
                size_bytes=received.size_bytes,
                sha256=received.sha256,
                page_count=0,
                uploaded_by=caller.user_id,
                uploaded_at_ms=self._parts.now_ms(),
            )
            await self._store(deck, path)
        return self._body(DeckWithPages(deck, ()))

    async def _store(self, deck: Deck, path: Path) -> None:
        """File first, row last: what has a row is there."""
        await self._parts.decks.require_room(LessonId(deck.lesson_id), deck.size_bytes)
        key = original_key(deck.deck_id)
        try:
            await self._parts.storage.put_file(key, path, SlideFormat(deck.format).mime)
            try:
                await self._parts.decks.add(deck)
            except BaseException:
                await asyncio.shield(self._parts.storage.delete(key))
                raise
        except StoreFailed as error:
            raise Unavailable("the file cannot be kept now", code="store_unavailable") from error

    async def _require_manager(self, lesson_id: LessonId, caller: Caller) -> None:
        if not (await self._parts.access_of(lesson_id, caller)).may_manage:
            raise NotAllowed("only the lead teacher or an admin may do this")

    async def _require_deck(self, lesson_id: LessonId, deck_id: DeckId) -> Deck:
        deck = await self._parts.decks.find(deck_id)
        if deck is None or deck.lesson_id != lesson_id:
            raise NotFound("this lesson has no such file", code="deck_unknown")
        return deck


def _plain_name(name: str, format_: SlideFormat) -> str:
    """A file name without folders and control characters; one by its format where nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable()).strip()
    return plain[-MAX_NAME_CHARS:] or f"slides.{format_.value}"
