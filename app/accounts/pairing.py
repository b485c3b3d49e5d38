"""Pairing codes: eight digits, read out over the phone, that let one PC into one seat of one lesson."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.revocations import site_secret
from app.db.engine import Database
from app.db.models import PairingCode
from app.errors import AppError, NotFound
from app.ids import LessonId, SeatId, UserId

CODE_DIGITS = 8
LIFETIME_MS = 30 * 60_000
MAX_USES = 5
"""A PC that is restarted may type the code again."""
KEPT_MS = 24 * 3_600_000
"""How long an expired code is remembered, to say `expired` instead of `unknown`."""


class CodeUnknown(NotFound):
    code = "code_unknown"


class CodeExpired(AppError):
    code = "code_expired"
    status = 410


@dataclass(frozen=True, slots=True)
class NewCode:
    code: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class PairedSeat:
    lesson_id: LessonId
    seat_id: SeatId


class PairingCodes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, lesson_id: LessonId, seat_id: SeatId, created_by: UserId, now_ms: int
    ) -> NewCode:
        """A fresh code for this seat; the ones before it stop working."""
        async with self._database.transaction() as session:
            secret = await site_secret(session)
            await session.execute(
                delete(PairingCode).where(
                    (PairingCode.expires_at_ms < now_ms - KEPT_MS)
                    | (PairingCode.seat_id == seat_id)
                )
            )
            code, digest = await _unused_code(session, secret)
            session.add(
                PairingCode(
                    code_hmac=digest,
                    lesson_id=lesson_id,
                    seat_id=seat_id,
                    created_by=created_by,
                    created_at_ms=now_ms,
                    expires_at_ms=now_ms + LIFETIME_MS,
                    uses_left=MAX_USES,
                )
            )
        return NewCode(code, now_ms + LIFETIME_MS)

    async def redeem(self, code: str, now_ms: int) -> PairedSeat:
        """The seat behind a code. CodeUnknown or CodeExpired otherwise."""
        async with self._database.transaction() as session:
            digest = _digest(await site_secret(session), code)
            row = await session.get(PairingCode, digest)
            if row is None:
                raise CodeUnknown("there is no such code; ask for a new one")
            # One statement, so that two PCs cannot both take the last use.
            used = await session.scalar(
                update(PairingCode)
                .where(
                    PairingCode.code_hmac == digest,
                    PairingCode.expires_at_ms > now_ms,
                    PairingCode.uses_left > 0,
                )
                .values(uses_left=PairingCode.uses_left - 1)
                .returning(PairingCode.code_hmac)
            )
            if used is None:
                raise CodeExpired("this code has expired; ask for a new one")
            return PairedSeat(LessonId(row.lesson_id), SeatId(row.seat_id))


def _digest(secret: bytes, code: str) -> str:
    return hmac.new(secret, f"pairing:{code}".encode(), hashlib.sha256).hexdigest()


async def _unused_code(session: AsyncSession, secret: bytes) -> tuple[str, str]:
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        digest = _digest(secret, code)
        if await session.get(PairingCode, digest) is None:
            return code, digest
