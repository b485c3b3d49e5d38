"""One-time links by which somebody chooses a password: new people, and those who forgot theirs. No e-mail needed."""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from app.accounts.digest import digest
from app.accounts.passwords import Passwords, refuse_weak
from app.accounts.sessions import end_sessions
from app.caller import Caller
from app.db.audit import note_change
from app.db.engine import Database
from app.db.models import Invitation, Login, SecondFactor, User
from app.errors import Gone, NotFound
from app.ids import UserId
from app.scope import Scope
from app.staff.people import person_within

LIFETIME_MS = 7 * 86_400_000
MAX_TOKEN_CHARS = 100


class InvitationUnknown(NotFound):
    code = "invitation_unknown"


class InvitationOver(Gone):
    code = "invitation_over"


@dataclass(frozen=True, slots=True)
class NewInvitation:
    token: str
    """192 random bits; only its SHA-256 is kept."""
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class Invited:
    user_id: UserId
    name: str
    login: str
    """One of theirs, to show what they sign in with."""


class Invitations:
    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def create(self, by: Caller, scope: Scope, user_id: str, now_ms: int) -> NewInvitation:
        """A fresh link for this person of the scope; the ones before it stop working.

        The old password counts until it is used.
        """
        token = secrets.token_urlsafe(24)
        async with self._database.transaction() as session:
            user = await person_within(session, scope, user_id)
            if not user.is_active:
                raise NotFound("there is no such person")
            await session.execute(delete(Invitation).where(Invitation.user_id == user_id))
            session.add(
                Invitation(
                    token_sha256=digest(token),
                    user_id=user_id,
                    created_by=by.user_id,
                    created_at_ms=now_ms,
                    expires_at_ms=now_ms + LIFETIME_MS,
                )
            )
            await note_change(
                session,
                by.county_id,
                by.user_id,
                "staff.invited",
                user_id,
                {},
                now_ms,
                school_id=user.school_id,
            )
        return NewInvitation(token, now_ms + LIFETIME_MS)

    async def find(self, token: str, now_ms: int) -> Invited:
        """Whose link it is. InvitationUnknown, InvitationOver."""
        async with self._database.reading() as session:
            row = await session.get(Invitation, digest(token))
            if row is None:
                raise InvitationUnknown(
                    "there is no such link; ask your administrator for a new one"
                )
            if row.used_at_ms is not None or row.expires_at_ms <= now_ms:
                raise InvitationOver("this link is over; ask your administrator for a new one")
            user = await session.get_one(User, row.user_id)
            login = await session.scalar(
                select(Login.login).where(Login.user_id == row.user_id).order_by(Login.login)
            )
            return Invited(UserId(row.user_id), user.name, login or "")

    async def accept(self, token: str, password: str, now_ms: int) -> UserId:
        """Set the password, once, and end the sessions that the old one opened. Raises as `find`, and PasswordWeak."""
        invited = await self.find(token, now_ms)
        refuse_weak(password, invited.login)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as session:
            # One statement, so that a link counts once even if it is pressed twice.
            used = await session.scalar(
                update(Invitation)
                .where(
                    Invitation.token_sha256 == digest(token),
                    Invitation.used_at_ms.is_(None),
                    Invitation.expires_at_ms > now_ms,
                )
                .values(used_at_ms=now_ms)
                .returning(Invitation.user_id)
            )
            if used is None:
                raise InvitationOver("this link is over; ask your administrator for a new one")
            user = await session.get_one(User, used)
            user.password_hash = password_hash
            # Somebody whose telephone is gone comes in again this way.
            await session.execute(delete(SecondFactor).where(SecondFactor.user_id == used))
            await end_sessions(session, UserId(used), now_ms)
            await note_change(
                session,
                user.county_id,
                UserId(used),
                "staff.joined",
                used,
                {},
                now_ms,
                school_id=user.school_id,
            )
        return UserId(used)
