"""Guest teachers: somebody from outside leads one lesson, let in by a link that counts once, without a password."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.digest import digest
from app.accounts.sessions import OpenedSession, Sessions, end_sessions
from app.caller import Caller
from app.db.audit import note_change
from app.db.engine import Database
from app.db.models import GuestLink, RoleGrant, User
from app.errors import Conflict, Gone, NotFound
from app.ids import LessonId, UserId, new_id
from app.lessons.access import require_admin
from app.lessons.changes import LessonChanges
from app.lessons.lesson import LessonDetail
from app.lessons.repository import LessonStore

MAX_TOKEN_CHARS = 100
NO_PASSWORD = ""
"""Nobody signs in with it: it is no argon2 hash."""


class GuestLinkUnknown(NotFound):
    code = "guest_link_unknown"


class GuestLinkOver(Gone):
    code = "guest_link_over"


@dataclass(frozen=True, slots=True)
class NewGuestLink:
    token: str
    """192 random bits; only its SHA-256 is kept."""
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class InvitedGuest:
    name: str
    lesson: LessonDetail


class Guests:
    """A guest is a person without any role, so that nothing is open to them but the lesson they lead."""

    def __init__(
        self,
        database: Database,
        store: LessonStore,
        changes: LessonChanges,
        sessions: Sessions,
        *,
        now_ms: Callable[[], int],
        grace_ms: int,
    ) -> None:
        """`grace_ms`: how long after the lesson's end a guest is still known."""
        self._database = database
        self._store = store
        self._changes = changes
        self._sessions = sessions
        self._now_ms = now_ms
        self._grace_ms = grace_ms

    async def invite(self, lesson: LessonDetail, name: str, caller: Caller) -> NewGuestLink:
        """The lesson is the guest's from now on; for its admins.

        Asked again, the same guest gets a fresh link: the ones before stop working, and so does what they opened.
        Conflict `lesson_ended`, `lesson_started` (for a new guest), `classroom_busy`.
        """
        require_admin(caller, lesson.scope)
        if lesson.state == "ended":
            raise Conflict("the lesson is over", code="lesson_ended")
        now_ms = self._now_ms()
        expires_at_ms = lesson.tickets_end_ms(now_ms, self._grace_ms)
        token = secrets.token_urlsafe(24)
        async with self._database.transaction() as session:
            guest = await self._guest(session, lesson, name, caller)
            await session.execute(delete(GuestLink).where(GuestLink.lesson_id == lesson.lesson_id))
            await end_sessions(session, UserId(guest.user_id), now_ms)
            session.add(
                GuestLink(
                    token_sha256=digest(token),
                    lesson_id=lesson.lesson_id,
                    user_id=guest.user_id,
                    created_by=caller.user_id,
                    created_at_ms=now_ms,
                    expires_at_ms=expires_at_ms,
                )
            )
            await note_change(
                session,
                lesson.county_id,
                caller.user_id,
                "lesson.guest_invited",
                lesson.lesson_id,
                {"user_id": guest.user_id},
                now_ms,
                school_id=lesson.lead_school_id,
            )
        await self._changes.tell_room(lesson.lesson_id)
        return NewGuestLink(token, expires_at_ms)

    async def find(self, token: str) -> InvitedGuest:
        """Whose link it is, and to what. GuestLinkUnknown, GuestLinkOver."""
        async with self._database.reading() as session:
            link = await session.get(GuestLink, digest(token))
            if link is None:
                raise GuestLinkUnknown("there is no such link; ask for a new one")
            name = (await session.get_one(User, link.user_id)).name
        lesson = await self._store.get(LessonId(link.lesson_id))
        is_used = link.used_at_ms is not None or link.expires_at_ms <= self._now_ms()
        if is_used or lesson.state == "ended" or lesson.lead_user_id != link.user_id:
            raise GuestLinkOver("this link is over; ask for a new one")
        return InvitedGuest(name, lesson)

    async def enter(self, token: str, agent: str) -> tuple[LessonId, OpenedSession]:
        """Sign the guest in until the lesson is over, once. Raises as `find`."""
        lesson = (await self.find(token)).lesson
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            # One statement, so that a link counts once even if it is pressed twice.
            user_id = await session.scalar(
                update(GuestLink)
                .where(GuestLink.token_sha256 == digest(token), GuestLink.used_at_ms.is_(None))
                .values(used_at_ms=now_ms)
                .returning(GuestLink.user_id)
            )
        if user_id is None:
            raise GuestLinkOver("this link is over; ask for a new one")
        lifetime_ms = lesson.tickets_end_ms(now_ms, self._grace_ms) - now_ms
        opened = await self._sessions.open(UserId(user_id), "cookie", now_ms, lifetime_ms, agent)
        return lesson.lesson_id, opened

    async def _guest(
        self, session: AsyncSession, lesson: LessonDetail, name: str, caller: Caller
    ) -> User:
        """The guest who leads already, by the name given now, or a new one who leads from now on."""
        lead = await session.get_one(User, lesson.lead_user_id)
        has_roles = select(RoleGrant.role).where(RoleGrant.user_id == lead.user_id).limit(1)
        if await session.scalar(has_roles) is None:
            lead.name = name
            return lead
        guest = User(
            user_id=new_id("usr"),
            county_id=lesson.county_id,
            # The lesson stays with the school that answers for it.
            school_id=lesson.lead_school_id,
            name=name,
            password_hash=NO_PASSWORD,
            created_at_ms=self._now_ms(),
        )
        session.add(guest)
        await session.flush()
        await self._changes.give_to(session, lesson, UserId(guest.user_id), caller)
        return guest
