"""Decks go: by the lead's hand, or because they were kept long enough. Objects first, rows last."""

import logging
import time

from app.ids import DeckId
from app.slides.repository import Decks, folder_of
from app.storage.port import Storage

log = logging.getLogger(__name__)

DAY_MS = 86_400_000


async def remove_deck(decks: Decks, storage: Storage, deck_id: DeckId) -> None:
    """Its file, its pages, its rows; twice is the same as once."""
    for key in await storage.sizes(folder_of(deck_id)):
        await storage.delete(key)
    await decks.delete(deck_id)


class DeckSweep:
    """Materials stay as long as recordings do."""

    def __init__(self, decks: Decks, storage: Storage, kept_days: int) -> None:
        self._decks = decks
        self._storage = storage
        self._kept_ms = kept_days * DAY_MS

    async def sweep(self) -> None:
        """Delete what is due."""
        before_ms = time.time_ns() // 1_000_000 - self._kept_ms
        for deck_id in await self._decks.kept_too_long(before_ms):
            await remove_deck(self._decks, self._storage, deck_id)
            log.info("slides: %s was kept long enough", deck_id)
