"""Signed-in browsers and API clients: opaque random tokens, of which only the SHA-256 is stored."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.digest import digest
from app.accounts.noting import note_own_account
from app.caller import Caller, StaffRole
from app.db.engine import Database
from app.db.models import Login, RoleGrant, School, Session, User
from app.errors import NotAuthenticated, NotFound
from app.ids import SchoolId, UserId, new_id

SessionKind = Literal["cookie", "bearer"]
MAX_TOKEN_CHARS = 200
MAX_AGENT_CHARS = 200
MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class OpenedSession:
    token: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class KnownSession:
    """One of a person's own sessions that still count."""

    session_id: str
    kind: SessionKind
    agent: str
    created_at_ms: int
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class Account:
    """What sign-in needs to know of a login."""

    user_id: UserId
    password_hash: str


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_account(self, login: str) -> Account | None:
        """The active account of a normalised login."""
        async with self._database.reading() as session:
            row = (
                await session.execute(
                    select(User.user_id, User.password_hash)
                    .join(Login, Login.user_id == User.user_id)
                    .where(Login.login == login, User.is_active)
                )
            ).one_or_none()
        return None if row is None else Account(UserId(row.user_id), row.password_hash)

    async def password_hash(self, user_id: UserId) -> str | None:
        """Of an active account."""
        async with self._database.reading() as session:
            return await session.scalar(
                select(User.password_hash).where(User.user_id == user_id, User.is_active)
            )

    async def change_password_hash(self, by: Caller, password_hash: str, now_ms: int) -> None:
        """Of the caller's own account."""
        async with self._database.transaction() as session:
            await session.execute(
                update(User).where(User.user_id == by.user_id).values(password_hash=password_hash)
            )
            await note_own_account(session, by, "account.password_changed", now_ms)

    async def open(
        self, user_id: UserId, kind: SessionKind, now_ms: int, lifetime_ms: int, agent: str = ""
    ) -> OpenedSession:
        """Sign this person in; forgets sessions that ended long ago. `agent`: what the browser calls itself."""
        token = secrets.token_urlsafe(32)
        async with self._database.transaction() as session:
            await session.execute(delete(Session).where(Session.expires_at_ms < now_ms))
            session.add(
                Session(
                    session_id=new_id("ses"),
                    token_sha256=digest(token),
                    user_id=user_id,
                    kind=kind,
                    created_at_ms=now_ms,
                    expires_at_ms=now_ms + lifetime_ms,
                    agent=agent[:MAX_AGENT_CHARS],
                )
            )
        return OpenedSession(token, now_ms + lifetime_ms)

    async def find_caller(self, token: str, kind: SessionKind, now_ms: int) -> Caller | None:
        """Who holds this token, if it still counts."""
        if len(token) > MAX_TOKEN_CHARS:
            return None
        async with self._database.reading() as session:
            user_id = await session.scalar(
                select(Session.user_id).where(
                    Session.token_sha256 == digest(token),
                    Session.kind == kind,
                    Session.expires_at_ms > now_ms,
                    Session.revoked_at_ms.is_(None),
                )
            )
            return None if user_id is None else await load_caller(session, UserId(user_id))

    async def find_id(self, tokens: Sequence[str]) -> str | None:
        """The session of one of these tokens."""
        async with self._database.reading() as session:
            return await session.scalar(
                select(Session.session_id).where(
                    Session.token_sha256.in_([digest(token) for token in tokens])
                )
            )

    async def of(self, user_id: UserId, now_ms: int) -> list[KnownSession]:
        """Where this person is signed in, the newest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Session)
                .where(*_counts(user_id, now_ms))
                .order_by(Session.created_at_ms.desc(), Session.session_id)
                .limit(MAX_LISTED)
            )
            return [
                KnownSession(
                    session_id=row.session_id,
                    kind=cast("SessionKind", row.kind),
                    agent=row.agent,
                    created_at_ms=row.created_at_ms,
                    expires_at_ms=row.expires_at_ms,
                )
                for row in rows
            ]

    async def end(self, user_id: UserId, session_id: str, now_ms: int) -> None:
        """Sign this person out there. NotFound if it is nobody's or somebody else's."""
        async with self._database.transaction() as session:
            ended = await session.scalar(
                update(Session)
                .where(Session.session_id == session_id, *_counts(user_id, now_ms))
                .values(revoked_at_ms=now_ms)
                .returning(Session.session_id)
            )
        if ended is None:
            raise NotFound("you are not signed in there")

    async def end_others(self, user_id: UserId, keep: str | None, now_ms: int) -> None:
        """Sign this person out everywhere but here."""
        async with self._database.transaction() as session:
            await session.execute(
                update(Session)
                .where(Session.session_id != (keep or ""), *_counts(user_id, now_ms))
                .values(revoked_at_ms=now_ms)
            )

    async def load(self, user_id: UserId) -> Caller:
        """Somebody who just signed in."""
        async with self._database.reading() as session:
            caller = await load_caller(session, user_id)
        if caller is None:
            raise NotAuthenticated("this account is closed")
        return caller

    async def revoke(self, token: str, now_ms: int) -> None:
        """This token no longer counts. Unknown tokens are nobody's business."""
        async with self._database.transaction() as session:
            await session.execute(
                update(Session)
                .where(Session.token_sha256 == digest(token), Session.revoked_at_ms.is_(None))
                .values(revoked_at_ms=now_ms)
            )

    async def revoke_all(self, user_id: UserId, now_ms: int) -> None:
        """Sign this person out everywhere (password changed, account closed)."""
        async with self._database.transaction() as session:
            await end_sessions(session, user_id, now_ms)


def _counts(user_id: UserId, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Session.user_id == user_id,
        Session.revoked_at_ms.is_(None),
        Session.expires_at_ms > now_ms,
    )


async def end_sessions(session: AsyncSession, user_id: UserId, now_ms: int) -> None:
    """Sign this person out everywhere, in the transaction of what calls for it."""
    await session.execute(
        update(Session)
        .where(Session.user_id == user_id, Session.revoked_at_ms.is_(None))
        .values(revoked_at_ms=now_ms)
    )


async def load_caller(session: AsyncSession, user_id: UserId) -> Caller | None:
    """An active user with roles and school."""
    row = (
        await session.execute(
            select(User, School.name)
            .outerjoin(School, School.school_id == User.school_id)
            .where(User.user_id == user_id, User.is_active)
        )
    ).one_or_none()
    if row is None:
        return None
    user, school_name = row
    roles = await session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id))
    return Caller(
        user_id=UserId(user.user_id),
        county_id=user.county_id,
        school_id=None if user.school_id is None else SchoolId(user.school_id),
        school_name=school_name,
        name=user.name,
        roles=frozenset(cast("list[StaffRole]", roles.all())),
    )
