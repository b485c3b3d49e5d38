"""Share links: how their tokens are made, how long they last, and how one stands. Pure."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 86_400_000
DEFAULT_DAYS, MAX_DAYS = 30, 365
MAX_LINKS = 100
"""Links of one recording that count at a time."""
MIN_PASSPHRASE_CHARS = 4
MAX_PASSPHRASE_CHARS = 100
MIN_CLIP_MS = 1_000


class LinkState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class RevokedBecause(StrEnum):
    BY_HAND = "by_hand"
    UNPUBLISHED = "unpublished"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    DELETED = "deleted"


class ClipState(StrEnum):
    CUTTING = "cutting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ClipRange:
    """A part of the lesson's time line, in ms; `to_ms` is not in it."""

    from_ms: int
    to_ms: int

    @property
    def duration_ms(self) -> int:
        return self.to_ms - self.from_ms


def link_state(expires_at_ms: int, revoked_at_ms: int | None, now_ms: int) -> LinkState:
    if revoked_at_ms is not None:
        return LinkState.REVOKED
    return LinkState.ACTIVE if now_ms < expires_at_ms else LinkState.EXPIRED


def new_token() -> str:
    """192 random bits, safe in an address."""
    return secrets.token_urlsafe(24)


def token_sha256(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
