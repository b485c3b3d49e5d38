"""Addresses of pages: one signature for a whole deck, the same for hours, so that a browser's cache finds them."""

from collections.abc import Callable

from app.errors import NotAllowed
from app.http import API
from app.ids import DeckId, LessonId
from app.storage.signing import UrlSigner

STEP_S = 6 * 3_600
"""An address is good for at least this long, and at most twice."""


class PageAddresses:
    def __init__(self, signer: UrlSigner, now_ms: Callable[[], int]) -> None:
        self._signer = signer
        self._now_ms = now_ms

    def of(self, lesson_id: LessonId, deck_id: DeckId) -> tuple[str, str]:
        """The folder of a deck's pages and file, and the query that opens everything in it."""
        expires_s = (self._now_ms() // 1000 // STEP_S + 2) * STEP_S
        folder, _, query = self._signer.sign(_folder(lesson_id, deck_id), expires_s).partition("?")
        return folder, query

    def require(self, lesson_id: LessonId, deck_id: DeckId, expires_s: int, signature: str) -> None:
        """NotAllowed `link_invalid` unless we signed this deck's folder and it has not expired."""
        folder = _folder(lesson_id, deck_id)
        if not self._signer.is_valid(folder, expires_s, signature, self._now_ms() / 1000):
            raise NotAllowed("this link has expired or is not one of ours", code="link_invalid")


def _folder(lesson_id: LessonId, deck_id: DeckId) -> str:
    return f"{API}/lessons/{lesson_id}/decks/{deck_id}"
