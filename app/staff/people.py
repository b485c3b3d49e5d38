"""Staff of a county in tables. Every change notes who made it, in the same transaction."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.login import normalise_login
from app.accounts.sessions import end_sessions
from app.caller import ADMINS, Caller, StaffRole
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Invitation, Login, RoleGrant, School, User
from app.db.scope import people_within, schools_within
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ids import SchoolId, UserId, new_id
from app.scope import Scope

MAX_STAFF = 20_000
"""In one county."""
MAX_LOGINS = 4
MAX_SHOWN = 100
NO_PASSWORD = ""
"""Nobody signs in with it: it is no argon2 hash."""


class LoginTaken(Conflict):
    code = "login_taken"


class LastAdmin(Conflict):
    code = "last_admin"


class SchoolNeeded(InvalidInput):
    code = "school_needed"


class TooManyStaff(Conflict):
    code = "too_many_staff"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an admin enters of a person."""

    name: str
    logins: tuple[str, ...]
    roles: frozenset[StaffRole]
    school_id: SchoolId | None


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UserId
    name: str
    logins: tuple[str, ...]
    roles: tuple[StaffRole, ...]
    school_id: str | None
    school_name: str | None
    is_active: bool
    has_password: bool
    invited_until_ms: int | None
    """An unused link that still counts."""


@dataclass(frozen=True, slots=True)
class Page:
    people: tuple[Person, ...]
    next: str | None
    """Cursor of what follows; None at the end."""


class Staff:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: Scope, text: str, now_ms: int, limit: int, after: str | None
    ) -> Page:
        """In order of names. `text`: part of a name or a login. InvalidInput for a cursor that is none."""
        query = _matching(scope, text).order_by(User.name, User.user_id).limit(limit + 1)
        if after is not None:
            query = query.where(tuple_(User.name, User.user_id) > tuple_(*_cursor(after)))
        async with self._database.reading() as session:
            users = (await session.scalars(query)).all()
            shown = users[:limit]
            people = await _people(session, shown, now_ms)
        last = shown[-1] if len(users) > limit else None
        return Page(people, None if last is None else _cursor_of(last))

    async def get(self, by: Caller, user_id: str, now_ms: int) -> Person:
        """NotFound for somebody whom this admin has nothing to do with, too."""
        async with self._database.reading() as session:
            user = await person_within(session, by.require_scope(*ADMINS), user_id)
            return (await _people(session, [user], now_ms))[0]

    async def add(self, by: Caller, draft: Draft, now_ms: int) -> UserId:
        """A person without a password. LoginTaken, SchoolNeeded, NotFound (school), TooManyStaff."""
        user_id = UserId(new_id("usr"))
        async with self._database.transaction() as session:
            count = select(func.count()).select_from(User).where(User.county_id == by.county_id)
            if (await session.scalar(count) or 0) >= MAX_STAFF:
                raise TooManyStaff(f"a county has {MAX_STAFF} people at most")
            session.add(
                User(
                    user_id=user_id,
                    county_id=by.county_id,
                    school_id=None,
                    name=draft.name,
                    password_hash=NO_PASSWORD,
                    created_at_ms=now_ms,
                )
            )
            await session.flush()
            await _write(session, by, user_id, draft)
            await _note(session, by, "staff.added", user_id, _told(draft), now_ms)
        return user_id

    async def change(self, by: Caller, user_id: str, draft: Draft, now_ms: int) -> None:
        """Everything about a person at once. The county keeps an admin: LastAdmin."""
        async with self._database.transaction() as session:
            user = await person_within(session, by.require_scope(*ADMINS), user_id)
            user.name = draft.name
            await _write(session, by, user_id, draft)
            await _refuse_without_admin(session, by.county_id)
            await _note(session, by, "staff.changed", user_id, _told(draft), now_ms)

    async def close(self, by: Caller, user_id: str, now_ms: int) -> None:
        """Nobody signs in as this person any more; what they did stays theirs. LastAdmin."""
        await self._set_active(by, user_id, False, now_ms)

    async def reopen(self, by: Caller, user_id: str, now_ms: int) -> None:
        await self._set_active(by, user_id, True, now_ms)

    async def sign_out(self, by: Caller, user_id: str, now_ms: int) -> None:
        """Everywhere, at once: somebody lost a computer, or does not know where they are signed in."""
        async with self._database.transaction() as session:
            await person_within(session, by.require_scope(*ADMINS), user_id)
            await end_sessions(session, UserId(user_id), now_ms)
            await _note(session, by, "staff.signed_out", user_id, {}, now_ms)

    async def _set_active(self, by: Caller, user_id: str, is_active: bool, now_ms: int) -> None:
        async with self._database.transaction() as session:
            user = await person_within(session, by.require_scope(*ADMINS), user_id)
            if user.is_active == is_active:
                return
            user.is_active = is_active
            await session.flush()
            await _refuse_without_admin(session, by.county_id)
            if not is_active:
                await end_sessions(session, UserId(user_id), now_ms)
                await session.execute(delete(Invitation).where(Invitation.user_id == user_id))
            action: AuditAction = "staff.reopened" if is_active else "staff.closed"
            await _note(session, by, action, user_id, {}, now_ms)


