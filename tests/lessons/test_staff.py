"""Assistants and observers are invited by the lead or an admin; a place that calls for help is on the admins' list."""

import pytest
from sqlalchemy import select

from app.db.models import AuditEntry
from app.errors import NotAuthenticated
from app.ids import DeviceId, ParticipantId
from app.lessons.directory import LessonDirectory
from app.rooms.commands import CallForHelp, Join
from app.rooms.state import Role
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi


@on_both_databases
async def test_who_is_invited_finds_the_lesson_and_may_come_in_as_that(
    api: LessonApi, county: SmallCounty
) -> None:
    invitation = {"user_id": county.other_teacher, "role": "assistant"}
    async with api.client(county.other_teacher) as client:
        assert (await client.get("/lessons/les_1")).status_code == 404
    async with api.client(county.teacher) as client:
        made = await client.post("/lessons/les_1/staff", json=invitation)
        assert made.json()["staff"] == [
            {**invitation, "name": "Teacher Two", "school": made.json()["staff"][0]["school"]}
        ]
    async with api.client(county.other_teacher) as client:
        (lesson,) = (await client.get("/lessons")).json()["items"]
        assert (lesson["lesson_id"], lesson["my_roles"]) == ("les_1", ["assistant"])
        ticket = await client.post("/lessons/les_1/tickets", json={"role": "assistant"})
        assert ticket.json()["participant_id"] == f"assistant_{county.other_teacher}"
        for role in ("lead", "observer"):
            refused = await client.post("/lessons/les_1/tickets", json={"role": role})
            assert refused.status_code == 403
        # An assistant helps classrooms in; the rest stays with the lead and the admins.
        assert (await client.post("/lessons/les_1/seats/sea_1/pairing")).status_code == 200
        assert (await client.post("/lessons/les_1/staff", json=invitation)).status_code == 403
        assert (await client.post("/lessons/les_1/end")).status_code == 403
    card = await LessonDirectory(api.database, api.store).lesson_card(county.lesson)
    assert card.names[county.other_teacher][0] == "Teacher Two"


async def test_a_lesson_is_planned_with_its_staff_and_a_later_invitation_changes_the_role(
    api: LessonApi, county: SmallCounty
) -> None:
    draft = {
        "title": "茉莉花",
        "subject": "音乐",
        "starts_at": "2027-01-15T09:10:00Z",
        "duration_min": 40,
        "classroom_ids": ["cls_1"],
        "staff": [{"user_id": county.admin, "role": "observer"}],
    }
    async with api.client(county.teacher) as client:
        made = (await client.post("/lessons", json=draft)).json()
        assert [(s["user_id"], s["role"]) for s in made["staff"]] == [(county.admin, "observer")]
        path = f"/lessons/{made['lesson_id']}/staff"
        again = await client.post(path, json={"user_id": county.admin, "role": "assistant"})
        assert [s["role"] for s in again.json()["staff"]] == ["assistant"]


@pytest.mark.parametrize("nobody", ["usr_none", "usr_onsite1"])
async def test_only_teachers_and_admins_of_the_county_are_invited(
    api: LessonApi, county: SmallCounty, nobody: str
) -> None:
    async with api.client(county.teacher) as client:
        body = {"user_id": nobody, "role": "observer"}
        refused = await client.post("/lessons/les_1/staff", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "helper_unknown")


async def test_whom_one_can_invite_is_the_county_without_oneself(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        colleagues = (await client.get("/colleagues")).json()
        assert [one["user_id"] for one in colleagues] == [county.admin, county.other_teacher]
    async with api.client(county.onsite) as client:
        assert (await client.get("/colleagues")).status_code == 403


async def test_an_admin_clears_a_call_for_help_and_an_onsite_teacher_does_not(
    api: LessonApi, county: SmallCounty
) -> None:
    seat = ParticipantId(county.seats[0])
    runtime = await api.rooms.get(county.lesson)
    await runtime.execute(Join(seat, Role.CLASSROOM, DeviceId("dev_1")))
    await runtime.execute(CallForHelp(seat))
    async with api.client(county.onsite) as client:
        assert (await client.delete(f"/lessons/les_1/help/{seat}")).status_code == 403
    async with api.client(county.admin) as client:
        assert (await client.delete(f"/lessons/les_1/help/{seat}")).status_code == 204
        assert runtime.room.participants[seat].help_since_ms is None
        assert (await client.delete(f"/lessons/les_1/help/{seat}")).status_code == 204


@on_both_databases
async def test_who_is_taken_off_the_staff_cannot_come_in_any_more_and_both_are_noted(
    api: LessonApi, county: SmallCounty
) -> None:
    invitation = {"user_id": county.other_teacher, "role": "assistant"}
    path = f"/lessons/les_1/staff/{county.other_teacher}"
    async with api.client(county.teacher) as lead, api.client(county.other_teacher) as helper:
        await lead.post("/lessons/les_1/staff", json=invitation)
        ticket = await helper.post("/lessons/les_1/tickets", json={"role": "assistant"})
        assert (await helper.delete(path)).status_code == 403
        left = await lead.delete(path)
        assert (left.status_code, left.json()["staff"]) == (200, [])
        assert (await lead.delete(path)).status_code == 404
        assert (await helper.get("/lessons/les_1")).status_code == 404
    with pytest.raises(NotAuthenticated) as refused:
        api.book.read_ticket(ticket.json()["token"], api.time())
    assert refused.value.code == "ticket_revoked"
    async with api.database.reading() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.action))).all()
    assert [(one.action, one.user_id, one.subject_id, one.school_id) for one in entries] == [
        (f"lesson.staff_{what}", county.teacher, "les_1", "sch_city")
        for what in ("added", "removed")
    ]
    assert [one.details for one in entries] == [invitation] * 2
