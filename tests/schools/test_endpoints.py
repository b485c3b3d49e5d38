import pytest

from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi


@on_both_databases
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("teacher", ["cls_1", "cls_2", "cls_3", "cls_4"]),
        ("admin", ["cls_1", "cls_2", "cls_3", "cls_4"]),
        ("onsite", ["cls_1", "cls_2"]),
        ("other_onsite", ["cls_3", "cls_4"]),
    ],
)
async def test_who_sees_which_classrooms(
    api: LessonApi, county: SmallCounty, who: str, expected: list[str]
) -> None:
    async with api.client(getattr(county, who)) as client:
        rows = (await client.get("/classrooms")).json()["items"]
    assert [row["classroom_id"] for row in rows] == expected
    first = rows[0]
    assert first == {
        "classroom_id": first["classroom_id"],
        "name": f"Class {expected[0][-1]}",
        "school_id": first["school_id"],
        "school_name": first["school_id"],
        "may_be_recorded": True,
        "is_simulated": False,
        "link_test": None,
    }
    assert [row["may_be_recorded"] for row in rows] == [
        row["classroom_id"] in ("cls_1", "cls_3") for row in rows
    ]


async def test_only_an_admin_lists_the_teachers(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.admin) as client:
        assert (await client.get("/teachers")).json() == [
            {"user_id": county.teacher, "name": "Teacher One", "school": "sch_city"},
            {"user_id": county.other_teacher, "name": "Teacher Two", "school": "sch_city"},
        ]
    async with api.client(county.teacher) as client:
        assert (await client.get("/teachers")).status_code == 403
    async with api.client() as client:
        for path in ("/teachers", "/classrooms"):
            assert (await client.get(path)).status_code == 401


@on_both_databases
async def test_classrooms_come_page_by_page_and_by_part_of_their_name(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:

        async def listed(**query: str) -> tuple[list[str], str | None]:
            page = (await client.get("/classrooms", params=query)).json()
            return [one["classroom_id"] for one in page["items"]], page["next"]

        assert await listed(limit="3") == (["cls_1", "cls_2", "cls_3"], "cls_3")
        assert await listed(limit="3", after="cls_3") == (["cls_4"], None)
        assert await listed(text="sch_2 class") == (["cls_3", "cls_4"], None)
        assert await listed(text="4", school_id="sch_1") == ([], None)
        assert await listed(after="cls_unknown") == ([], None)


async def test_people_are_found_by_part_of_their_name_or_their_schools(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:
        for path in ("/teachers", "/colleagues"):
            for text, found in (
                ("TWO", ["Teacher Two"]),
                ("sch_city", ["Teacher One", "Teacher Two"]),
                ("nobody", []),
            ):
                people = (await client.get(path, params={"text": text})).json()
                assert [one["name"] for one in people] == found
        assert (await client.get("/teachers", params={"school_id": "sch_1"})).json() == []
