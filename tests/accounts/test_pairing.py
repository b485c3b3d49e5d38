import asyncio

import pytest
from sqlalchemy import select

from app.accounts.pairing import (
    LIFETIME_MS,
    MAX_USES,
    CodeExpired,
    CodeUnknown,
    PairedSeat,
    PairingCodes,
)
from app.db.engine import Database
from app.db.models import PairingCode
from tests.support.clock import START_MS
from tests.support.county import make_county
from tests.support.database import on_both_databases


@on_both_databases
async def test_a_code_leads_to_its_one_seat_until_it_expires(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    made = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    assert len(made.code) == 8
    assert made.code.isdecimal()

    seat = await codes.redeem(made.code, START_MS + LIFETIME_MS - 1)
    assert seat == PairedSeat(county.lesson, county.seats[0])
    with pytest.raises(CodeExpired):
        await codes.redeem(made.code, START_MS + LIFETIME_MS)
    with pytest.raises(CodeUnknown):
        await codes.redeem("00000000" if made.code != "00000000" else "1" * 8, START_MS)


@on_both_databases
async def test_a_code_works_a_few_times_even_when_all_ask_at_once(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    made = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    results = await asyncio.gather(
        *(codes.redeem(made.code, START_MS) for _ in range(MAX_USES + 3)), return_exceptions=True
    )
    assert sum(isinstance(r, PairedSeat) for r in results) == MAX_USES
    assert sum(isinstance(r, CodeExpired) for r in results) == 3


async def test_a_new_code_replaces_the_old_one_of_the_seat(database: Database) -> None:
    county = await make_county(database)
    codes = PairingCodes(database)
    old = await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    other = await codes.create(county.lesson, county.seats[1], county.teacher, START_MS)
    await codes.create(county.lesson, county.seats[0], county.teacher, START_MS)
    with pytest.raises(CodeUnknown):
        await codes.redeem(old.code, START_MS)
    assert await codes.redeem(other.code, START_MS)


async def test_the_digits_are_not_in_the_database(database: Database) -> None:
    county = await make_county(database)
    made = await PairingCodes(database).create(
        county.lesson, county.seats[0], county.teacher, START_MS
    )
    async with database.reading() as session:
        row = (await session.scalars(select(PairingCode))).one()
    assert made.code not in row.code_hmac
    assert len(row.code_hmac) == 64
