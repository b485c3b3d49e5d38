"""Addresses of published media: signed by us, and looked at again by their endpoint at every request.

Also where a store could sign for itself: its addresses would go on to count after what they lead to was unpublished.
"""

from collections.abc import Callable

from app.errors import NotAllowed
from app.recording.address import AddressOf
from app.storage.signing import UrlSigner

LEAST_VALID_MS = 30 * 60_000
MOST_VALID_MS = 6 * 3_600_000


class SignedAddresses:
    def __init__(self, signer: UrlSigner, now_ms: Callable[[], int]) -> None:
        self._signer = signer
        self._now_ms = now_ms

    def of(self, folder: str, duration_ms: int, until_ms: int | None = None) -> AddressOf:
        """Addresses `<folder>/<track id>`, good for as long as watching takes, and not after `until_ms`."""
        now_ms = self._now_ms()
        expires_ms = now_ms + min(max(2 * duration_ms, LEAST_VALID_MS), MOST_VALID_MS)
        expires_s = min(expires_ms, until_ms if until_ms is not None else expires_ms) // 1000

        async def address_of(track_id: str, _object_key: str) -> str:
            return self._signer.sign(f"{folder}/{track_id}", expires_s)

        return address_of

    def require(self, path: str, expires_s: int, signature: str) -> None:
        """NotAllowed `link_invalid` unless we signed this path and it has not expired."""
        if not self._signer.is_valid(path, expires_s, signature, self._now_ms() / 1000):
            raise NotAllowed("this link has expired or is not one of ours", code="link_invalid")
