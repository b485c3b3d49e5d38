import asyncio

import pytest
from sqlalchemy import select

from app.accounts.pairing import PairedClassroom
from app.accounts.pcs import (
    MAX_PCS,
    SECRET_LIFETIME_MS,
    ClassroomPcs,
    NewPc,
    PcRevoked,
    PcUnknown,
    TooManyPcs,
)
from app.accounts.revocations import open_ticket_book
from app.accounts.tokens import TicketBook
from app.db.engine import Database
from app.db.models import ClassroomPc
from app.errors import NotAuthenticated
from app.ids import ClassroomId, LessonId, ParticipantId
from app.rooms.state import Role
from tests.support.clock import START_MS
from tests.support.county import ADMIN, make_county
from tests.support.database import on_both_databases

WEEK_MS = SECRET_LIFETIME_MS


async def pair(database: Database, classroom_id: str = "cls_1") -> NewPc:
    paired = PairedClassroom(ClassroomId(classroom_id), ADMIN, "", None)
    async with database.transaction() as session:
        return await ClassroomPcs(database).add(session, paired, "Browser/1", START_MS)


@on_both_databases
async def test_a_paired_pc_is_known_by_its_secret_alone(database: Database) -> None:
    await make_county(database)
    new = await pair(database)
    pcs = ClassroomPcs(database)
    assert await pcs.find(new.secret, START_MS) == new.pc
    assert (new.pc.classroom_name, new.pc.school_name) == ("Class 1", "sch_1")
    for stranger in ("", "x" * 43, new.secret + "x" * 300, "\ud800"):
        with pytest.raises(PcUnknown):
            await pcs.find(stranger, START_MS)
    async with database.reading() as session:
        row = (await session.scalars(select(ClassroomPc))).one()
    assert new.secret not in (row.secret_sha256, row.previous_sha256)


@on_both_databases
async def test_a_week_old_secret_is_changed_once_and_the_one_before_counts_on(
    database: Database,
) -> None:
    await make_county(database)
    first = (await pair(database)).secret
    pcs = ClassroomPcs(database)
    assert await pcs.renew(first, START_MS + WEEK_MS - 1) is None

    now_ms = START_MS + WEEK_MS
    answers = await asyncio.gather(pcs.renew(first, now_ms), pcs.renew(first, now_ms))
    (second,) = [one for one in answers if one is not None]
    for secret in (first, second):
        assert await pcs.find(secret, now_ms)

    third = await pcs.renew(second, now_ms + WEEK_MS)
    assert third is not None
    assert await pcs.find(second, now_ms + WEEK_MS)
    with pytest.raises(PcUnknown):
        await pcs.find(first, now_ms + WEEK_MS)


async def test_a_pc_whose_disk_is_restored_at_each_start_stays_known(database: Database) -> None:
    await make_county(database)
    on_disk = (await pair(database)).secret
    pcs = ClassroomPcs(database)
    for week in range(1, 9):
        now_ms = START_MS + week * WEEK_MS
        assert await pcs.find(on_disk, now_ms)
        assert await pcs.renew(on_disk, now_ms)


async def test_a_removed_pc_is_told_so_and_cannot_renew(database: Database) -> None:
    await make_county(database)
    new, other = await pair(database), await pair(database)
    pcs = ClassroomPcs(database)
    await pcs.revoke(new.pc.pc_id, ADMIN, START_MS)
    with pytest.raises(PcRevoked):
        await pcs.find(new.secret, START_MS)
    assert await pcs.renew(new.secret, START_MS + WEEK_MS) is None
    assert await pcs.find(other.secret, START_MS)


async def test_tickets_of_a_removed_pc_stay_refused_after_a_restart(database: Database) -> None:
    await make_county(database)
    new = await pair(database)
    await ClassroomPcs(database).revoke(new.pc.pc_id, ADMIN, START_MS)
    book = await open_ticket_book(database)
    token, _ = book.issue_ticket(
        lesson_id=LessonId("les_1"),
        participant_id=ParticipantId("sea_1"),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=new.pc.classroom_id,
        now_ms=START_MS,
        expires_at_ms=START_MS + 1,
        pc_id=new.pc.pc_id,
    )
    assert isinstance(book, TicketBook)
    with pytest.raises(NotAuthenticated, match="removed"):
        book.read_ticket(token, START_MS)


@on_both_databases
async def test_a_classroom_has_so_many_pcs_and_no_more_even_when_all_come_at_once(
    database: Database,
) -> None:
    await make_county(database)
    results = await asyncio.gather(
        *(pair(database) for _ in range(MAX_PCS + 2)), return_exceptions=True
    )
    made = [one for one in results if isinstance(one, NewPc)]
    assert len(made) == MAX_PCS
    assert sum(isinstance(one, TooManyPcs) for one in results) == 2
    assert await pair(database, "cls_2")
    await ClassroomPcs(database).revoke(made[0].pc.pc_id, ADMIN, START_MS)
    assert await pair(database)


async def test_when_a_pc_was_seen_is_written_once_a_minute(database: Database) -> None:
    await make_county(database)
    new = await pair(database)
    pcs = ClassroomPcs(database)

    async def seen_at_ms() -> int:
        async with database.reading() as session:
            return (await session.scalars(select(ClassroomPc.last_seen_at_ms))).one()

    await pcs.find(new.secret, START_MS + 59_999)
    assert await seen_at_ms() == START_MS
    await pcs.find(new.secret, START_MS + 60_000)
    assert await seen_at_ms() == START_MS + 60_000
