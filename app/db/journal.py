"""The journal store: one transaction per append, projectors inside it.

On SQLite every commit is an fsync of the one file, so appends that wait for the writer at the same moment are
committed together, each in its own savepoint (group commit). On PostgreSQL each append is its own transaction.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import JournalRow, LessonLease
from app.ids import LessonId
from app.rooms.recorded import Recorded, event_from_json, event_to_json
from app.rooms.runtime import JournalConflict

Projector = Callable[[AsyncSession, LessonId, Sequence[Recorded]], Awaitable[None]]
"""Folds new events into tables, in the transaction that appends them."""

MAX_GROUP = 64


@dataclass(slots=True)
class _Append:
    lesson_id: LessonId
    lease_epoch: int
    recorded: tuple[Recorded, ...]
    done: "asyncio.Future[None]" = field(repr=False)


class Journal:
    """Append-only events per lesson. `close()` before the database closes."""

    def __init__(self, database: Database, projectors: Sequence[Projector] = ()) -> None:
        self._database = database
        self._projectors = tuple(projectors)
        self._waiting: list[_Append] = []
        self._committer: asyncio.Task[None] | None = None

    async def claim(self, lesson_id: LessonId) -> int:
        """Become the one writer of this lesson; returns the lease epoch. Older epochs can no longer append."""
        make = sqlite_insert if self._database.is_sqlite else postgresql_insert
        statement = make(LessonLease).values(
            lesson_id=lesson_id, epoch=1, claimed_at_ms=time.time_ns() // 1_000_000
        )
        statement = statement.on_conflict_do_update(
            index_elements=[LessonLease.lesson_id],
            set_={
                "epoch": LessonLease.epoch + 1,
                "claimed_at_ms": statement.excluded.claimed_at_ms,
            },
        )
        async with self._database.transaction() as session:
            result = await session.execute(statement.returning(LessonLease.epoch))
            epoch: int = result.scalar_one()
        return epoch

    async def load(
        self, lesson_id: LessonId, after_seq: int = 0, limit: int | None = None
    ) -> list[Recorded]:
        """The lesson's events after `after_seq`, in order."""
        async with self._database.reading() as session:
            return await load_events(session, lesson_id, after_seq, limit)

    async def append(
        self, lesson_id: LessonId, lease_epoch: int, recorded: Sequence[Recorded]
    ) -> None:
        """Write the events and what the projectors make of them, all or nothing.

        JournalConflict: another room claimed the lesson, or a `seq` is taken or missing.
        """
        if not recorded:
            return
        if not self._database.is_sqlite:
            async with self._database.transaction() as session:
                await self._write(session, lesson_id, lease_epoch, tuple(recorded))
            return
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(_Append(lesson_id, lease_epoch, tuple(recorded), done))
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit_groups())
        await done

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._committer is not None:
            with suppress(Exception):
                await self._committer

    async def _commit_groups(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
                await self._commit(group)
        finally:
            self._committer = None
            for append in self._waiting:
                append.done.cancel()
            self._waiting.clear()

    async def _commit(self, group: Sequence[_Append]) -> None:
        refused: dict[int, Exception] = {}
        failure: BaseException | None = None
        try:
            async with self._database.transaction() as session:
                if len(group) == 1:
                    await self._write_one(session, group[0])
                    return
                for index, append in enumerate(group):
                    try:
                        async with session.begin_nested():
                            await self._write_one(session, append)
                    except Exception as error:  # one room's trouble is not the other rooms'
                        refused[index] = error
        except BaseException as error:
            failure = error
            if not isinstance(error, Exception):
                raise
        finally:
            for index, append in enumerate(group):
                if append.done.done():
                    continue
                error_or_none = refused.get(index, failure)
                if error_or_none is None:
                    append.done.set_result(None)
                elif isinstance(error_or_none, asyncio.CancelledError):
                    append.done.cancel()
                else:
                    append.done.set_exception(error_or_none)

    async def _write_one(self, session: AsyncSession, append: _Append) -> None:
        await self._write(session, append.lesson_id, append.lease_epoch, append.recorded)

    async def _write(
        self,
        session: AsyncSession,
        lesson_id: LessonId,
        lease_epoch: int,
        recorded: tuple[Recorded, ...],
    ) -> None:
        last = select(func.coalesce(func.max(JournalRow.seq), 0)).where(
            JournalRow.lesson_id == lesson_id
        )
        held = (
            await session.execute(
                select(LessonLease.epoch, last.scalar_subquery())
                .where(LessonLease.lesson_id == lesson_id)
                .with_for_update(of=LessonLease)
            )
        ).one_or_none()
        epoch, last_seq = (None, 0) if held is None else held
        if epoch != lease_epoch:
            raise JournalConflict(
                f"lesson {lesson_id} is held by epoch {epoch}, not by {lease_epoch}"
            )
        expected = list(range(last_seq + 1, last_seq + 1 + len(recorded)))
        if [one.seq for one in recorded] != expected:
            raise JournalConflict(
                f"lesson {lesson_id} stands at seq {last_seq}, cannot append "
                f"{recorded[0].seq}..{recorded[-1].seq}"
            )
        try:
            await session.execute(insert(JournalRow), [_row(lesson_id, one) for one in recorded])
        except IntegrityError as error:
            raise JournalConflict(f"lesson {lesson_id}: seq already written") from error
        for project in self._projectors:
            await project(session, lesson_id, recorded)


def _row(lesson_id: LessonId, one: Recorded) -> dict[str, object]:
    return {
        "lesson_id": lesson_id,
        "seq": one.seq,
        "type": one.event.type,
        "data": event_to_json(one.event),
        "at_ms": one.at_ms,
        "mono_ns": one.mono_ns,
    }


async def load_events(
    session: AsyncSession, lesson_id: LessonId, after_seq: int = 0, limit: int | None = None
) -> list[Recorded]:
    """As `Journal.load`, within a session at hand. ValueError for an event this version does not know."""
    rows = await session.scalars(
        select(JournalRow)
        .where(JournalRow.lesson_id == lesson_id, JournalRow.seq > after_seq)
        .order_by(JournalRow.seq)
        .limit(limit)
    )
    return [
        Recorded(row.seq, row.at_ms, row.mono_ns, event_from_json(row.type, row.data))
        for row in rows
    ]
