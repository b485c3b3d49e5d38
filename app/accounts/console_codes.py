"""Console codes: eight digits or a QR picture on the classroom's screen that let one phone in as its console.

Pupils see that screen too: a code is good for one phone and a few minutes, and whoever holds the classroom's page
sees that a phone came and can send it away.
"""

import hashlib
import hmac
import secrets

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.pairing import CodeExpired, CodeUnknown, NewCode, PairedSeat, normalise_code
from app.accounts.revocations import site_secret
from app.db.engine import Database
from app.db.models import ConsoleCode
from app.ids import LessonId, SeatId

DIGITS = 8
LIFETIME_MS = 5 * 60_000
KEPT_MS = 3_600_000
"""How long an expired code is remembered, to say `expired` instead of `unknown`."""


class ConsoleCodes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, lesson_id: LessonId, seat_id: SeatId, now_ms: int) -> NewCode:
        """A fresh code for this seat; the one before it stops working."""
        async with self._database.transaction() as session:
            secret = await site_secret(session)
            await session.execute(
                delete(ConsoleCode).where(
                    (ConsoleCode.expires_at_ms < now_ms - KEPT_MS)
                    | (ConsoleCode.seat_id == seat_id)
                )
            )
            code, digest = await _unused_code(session, secret)
            session.add(
                ConsoleCode(
                    code_hmac=digest,
                    lesson_id=lesson_id,
                    seat_id=seat_id,
                    expires_at_ms=now_ms + LIFETIME_MS,
                )
            )
        return NewCode(code, now_ms + LIFETIME_MS)

    async def redeem(self, typed: str, now_ms: int) -> PairedSeat:
        """The seat behind a code, once. CodeUnknown or CodeExpired otherwise."""
        async with self._database.transaction() as session:
            digest = _digest(await site_secret(session), normalise_code(typed))
            row = await session.get(ConsoleCode, digest)
            if row is None:
                raise CodeUnknown("there is no such code, or a phone has used it; make a new one")
            if now_ms >= row.expires_at_ms:
                raise CodeExpired("this code has expired; make a new one")
            # One statement, so that of two phones one only gets in.
            taken = await session.scalar(
                delete(ConsoleCode)
                .where(ConsoleCode.code_hmac == digest)
                .returning(ConsoleCode.code_hmac)
            )
            if taken is None:
                raise CodeUnknown("a phone has used this code; make a new one")
            return PairedSeat(LessonId(row.lesson_id), SeatId(row.seat_id))

    async def forget(self, seat_id: SeatId) -> None:
        """No code of this seat lets anybody in any more."""
        async with self._database.transaction() as session:
            await session.execute(delete(ConsoleCode).where(ConsoleCode.seat_id == seat_id))


def _digest(secret: bytes, code: str) -> str:
    return hmac.new(secret, f"console:{code}".encode(), hashlib.sha256).hexdigest()


async def _unused_code(session: AsyncSession, secret: bytes) -> tuple[str, str]:
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        digest = _digest(secret, code)
        if await session.get(ConsoleCode, digest) is None:
            return code, digest
