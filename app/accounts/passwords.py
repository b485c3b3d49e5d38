"""Password hashing: argon2id in a thread, a few at a time (each takes 64 MiB)."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD_CHARS = 200
MAX_CONCURRENT = 2


class Passwords:
    """Hashes and verifies; an unknown login costs the same time as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; `None` (no such login) verifies against a hash that nothing matches."""
        if self._nobody is None:
            self._nobody = await self.hash("the password of nobody")
        async with self._slots:
            is_right = await asyncio.to_thread(
                self._verify, password_hash or self._nobody, password
            )
        return is_right and password_hash is not None

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
