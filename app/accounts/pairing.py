"""Pairing codes: what a person types or a camera reads to let one PC in, into one seat of one lesson or for good.

A **spoken** code is eight digits that are read out over the phone. A code **on a card** is twelve letters and digits:
it hangs in the classroom until somebody comes by, so it must be beyond guessing for as long.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.revocations import site_secret
from app.db.engine import Database
from app.db.models import PairingCode
from app.errors import AppError, NotFound
from app.ids import ALPHABET, ClassroomId, LessonId, PcId, SeatId, UserId

CodeKind = Literal["spoken", "card"]
_SPOKEN_DIGITS = 8
_CARD_CHARS = 12
"""Of Crockford's base 32: 60 bits."""
LIFETIME_MS: dict[CodeKind, int] = {"spoken": 30 * 60_000, "card": 14 * 86_400_000}
SEAT_USES = 5
"""A PC that is restarted may type the code again."""
CLASSROOM_USES = 2
"""A PC types it once and is then known; once more for an answer, or a cookie, that was lost."""
KEPT_MS = 24 * 3_600_000
"""How long an expired code is remembered, to say `expired` instead of `unknown`."""
_MISREAD = str.maketrans("oil", "011")
"""What Crockford's alphabet has no use for, and what people type instead."""


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


@dataclass(frozen=True, slots=True)
class PairedClassroom:
    """`created_by` let the PC in: the person whom the list of PCs names."""

    classroom_id: ClassroomId
    created_by: UserId
    code_hmac: str
    made: PcId | None
    """The PC of the use before. One code makes one PC: that one is to go."""


class PairingCodes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, lesson_id: LessonId, seat_id: SeatId, created_by: UserId, now_ms: int
    ) -> NewCode:
        """A fresh spoken code for this seat; the ones before it stop working."""
        async with self._database.transaction() as session:
            await _forget(session, PairingCode.seat_id == seat_id, now_ms)
            place = PairingCode(lesson_id=lesson_id, seat_id=seat_id, uses_left=SEAT_USES)
            return await _add(session, place, "spoken", created_by, now_ms)

    async def create_for_classroom(
        self, classroom_id: ClassroomId, kind: CodeKind, created_by: UserId, now_ms: int
    ) -> NewCode:
        """A fresh code that makes a PC this classroom's own; the ones of its kind before it stop working."""
        is_replaced = and_(PairingCode.classroom_id == classroom_id, PairingCode.kind == kind)
        async with self._database.transaction() as session:
            await _forget(session, is_replaced, now_ms)
            place = PairingCode(classroom_id=classroom_id, uses_left=CLASSROOM_USES)
            return await _add(session, place, kind, created_by, now_ms)

    async def redeem(
        self, session: AsyncSession, typed: str, now_ms: int
    ) -> PairedSeat | PairedClassroom:
        """What a code leads to, within a transaction at hand. CodeUnknown or CodeExpired otherwise."""
        digest = _digest(await site_secret(session), normalise_code(typed))
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
        if row.classroom_id is not None:
            made = None if row.pc_id is None else PcId(row.pc_id)
            return PairedClassroom(
                ClassroomId(row.classroom_id), UserId(row.created_by), digest, made
            )
        return PairedSeat(LessonId(row.lesson_id or ""), SeatId(row.seat_id or ""))


def normalise_code(typed: str) -> str:
    """A code as it is looked up: half-width, lower case, without the gaps that people leave between groups."""
    text = unicodedata.normalize("NFKC", typed).casefold().translate(_MISREAD)
    return "".join(char for char in text if char in ALPHABET)


def _digest(secret: bytes, code: str) -> str:
    return hmac.new(secret, f"pairing:{code}".encode(), hashlib.sha256).hexdigest()


async def _forget(session: AsyncSession, of_this_place: ColumnElement[bool], now_ms: int) -> None:
    is_old = PairingCode.expires_at_ms < now_ms - KEPT_MS
    await session.execute(delete(PairingCode).where(is_old | of_this_place))


async def _add(
    session: AsyncSession, row: PairingCode, kind: CodeKind, created_by: UserId, now_ms: int
) -> NewCode:
    """Give `row` a code that nobody else has, and write it."""
    secret = await site_secret(session)
    code = _random_code(kind)
    while await session.get(PairingCode, _digest(secret, code)) is not None:
        code = _random_code(kind)
    row.code_hmac = _digest(secret, code)
    row.kind = kind
    row.created_by = created_by
    row.created_at_ms = now_ms
    row.expires_at_ms = now_ms + LIFETIME_MS[kind]
    session.add(row)
    return NewCode(code, row.expires_at_ms)


def _random_code(kind: CodeKind) -> str:
    if kind == "spoken":
        return f"{secrets.randbelow(10**_SPOKEN_DIGITS):0{_SPOKEN_DIGITS}d}"
    return "".join(secrets.choice(ALPHABET) for _ in range(_CARD_CHARS))
