"""A pupil is erased: the name is nowhere any more, and the lesson's journal still folds."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from app.accounts.digest import digest
from app.attendance.roll_call.repository import load_rolls
from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import (
    Base,
    ChatRow,
    Deck,
    Lesson,
    LibraryEntry,
    Recording,
    RecordingCaptions,
    RollCall,
    RollCallCorrection,
    RollCallMark,
    Session,
)
from app.ids import ParticipantId, PupilId
from app.main import application, include
from app.rooms.events import Event, LessonStarted, PupilNamed
from app.rooms.evolve import fold
from app.rooms.recorded import Recorded
from app.server import Server, Site
from app.settings import Settings
from tests.support.clock import START_MS
from tests.support.county import PUPIL_NAME, SmallCounty, make_county
from tests.support.database import on_both_databases

NAME, NUMBER = f"{PUPIL_NAME}0", "20260"
PUPIL = PupilId("pup_0")
CARELESS = f"今天{NAME}不舒服"
"""What staff write when they do not think of it."""


@dataclass
class Office:
    """A whole application over the small county, in whose lesson the pupil left traces everywhere."""

    app: httpx.ASGITransport
    server: Server
    database: Database
    county: SmallCounty
    folder: Path

    def client(self, user: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {user}"}
        return httpx.AsyncClient(
            transport=self.app, base_url="http://testserver/api/v1", headers=headers
        )

    async def exports(self) -> str:
        """Whatever an admin can read or take along that was ever about the pupil."""
        seat, lesson = self.county.seats[0], self.county.lesson
        classroom = self.county.classrooms[0]
        paths = [
            f"/lessons/{lesson}/attendance",
            f"/lessons/{lesson}/attendance.csv",
            f"/lessons/{lesson}/journal",
            f"/lessons/{lesson}/decks",
            f"/lessons/{lesson}/seats/{seat}/roll-call",
            f"/classrooms/{classroom}/roster",
            f"/classrooms/{classroom}/consents",
            "/recordings/rec_1",
            "/recordings/rec_1/captions.vtt",
            "/lessons",
            "/recordings",
            "/audit",
            "/access-log",
            "/access-log.csv",
        ]
        answers: list[str] = []
        async with self.client(self.county.admin) as client:
            for path in paths:
                answer = await client.get(path)
                assert answer.status_code == 200, f"{path}: {answer.text}"
                answers.append(answer.text)
        return "\n".join(answers)

    async def rows(self) -> str:
        """The database, row by row."""
        found: list[str] = []
        async with self.database.reading() as session:
            for table in Base.metadata.sorted_tables:
                rows = await session.execute(select(table))
                found += [json.dumps([*row], ensure_ascii=False, default=str) for row in rows]
        return "\n".join(found)

    def files(self) -> bytes:
        """Everything in the folder of the data, SQLite's own files included."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    county = await make_county(database)
    settings = Settings(data_dir=tmp_path)
    server = Server(settings, database, await Site.load(database))
    app = application(settings, None)
    include(app, server)
    await _leave_traces(database, county, server.clock.now_ms())
    yield Office(httpx.ASGITransport(app), server, database, county, tmp_path)
    await server.rooms.close()
    await server.journal.close()


async def _leave_traces(database: Database, county: SmallCounty, now_ms: int) -> None:
    seat, lesson = county.seats[0], county.lesson
    async with database.transaction() as session:

        async def write(*rows: object) -> None:
            session.add_all(rows)
            await session.flush()

        for user in (county.admin, county.onsite, county.other_onsite):
            await write(
                Session(
                    session_id=f"ses_{user}",
                    token_sha256=digest(user),
                    user_id=user,
                    kind="bearer",
                    created_at_ms=now_ms,
                    expires_at_ms=now_ms + 60_000,
                )
            )
        row = await session.get_one(Lesson, lesson)
        row.title = f"{NAME}的画"
        await write(RollCall(seat_id=seat, saved_at_ms=START_MS))
        await write(
            RollCallMark(seat_id=seat, pupil_id=PUPIL, mark="late"),
            RollCallCorrection(
                correction_id="cor_1",
                seat_id=seat,
                pupil_id=PUPIL,
                at_ms=START_MS,
                user_id=county.onsite,
                before="absent",
                after="late",
                reason=CARELESS,
            ),
            ChatRow(
                line_id="cha_1",
                lesson_id=lesson,
                at_ms=START_MS,
                sender_id=f"lead_{county.teacher}",
                audience="staff",
                text=CARELESS,
            ),
            Deck(
                deck_id="dck_1",
                lesson_id=lesson,
                name=f"{NAME}.pdf",
                format="pdf",
                state="failed",
                size_bytes=1,
                sha256="0" * 64,
                uploaded_by=county.teacher,
                uploaded_at_ms=START_MS,
            ),
            Recording(
                recording_id="rec_1",
                lesson_id=lesson,
                state="available",
                started_at_ms=START_MS,
                duration_ms=60_000,
                manifest={},
                changed_at_ms=START_MS,
            ),
        )
        await write(
            LibraryEntry(
                recording_id="rec_1", published_by=county.teacher, published_at_ms=START_MS
            ),
            RecordingCaptions(
                recording_id="rec_1",
                revision=1,
                cues=[[0, 1000, CARELESS]],
                changed_by=county.teacher,
                changed_at_ms=START_MS,
            ),
        )


