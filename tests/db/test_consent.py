"""What a classroom has agreed to: no record means no, and a wider purpose needs every narrower one."""

from app.db.consent import PUBLIC, RECORDED, SHARED, Purpose, allowed, enter_consent
from app.db.engine import Database
from app.db.models import Consent
from tests.support.county import make_county
from tests.support.database import on_both_databases


@on_both_databases
async def test_a_wider_purpose_needs_every_narrower_one(database: Database) -> None:
    county = await make_county(database)
    recorded, unrecorded = county.classrooms[0], county.classrooms[1]

    async def enter(purpose: Purpose, is_granted: bool) -> list[set[Purpose]]:
        async with database.transaction() as session:
            return [
                await enter_consent(session, classroom, purpose, is_granted, county.admin, 1)
                for classroom in (recorded, unrecorded)
            ]

    async def who_allows(purpose: Purpose) -> set[str]:
        async with database.reading() as session:
            return {*await allowed(session, county.classrooms[:2], purpose)}

    assert await who_allows(RECORDED) == {recorded}
    assert await who_allows(SHARED) == set()
    await enter(PUBLIC, True)
    assert await who_allows(PUBLIC) == set()
    await enter(SHARED, True)
    # The other one has both wider records and still not the first.
    assert await who_allows(PUBLIC) == await who_allows(SHARED) == {recorded}
    assert await enter(SHARED, False) == [{SHARED, PUBLIC}, set()]
    assert await who_allows(PUBLIC) == await who_allows(SHARED) == set()
    assert await who_allows(RECORDED) == {recorded}


@on_both_databases
async def test_an_answer_replaces_the_one_before(database: Database) -> None:
    county = await make_county(database)
    async with database.transaction() as session:
        await enter_consent(session, county.classrooms[0], RECORDED, False, county.teacher, 7)
    async with database.reading() as session:
        row = await session.get_one(Consent, f"con_{county.classrooms[0]}")
    assert (row.is_granted, row.entered_by, row.entered_at_ms) == (False, county.teacher, 7)
