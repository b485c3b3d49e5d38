"""A county's tables of an older version, with what was in them, as this version reads them."""

from typing import Any

import pytest
from sqlalchemy import MetaData, func, select, text

from app.db.consent import allowed
from app.db.engine import WRITES, Database
from app.db.migrate import migrate
from app.db.models import Base, Consent, PairingCode, PupilConsent, RollCallMark, RosterEntry
from app.db.revision import check_migrated
from tests.support.clock import START_MS
from tests.support.database import BACKENDS

FIRST, BEFORE_PUPILS_WERE_ASKED = "0001", "0021"
NAMED = {"name_en": ""}
OF_SCHOOL = {"school_id": "sch_1", **NAMED, "is_simulated": False}
AT = {"created_at_ms": START_MS}
ENTERED = {"entered_by": "usr_1", "entered_at_ms": START_MS}

Rows = dict[str, list[dict[str, Any]]]

FILLED_FIRST: Rows = {
    "county": [{"county_id": "cou_1", "name": "清河县", **NAMED}],
    "school": [{"county_id": "cou_1", "name": "石桥村小学", **OF_SCHOOL}],
    "classroom": [
        {"classroom_id": f"cls_{name}", "name": name, **OF_SCHOOL}
        for name in ("agrees", "refuses", "headcount", "silent")
    ],
    "pupil": [
        {"pupil_id": "pup_1", "school_id": "sch_1", "number": "1", "name": "王小花"},
        {"pupil_id": "pup_2", "school_id": "sch_1", "number": "2", "name": "李小明"},
        {"pupil_id": "pup_3", "school_id": "sch_1", "number": "3", "name": "赵小云"},
        {"pupil_id": "pup_erased", "school_id": "sch_1", "erased_at_ms": START_MS},
    ],
    "user_account": [
        {"user_id": "usr_1", "county_id": "cou_1", "name": "周", **NAMED, **AT}
        | {"password_hash": "-", "is_active": True}
    ],
    "role_grant": [{"user_id": "usr_1", "role": "admin"}],
    "consent": [
        {"consent_id": f"con_{n}", "classroom_id": room, "purpose": purpose, **ENTERED}
        | {"is_granted": is_granted}
        for n, (room, purpose, is_granted) in enumerate(
            [
                ("cls_agrees", "recorded", True),
                ("cls_agrees", "shared", False),
                ("cls_refuses", "recorded", False),
                ("cls_headcount", "recorded", True),
            ]
        )
    ],
    "roster_entry": [
        {"classroom_id": "cls_agrees", "pupil_id": "pup_1"},
        {"classroom_id": "cls_refuses", "pupil_id": "pup_2"},
        {"classroom_id": "cls_refuses", "pupil_id": "pup_erased"},
        {"classroom_id": "cls_silent", "pupil_id": "pup_3"},
    ],
    "lesson": [
        {"lesson_id": "les_1", "county_id": "cou_1", "title": "唱歌", "subject": "音乐", **AT}
        | {"starts_at_ms": START_MS, "ends_at_ms": START_MS + 1, "state": "ended"}
        | {"lead_user_id": "usr_1", "created_by": "usr_1", "engine_index": 0}
        | {"is_recorded": True, "is_demo": False, "is_rehearsal": False}
    ],
    "seat": [
        {"seat_id": "sea_1", "lesson_id": "les_1", "classroom_id": "cls_agrees", "position": 0}
    ],
    "journal": [
        {"lesson_id": "les_1", "seq": 1, "type": "lesson.started", "data": {"by": "usr_1"}}
        | {"at_ms": START_MS, "mono_ns": 1}
    ],
    "pairing_code": [
        {"code_hmac": "0" * 64, "lesson_id": "les_1", "seat_id": "sea_1", "created_by": "usr_1"}
        | {"expires_at_ms": START_MS + 1, "uses_left": 1, **AT}
    ],
}
FILLED_LATER: Rows = {
    "roll_call": [{"seat_id": "sea_1", "saved_at_ms": START_MS}],
    "roll_call_mark": [{"seat_id": "sea_1", "pupil_id": "pup_1", "mark": "late"}],
    "audit_log": [
        {"entry_id": "aud_1", "county_id": "cou_1", "at_ms": START_MS, "user_id": "usr_1"}
        | {"action": "school.added", "subject_id": "sch_1", "details": {"name": "石桥村小学"}}
    ],
    "classroom_pc": [
        {"pc_id": "cpc_1", "classroom_id": "cls_agrees", "secret_sha256": "0" * 64}
        | {"secret_since_ms": START_MS, "browser": "", "paired_by": "usr_1"}
        | {"paired_at_ms": START_MS, "last_seen_at_ms": START_MS}
    ],
}


async def fill(database: Database, rows: Rows) -> None:
    """By the tables as they are now: the models know only the newest."""
    async with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        for name, content in rows.items():
            for row in content:
                await connection.execute(tables.tables[name].insert().values(row))


@pytest.mark.parametrize("empty_url", BACKENDS, indirect=True)
async def test_an_upgrade_keeps_every_row_and_hands_classrooms_consents_to_their_pupils(
    empty_url: str,
) -> None:
    database = Database(empty_url)
    await migrate(database, FIRST)
    await fill(database, FILLED_FIRST)
    await migrate(database, BEFORE_PUPILS_WERE_ASKED)
    await fill(database, FILLED_LATER)

    await migrate(database)

    await check_migrated(database)
    async with database.reading() as session:
        for name, content in (FILLED_FIRST | FILLED_LATER).items():
            table = Base.metadata.tables[name]
            assert await session.scalar(select(func.count()).select_from(table)) == len(content)
        answers = await session.scalars(select(PupilConsent))
        assert {(one.pupil_id, one.purpose, one.is_granted) for one in answers} == {
            ("pup_1", "recorded", True),
            ("pup_1", "shared", False),
            ("pup_2", "recorded", False),
        }
        assert await session.scalar(select(func.count(Consent.consent_id))) == 4
        rooms = [row["classroom_id"] for row in FILLED_FIRST["classroom"]]
        assert await allowed(session, rooms, "recorded") == {"cls_agrees", "cls_headcount"}
        assert await allowed(session, rooms, "shared") == set()
        assert set(await session.scalars(select(RosterEntry.joined_at_ms))) == {0}
        assert list(await session.scalars(select(RollCallMark.mark))) == ["late"]
        assert list(await session.scalars(select(PairingCode.kind))) == ["spoken"]
        if database.is_sqlite:
            assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []
    await database.close()
