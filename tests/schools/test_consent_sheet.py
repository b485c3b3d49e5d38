"""Answers of pupils out of a sheet: shown first, by line what is wrong, all or nothing."""

import pytest
from sqlalchemy import select

from app.db.consent import Purpose
from app.db.models import AuditEntry, PupilConsent, Recording
from app.ids import PupilId
from app.schools.consents.desk import ConsentDesk
from app.schools.consents.endpoints import build_router
from app.schools.consents.sheet import KnownPupil, read_answers
from app.sheets import SheetUnreadable, read_lines
from tests.support.clock import START_MS
from tests.support.county import PUPIL_NAME, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

HEADER = "学号,姓名,同意录制,全县可看,公开链接"


def pupil(number: str | None, name: str, *agreed: Purpose) -> KnownPupil:
    return KnownPupil(PupilId(f"pup_{number or name}"), number, name, frozenset(agreed))


KNOWN = [
    pupil("1", "小明", "recorded"),
    pupil("2", "小红"),
    pupil("3", "同名"),
    pupil("4", "同名"),
    pupil(None, "=cmd"),
]


def read(*rows: str, header: str = HEADER) -> tuple[list[tuple[str, str, bool]], list[object]]:
    sheet = read_answers(read_lines("\n".join([header, *rows]).encode()), KNOWN)
    answers = [(one.pupil_id, one.purpose, one.is_granted) for one in sheet.answers]
    return answers, [(one.line, one.code) for one in sheet.errors]


def test_a_cell_is_an_answer_and_an_empty_one_is_none() -> None:
    assert read("2,小红,是,同意,否", "1,,,YES,", ",'=cmd,不同意,,") == (
        [
            ("pup_2", "recorded", True),
            ("pup_2", "shared", True),
            ("pup_2", "public", False),
            ("pup_1", "shared", True),
            ("pup_=cmd", "recorded", False),
        ],
        [],
    )
    by_name = read("小红,√", header="Name,Recorded")
    assert by_name == ([("pup_2", "recorded", True)], [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",,是,,", "pupil_missing"),
        ("9,小明,是,,", "pupil_unknown"),
        (",小刚,是,,", "pupil_unknown"),
        (",同名,是,,", "pupil_ambiguous"),
        ("1,小红,是,,", "name_differs"),
        ("1,小明,也许,,", "answer_wrong"),
        ("1,小明,=1+1,,", "answer_wrong"),
        ("2,小红,,是,", "needs_narrower"),
        ("1,小明,否,是,", "needs_narrower"),
    ],
)
def test_what_is_wrong_is_said_by_line(row: str, code: str) -> None:
    assert read("3,同名,是,,", row)[1] == [(3, code)]


def test_two_lines_of_one_pupil_are_both_wrong() -> None:
    assert read("1,,是,,", ",小明,是,,")[1] == [(2, "pupil_twice"), (3, "pupil_twice")]


@pytest.mark.parametrize("header", ["姓名,备注", "同意录制,全县可看", "x"])
def test_a_sheet_without_its_columns_is_none(header: str) -> None:
    with pytest.raises(SheetUnreadable, match="consent_columns_missing"):
        read_answers(read_lines(f"{header}\n1,2\n".encode()), KNOWN)


@pytest.fixture
async def path(api: LessonApi, county: SmallCounty) -> str:
    async with api.database.transaction() as session:
        session.add(
            Recording(
                recording_id="rec_1",
                lesson_id=county.lesson,
                state="available",
                started_at_ms=START_MS,
                changed_at_ms=START_MS,
            )
        )
    desk = ConsentDesk(api.database, api.withdrawal, api.time)
    api.include(build_router(desk, api.authenticate))
    return f"/classrooms/{county.classrooms[0]}/consents/sheet"


@on_both_databases
async def test_a_sheet_is_shown_then_entered_and_everybody_sees_by_whom_and_when(
    api: LessonApi, county: SmallCounty, path: str
) -> None:
    name = f"{PUPIL_NAME}0"
    sheet = f"{HEADER}\n20260,{name},否,,\n".encode()
    async with api.client(county.onsite) as client:
        check = (await client.post(f"{path}/check", content=sheet)).json()
        assert check == {
            "errors": [],
            "changes": [
                {"purpose": "recorded", "agreed": [], "refused": [name]},
                {"purpose": "shared", "agreed": [], "refused": []},
                {"purpose": "public", "agreed": [], "refused": []},
            ],
            "unpublished": 1,
        }
        own = path.removesuffix("/sheet")
        (before,) = (await client.get(own)).json()["pupils"]
        assert before["answers"][0]["is_granted"], "it was only looked at"
        entered = await client.post(path, content=sheet)
        assert (entered.status_code, entered.json()) == (200, check)
        again = (await client.post(path, content=sheet)).json()
        assert not any(one["refused"] for one in again["changes"])
    async with api.database.reading() as session:
        (row,) = (
            await session.scalars(select(PupilConsent).where(PupilConsent.pupil_id == "pup_0"))
        ).all()
        audit = (await session.scalars(select(AuditEntry))).all()
    assert (row.is_granted, row.entered_by, row.entered_at_ms) == (False, county.onsite, START_MS)
    assert [(one.action, one.subject_id, one.user_id) for one in audit] == [
        ("consent.entered", "pup_0", county.onsite)
    ]


@on_both_databases
async def test_one_wrong_line_stops_the_whole_sheet(
    api: LessonApi, county: SmallCounty, path: str
) -> None:
    sheet = f"{HEADER}\n20260,,否,,\n999,,是,,\n".encode()
    async with api.client(county.admin) as client:
        check = (await client.post(f"{path}/check", content=sheet)).json()
        assert check["errors"] == [{"line": 3, "code": "pupil_unknown"}]
        assert not any(one["refused"] for one in check["changes"])
        refused = await client.post(path, content=sheet)
        assert (refused.status_code, refused.json()["code"], refused.json()["line"]) == (
            422, "pupil_unknown", 3,
        )  # fmt: skip
        unreadable = await client.post(path, content=b"\x00")
        assert unreadable.json()["code"] == "file_unreadable"
        no_sheet = await client.post(path, content=b"a,b\n1,2\n")
        assert no_sheet.json()["code"] == "consent_columns_missing"
        (pupil,) = (await client.get(path.removesuffix("/sheet"))).json()["pupils"]
        assert pupil["answers"][0]["is_granted"], "nothing half done"
    for user, status in ((county.teacher, 403), (county.other_onsite, 404)):
        async with api.client(user) as client:
            assert (await client.post(f"{path}/check", content=sheet)).status_code == status
            assert (await client.post(path, content=sheet)).status_code == status
