import asyncio
import re

import pytest
from sqlalchemy import select

from app.accounts.pairing import (
    CLASSROOM_USES,
    LIFETIME_MS,
    SEAT_USES,
    CodeExpired,
    CodeUnknown,
    PairedClassroom,
    PairedSeat,
    PairingCodes,
    normalise_code,
)
from app.db.engine import Database
from app.db.models import PairingCode
from tests.support.clock import START_MS
from tests.support.county import make_county
from tests.support.database import on_both_databases


async def redeem(database: Database, code: str, now_ms: int) -> PairedSeat | PairedClassroom:
    async with database.transaction() as session:
        return await PairingCodes(database).redeem(session, code, now_ms)


@on_both_databases
async def test_a_code_leads_to_its_one_seat_until_it_expires(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    made = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    assert len(made.code) == 8
    assert made.code.isdecimal()

    seat = await redeem(database, made.code, START_MS + LIFETIME_MS["spoken"] - 1)
    assert seat == PairedSeat(county.lesson, county.seats[0])
    with pytest.raises(CodeExpired):
        await redeem(database, made.code, START_MS + LIFETIME_MS["spoken"])
    with pytest.raises(CodeUnknown):
        await redeem(database, "00000000" if made.code != "00000000" else "1" * 8, START_MS)


@on_both_databases
async def test_a_code_works_a_few_times_even_when_all_ask_at_once(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    made = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    results = await asyncio.gather(
        *(redeem(database, made.code, START_MS) for _ in range(SEAT_USES + 3)),
        return_exceptions=True,
    )
    assert sum(isinstance(r, PairedSeat) for r in results) == SEAT_USES
    assert sum(isinstance(r, CodeExpired) for r in results) == 3


async def test_a_new_code_replaces_the_old_one_of_the_seat(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    old = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    other = await codes.create(county.lesson, county.seats[1], county.teacher, START_MS)
    await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    with pytest.raises(CodeUnknown):
        await redeem(database, old.code, START_MS)
    assert await redeem(database, other.code, START_MS)


async def test_the_digits_are_not_in_the_database(database: Database) -> None:
    county = await make_county(database)
    made = await PairingCodes(database).create(
        county.lesson, county.seats[0], county.teacher, START_MS
    )
    async with database.reading() as session:
        row = (await session.scalars(select(PairingCode))).one()
    assert made.code not in row.code_hmac
    assert len(row.code_hmac) == 64


@on_both_databases
async def test_a_code_makes_a_pc_a_classrooms_own_for_its_creator(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    made = await codes.create_for_classroom("cls_1", "card", county.admin, START_MS)
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{12}", made.code)
    until_ms = START_MS + LIFETIME_MS["card"]
    for _ in range(CLASSROOM_USES):
        paired = await redeem(database, made.code, until_ms - 1)
        assert isinstance(paired, PairedClassroom)
        assert (paired.classroom_id, paired.created_by) == ("cls_1", county.admin)
    with pytest.raises(CodeExpired):
        await redeem(database, made.code, until_ms - 1)


async def test_a_new_code_of_a_classroom_replaces_those_of_its_kind_only(
    database: Database,
) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    seat = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    old = await codes.create_for_classroom("cls_1", "spoken", county.admin, START_MS)
    other = await codes.create_for_classroom("cls_2", "spoken", county.admin, START_MS)
    card = await codes.create_for_classroom("cls_1", "card", county.admin, START_MS)
    new = await codes.create_for_classroom("cls_1", "spoken", county.admin, START_MS)
    with pytest.raises(CodeUnknown):
        await redeem(database, old.code, START_MS)
    for code in (seat.code, other.code, card.code, new.code):
        assert await redeem(database, code, START_MS)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" 1234 5678 ", "12345678"),
        ("１２３４-5678", "12345678"),
        ("K7QM-2RXD-9TVW", "k7qm2rxd9tvw"),
        ("OIL", "011"),
        ("١", ""),
        ("配对码：7", "7"),
    ],
)
def test_codes_are_read_as_people_write_them(typed: str, code: str) -> None:
    assert normalise_code(typed) == code
