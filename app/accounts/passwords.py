"""Password hashing: argon2id in a thread, a few at a time (each takes 64 MiB)."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import InvalidInput

MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS = 8, 200
MAX_CONCURRENT = 2


class PasswordWeak(InvalidInput):
    code = "password_weak"


def refuse_weak(password: str, *known: str) -> None:
    """PasswordWeak for one that is too short or that others know (the login, the old one)."""
    is_known = password.casefold() in (one.casefold() for one in known)
    if len(password) < MIN_PASSWORD_CHARS or is_known:
        raise PasswordWeak(
            f"choose a password of {MIN_PASSWORD_CHARS} characters or more that is not your login or the old one"
        )


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
