"""Time-based one-time passwords (RFC 6238) as a second factor for administrators."""

import hmac
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, select, update

from app.accounts.noting import note_own_account
from app.caller import Caller
from app.db.engine import Database
from app.db.models import SecondFactor, User
from app.errors import Conflict, NotAuthenticated
from app.ids import UserId

ISSUER = "Tongtang"
STEP_MS = 30_000
DRIFT_STEPS = 1
"""A phone's clock may be so many steps off, either way (RFC 6238, 6)."""
CODE_CHARS = 6


class SecondFactorNeeded(NotAuthenticated):
    code = "second_factor_needed"


class SecondFactorWrong(NotAuthenticated):
    code = "second_factor_wrong"


class SecondFactorThere(Conflict):
    code = "second_factor_there"


@dataclass(frozen=True, slots=True)
class Enrolment:
    secret: str
    """Base 32, to type in where no camera reads the picture."""
    uri: str
    """`otpauth://`, what authenticator apps read as a QR code."""


class SecondFactors:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_on(self, user_id: UserId) -> bool:
        async with self._database.reading() as session:
            row = await session.get(SecondFactor, user_id)
        return row is not None and row.confirmed_at_ms is not None

    async def begin(self, user_id: UserId, now_ms: int) -> Enrolment:
        """A new secret, which counts once a code of it was given. SecondFactorThere while another one counts."""
        secret = pyotp.random_base32()
        async with self._database.transaction() as session:
            row = await session.get(SecondFactor, user_id)
            if row is not None and row.confirmed_at_ms is not None:
                raise SecondFactorThere("switch the old one off first")
            name = await session.scalar(select(User.name).where(User.user_id == user_id))
            await session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
            session.add(
                SecondFactor(user_id=user_id, secret=secret, created_at_ms=now_ms, last_step=0)
            )
        uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
        return Enrolment(secret, uri)

    async def confirm(self, by: Caller, code: str, now_ms: int) -> None:
        """From now on the caller's sign-in asks for a code. SecondFactorWrong."""
        await self._use(by.user_id, code, now_ms, is_confirmed=False)
        async with self._database.transaction() as session:
            confirmed = await session.scalar(
                update(SecondFactor)
                .where(SecondFactor.user_id == by.user_id, SecondFactor.confirmed_at_ms.is_(None))
                .values(confirmed_at_ms=now_ms)
                .returning(SecondFactor.user_id)
            )
            if confirmed is not None:
                await note_own_account(session, by, "account.second_factor_on", now_ms)

    async def check(self, user_id: UserId, code: str | None, now_ms: int) -> None:
        """Nothing for whoever has none. SecondFactorNeeded without a code, SecondFactorWrong with a wrong one."""
        if not await self.is_on(user_id):
            return
        if not code:
            raise SecondFactorNeeded("enter the code of your authenticator app as well")
        await self._use(user_id, code, now_ms, is_confirmed=True)

    async def remove(self, by: Caller, now_ms: int) -> None:
        """The caller's own. Idempotent."""
        async with self._database.transaction() as session:
            row = await session.get(SecondFactor, by.user_id)
            if row is None:
                return
            await session.delete(row)
            if row.confirmed_at_ms is not None:
                await note_own_account(session, by, "account.second_factor_off", now_ms)

    async def _use(self, user_id: UserId, code: str, now_ms: int, *, is_confirmed: bool) -> None:
        """A code counts once: whoever reads it over a shoulder comes too late."""
        async with self._database.transaction() as session:
            row = await session.get(SecondFactor, user_id)
            if row is None or (row.confirmed_at_ms is not None) != is_confirmed:
                raise SecondFactorWrong("there is nothing to confirm")
            step = _step_of(row.secret, "".join(code.split()), now_ms)
            if step is None or step <= row.last_step:
                raise SecondFactorWrong("this code is wrong or was used already")
            row.last_step = step


def _step_of(secret: str, code: str, now_ms: int) -> int | None:
    """The time step that the code belongs to."""
    totp = pyotp.TOTP(secret)
    now = now_ms // STEP_MS
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        expected = totp.generate_otp(step)
        if hmac.compare_digest(expected.encode(), code.encode()):
            found = step
    return found