def _matching(scope: Scope, text: str) -> Select[User]:
    query = select(User).where(people_within(scope))
    if not text:
        return query
    pattern = f"%{_literal(text)}%"
    logins = select(Login.user_id).where(
        Login.login.like(f"%{_literal(normalise_login(text))}%", escape="\\")
    )
    return query.where(or_(User.name.like(pattern, escape="\\"), User.user_id.in_(logins)))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def person_within(session: AsyncSession, scope: Scope, user_id: str) -> User:
    """NotFound for nobody, and for somebody outside of the scope."""
    user: User | None = await session.scalar(
        select(User).where(User.user_id == user_id, people_within(scope))
    )
    if user is None:
        raise NotFound("there is no such person")
    return user


async def _note(
    session: AsyncSession,
    by: Caller,
    action: AuditAction,
    user_id: str,
    details: Mapping[str, object],
    now_ms: int,
) -> None:
    await note_change(
        session,
        by.county_id,
        by.user_id,
        action,
        user_id,
        details,
        now_ms,
        school_id=(await session.get_one(User, user_id)).school_id,
    )


async def _write(session: AsyncSession, by: Caller, user_id: str, draft: Draft) -> None:
    """School, logins and roles as the draft says."""
    scope = by.require_scope(*ADMINS)
    if "admin" in draft.roles and not scope.is_county:
        raise NotAllowed("only an admin of the county makes another one")
    user = await session.get_one(User, user_id)
    if draft.school_id is not None:
        await _require_school(session, scope, draft.school_id)
    elif draft.roles & {"onsite", "school_admin"}:
        raise SchoolNeeded("an on-site teacher and a school's admin belong to a school")
    elif not scope.is_county:
        raise SchoolNeeded("your people belong to your school")
    user.school_id = draft.school_id
    logins = tuple(dict.fromkeys(normalise_login(one) for one in draft.logins))
    if not all(logins):
        raise InvalidInput("a login is empty")
    taken = await session.scalar(
        select(Login.login).where(Login.login.in_(logins), Login.user_id != user_id).limit(1)
    )
    if taken is not None:
        raise LoginTaken(f"somebody else signs in with {taken}")
    await session.execute(delete(Login).where(Login.user_id == user_id))
    await session.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))
    session.add_all(Login(login=login, user_id=user_id) for login in logins)
    session.add_all(RoleGrant(user_id=user_id, role=role) for role in sorted(draft.roles))
    await session.flush()


async def _require_school(session: AsyncSession, scope: Scope, school_id: SchoolId) -> None:
    known = select(School.school_id).where(
        School.school_id == school_id, schools_within(scope), ~School.is_simulated
    )
    if await session.scalar(known) is None:
        raise NotFound("there is no such school")


async def _refuse_without_admin(session: AsyncSession, county_id: str) -> None:
    left = await session.scalar(
        select(User.user_id)
        .join(RoleGrant, RoleGrant.user_id == User.user_id)
        .where(User.county_id == county_id, User.is_active, RoleGrant.role == "admin")
        .limit(1)
    )
    if left is None:
        raise LastAdmin("the county would have no administrator left")


async def _people(session: AsyncSession, users: Sequence[User], now_ms: int) -> tuple[Person, ...]:
    ids = [user.user_id for user in users]
    logins = await session.execute(
        select(Login.user_id, Login.login).where(Login.user_id.in_(ids)).order_by(Login.login)
    )
    roles = await session.execute(
        select(RoleGrant.user_id, RoleGrant.role)
        .where(RoleGrant.user_id.in_(ids))
        .order_by(RoleGrant.role)
    )
    invited = await session.execute(
        select(Invitation.user_id, Invitation.expires_at_ms).where(
            Invitation.user_id.in_(ids),
            Invitation.used_at_ms.is_(None),
            Invitation.expires_at_ms > now_ms,
        )
    )
    schools = await session.execute(
        select(School.school_id, School.name).where(
            School.school_id.in_({user.school_id for user in users})
        )
    )
    names: Mapping[str, str] = dict(schools.all())
    logins_of, roles_of = _grouped(logins.all()), _grouped(roles.all())
    until: Mapping[str, int] = dict(invited.all())
    return tuple(
        Person(
            user_id=UserId(user.user_id),
            name=user.name,
            logins=tuple(logins_of.get(user.user_id, ())),
            roles=tuple(roles_of.get(user.user_id, ())),  # type: ignore[arg-type]
            school_id=user.school_id,
            school_name=None if user.school_id is None else names.get(user.school_id),
            is_active=user.is_active,
            has_password=user.password_hash != NO_PASSWORD,
            invited_until_ms=until.get(user.user_id),
        )
        for user in users
    )


def _grouped(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups


def _told(draft: Draft) -> dict[str, object]:
    """What the audit keeps: no name, no login, so that a person can be erased."""
    return {"roles": sorted(draft.roles), "school_id": draft.school_id}


def _cursor_of(user: User) -> str:
    text = json.dumps([user.name, user.user_id], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _cursor(text: str) -> tuple[str, str]:
    try:
        name, user_id = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, TypeError):
        raise InvalidInput("this is no cursor of this list") from None
    return str(name), str(user_id)