@on_both_databases
async def test_an_erased_pupils_name_is_nowhere_and_the_journal_still_folds(
    office: Office,
) -> None:
    seat = office.county.seats[0]
    events: list[Event] = [
        LessonStarted(ParticipantId(f"lead_{office.county.teacher}")),
        PupilNamed(ParticipantId(seat), PUPIL),
    ]
    journal = Journal(office.database)
    epoch = await journal.claim(office.county.lesson)
    recorded = tuple(Recorded(n, START_MS + n, n, event) for n, event in enumerate(events, 1))
    await journal.append(office.county.lesson, epoch, recorded)
    await journal.close()
    before = fold(office.county.plan, await journal.load(office.county.lesson))
    assert NAME in await office.rows()
    assert (await office.exports()).count(NAME) >= 6
    if office.database.is_sqlite:
        assert NAME.encode() in office.files()

    async with office.client(office.county.admin) as client:
        erased = await client.delete(f"/pupils/{PUPIL}")
        assert erased.status_code == 200, erased.text
        # A title, a message, a file name and captions; a correction's reason goes as a whole.
        assert erased.json() == {"unpublished": 0, "texts": 4}
        assert (await client.get(f"/pupils/{PUPIL}/export")).status_code == 404
        assert (await client.delete(f"/pupils/{PUPIL}")).status_code == 404

    for places in (await office.rows(), await office.exports()):
        assert NAME not in places
        assert NUMBER not in places.split('"')
    assert NAME.encode() not in office.files()
    after = await journal.load(office.county.lesson)
    assert fold(office.county.plan, after) == before
    async with office.database.reading() as session:
        roll = (await load_rolls(session, office.county.lesson))[seat]
    assert roll.roll.marks == {PUPIL: "late"}, "reports still count somebody"


@on_both_databases
async def test_recordings_of_an_erased_pupil_are_taken_down(office: Office) -> None:
    path = f"/classrooms/{office.county.classrooms[0]}/consents"
    async with office.client(office.county.admin) as client:
        answer = {"pupil_id": PUPIL, "purpose": "shared", "is_granted": True}
        assert (await client.put(path, json={"answers": [answer]})).json()["unpublished"] == 0
        assert (await client.delete(f"/pupils/{PUPIL}")).json()["unpublished"] == 1
        assert (await client.get(path)).json()["allowed"] == []
    async with office.database.reading() as session:
        assert await session.get(LibraryEntry, "rec_1") is None


async def test_an_export_has_everything_about_one_pupil_and_nothing_of_another(
    office: Office,
) -> None:
    async with office.client(office.county.admin) as client:
        answer = await client.get(f"/pupils/{PUPIL}/export")
        audit = (await client.get("/audit")).json()["items"]
    assert "attachment" in answer.headers["content-disposition"]
    found = answer.json()
    assert (found["name"], found["number"], found["school"]) == (NAME, NUMBER, "sch_1")
    assert [one["classroom"] for one in found["classrooms"]] == ["Class 1"]
    assert [(one["purpose"], one["is_granted"]) for one in found["consents"]] == [
        ("recorded", True)
    ]
    assert [one["mark"] for one in found["roll_calls"]] == ["late"]
    assert [one["reason"] for one in found["corrections"]] == [CARELESS]
    assert [one["is_published"] for one in found["recordings"]] == [True]
    assert f"{PUPIL_NAME}1" not in answer.text
    assert [(one["action"], one["subject"]) for one in audit] == [("pupil.exported", NAME)]
    async with office.client(office.county.onsite) as client:
        assert (await client.get(f"/pupils/{PUPIL}/export")).status_code == 403
        assert (await client.delete(f"/pupils/{PUPIL}")).status_code == 403
