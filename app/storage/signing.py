"""URLs of ours that carry their own permission: an expiry and an HMAC over it and the path."""

import hashlib
import hmac
from urllib.parse import urlencode


class UrlSigner:
    """Signs paths with one secret of at least 16 bytes; times are unix seconds."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a signing secret has at least 16 bytes")
        self._secret = secret

    def sign(self, path: str, expires: int) -> str:
        """`path` with `expires` and `signature` in its query."""
        query = urlencode({"expires": expires, "signature": self._signature(path, expires)})
        return f"{path}?{query}"

    def is_valid(self, path: str, expires: int, signature: str, now: float) -> bool:
        """Whether this path was signed with this expiry, and that has not come yet."""
        expected = self._signature(path, expires).encode()
        return hmac.compare_digest(expected, signature.encode()) and now < expires

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._secret, f"{expires}\n{path}".encode(), hashlib.sha256).hexdigest()
