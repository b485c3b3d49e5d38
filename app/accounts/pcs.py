"""Classroom PCs: computers that were paired once and come into their classroom's lessons by themselves.

A PC holds a random secret, of which only the SHA-256 is stored. The secret is changed every week; the one before it
counts on, because the answer that brought the new one may have been lost, and because schools restore the disks of
their PCs at each start. A secret that was read off an old disk stops counting after two changes.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.digest import digest
from app.accounts.pairing import PairedClassroom
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Classroom, ClassroomPc, PairingCode, School
from app.errors import Conflict, NotAuthenticated, NotFound
from app.ids import ClassroomId, PcId, UserId, new_id

PcRemoved = Callable[[PcId], Awaitable[None]]
"""This PC no longer counts: put it out of the lesson that it is in."""

MAX_PCS = 4
"""Of one classroom, revoked ones not counted."""
SECRET_LIFETIME_MS = 7 * 86_400_000
SEEN_EVERY_MS = 60_000
"""How exact `last_seen_at_ms` is: a PC that asks more often writes no more often."""
MAX_SECRET_CHARS = 200
MAX_BROWSER_CHARS = 200


class PcUnknown(NotAuthenticated):
    code = "pc_unknown"


class PcRevoked(NotAuthenticated):
    code = "pc_revoked"


class TooManyPcs(Conflict):
    code = "too_many_pcs"


@dataclass(frozen=True, slots=True)
class Pc:
    """A paired PC as the server knows it after reading its cookie."""

    pc_id: PcId
    classroom_id: ClassroomId
    classroom_name: str
    school_name: str


@dataclass(frozen=True, slots=True)
class NewPc:
    pc: Pc
    secret: str


class ClassroomPcs:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, session: AsyncSession, paired: PairedClassroom, browser: str, now_ms: int
    ) -> NewPc:
        """Make a PC the classroom's own, within a transaction at hand, in place of what the code made before.

        TooManyPcs.
        """
        classroom_id = paired.classroom_id
        if paired.made is not None:
            await _revoke(session, paired.made, paired.created_by, now_ms)
        await require_room_for_a_pc(session, classroom_id)
        secret = secrets.token_urlsafe(32)
        row = ClassroomPc(
            pc_id=new_id("cpc"),
            classroom_id=classroom_id,
            secret_sha256=digest(secret),
            secret_since_ms=now_ms,
            browser=browser[:MAX_BROWSER_CHARS],
            paired_by=paired.created_by,
            paired_at_ms=now_ms,
            last_seen_at_ms=now_ms,
        )
        session.add(row)
        await session.flush()
        await session.execute(
            update(PairingCode)
            .where(PairingCode.code_hmac == paired.code_hmac)
            .values(pc_id=row.pc_id)
        )
        return NewPc(await _read(session, row), secret)

    async def find(self, secret: str, now_ms: int) -> Pc:
        """The PC that holds this secret, and note that it was seen. PcUnknown, PcRevoked."""
        async with self._database.reading() as session:
            row = await _row_of(session, secret)
            pc = await _read(session, row)
        if now_ms - row.last_seen_at_ms >= SEEN_EVERY_MS:
            async with self._database.transaction() as session:
                await session.execute(
                    update(ClassroomPc)
                    .where(ClassroomPc.pc_id == row.pc_id)
                    .values(last_seen_at_ms=now_ms)
                )
        return pc

    async def note_clock(self, pc_id: PcId, ahead_ms: int) -> None:
        """What the PC measured: how far its clock is ahead of ours."""
        async with self._database.transaction() as session:
            await session.execute(
                update(ClassroomPc)
                .where(ClassroomPc.pc_id == pc_id)
                .values(clock_ahead_ms=ahead_ms)
            )

    async def renew(self, secret: str, now_ms: int) -> str | None:
        """A new secret for the holder of this one, if the newest is a week old; else None."""
        fresh = secrets.token_urlsafe(32)
        async with self._database.transaction() as session:
            # One statement: of two tabs that ask at once, one gets a new secret and the other keeps its own.
            changed = await session.scalar(
                update(ClassroomPc)
                .where(
                    _holds(secret),
                    ClassroomPc.secret_since_ms <= now_ms - SECRET_LIFETIME_MS,
                    ClassroomPc.revoked_at_ms.is_(None),
                )
                .values(
                    secret_sha256=digest(fresh),
                    previous_sha256=digest(secret),
                    secret_since_ms=now_ms,
                )
                .returning(ClassroomPc.pc_id)
            )
        return None if changed is None else fresh

    async def revoke(self, pc_id: PcId, by: UserId, now_ms: int) -> None:
        """This PC is out for good. NotFound if it is none, or out already."""
        async with self._database.transaction() as session:
            if not await _revoke(session, pc_id, by, now_ms):
                raise NotFound("there is no such classroom PC")
            pc = await session.get_one(ClassroomPc, pc_id)
            await note_classroom(session, pc.classroom_id, by, "pc.removed", now_ms)


async def note_classroom(
    session: AsyncSession, classroom_id: str, by: UserId, action: AuditAction, now_ms: int
) -> None:
    """What somebody did with a classroom's PCs, in the audit log."""
    row = await session.execute(
        select(School.county_id, School.school_id)
        .join(Classroom, Classroom.school_id == School.school_id)
        .where(Classroom.classroom_id == classroom_id)
    )
    county_id, school_id = row.one()
    await note_change(session, county_id, by, action, classroom_id, {}, now_ms, school_id=school_id)


async def require_room_for_a_pc(session: AsyncSession, classroom_id: ClassroomId) -> None:
    """TooManyPcs if the classroom has as many as it may. Holds the classroom's row until the transaction ends."""
    await session.execute(
        select(Classroom.classroom_id)
        .where(Classroom.classroom_id == classroom_id)
        .with_for_update()
    )
    count = await session.scalar(
        select(func.count())
        .select_from(ClassroomPc)
        .where(ClassroomPc.classroom_id == classroom_id, ClassroomPc.revoked_at_ms.is_(None))
    )
    if (count or 0) >= MAX_PCS:
        raise TooManyPcs(f"a classroom has at most {MAX_PCS} PCs; remove one first")


async def _revoke(session: AsyncSession, pc_id: PcId, by: UserId, now_ms: int) -> bool:
    """Whether it was still in."""
    changed = await session.scalar(
        update(ClassroomPc)
        .where(ClassroomPc.pc_id == pc_id, ClassroomPc.revoked_at_ms.is_(None))
        .values(revoked_at_ms=now_ms, revoked_by=by)
        .returning(ClassroomPc.pc_id)
    )
    return changed is not None


async def _row_of(session: AsyncSession, secret: str) -> ClassroomPc:
    if len(secret) > MAX_SECRET_CHARS:
        raise PcUnknown("this is no classroom PC of this server")
    row = await session.scalar(select(ClassroomPc).where(_holds(secret)))
    if row is None:
        raise PcUnknown("this is no classroom PC of this server")
    if row.revoked_at_ms is not None:
        raise PcRevoked("this PC was removed from its classroom")
    return row


def _holds(secret: str) -> ColumnElement[bool]:
    known = digest(secret)
    return or_(ClassroomPc.secret_sha256 == known, ClassroomPc.previous_sha256 == known)


async def _read(session: AsyncSession, row: ClassroomPc) -> Pc:
    names = (
        await session.execute(
            select(Classroom.name, School.name)
            .join(School, School.school_id == Classroom.school_id)
            .where(Classroom.classroom_id == row.classroom_id)
        )
    ).one()
    return Pc(PcId(row.pc_id), ClassroomId(row.classroom_id), *names)
