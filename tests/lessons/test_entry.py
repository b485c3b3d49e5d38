import pytest

from app.errors import NotAuthenticated
from app.ids import ClassroomId, ParticipantId
from app.rooms.state import Role
from tests.support.clock import START_MS
from tests.support.county import MINUTE_MS, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import INTERNAL_SECRET, LessonApi

GRACE_MS = 30 * MINUTE_MS


@on_both_databases
async def test_the_lead_gets_a_ticket_until_half_an_hour_past_the_planned_end(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        answer = await client.post("/lessons/les_1/tickets", json={"role": "lead"})
    assert answer.status_code == 200
    body = answer.json()
    ticket = api.book.read_ticket(body.pop("token"), START_MS)
    assert body == {
        "signal_url": "ws://localhost:8080/api/v1/signal",
        "lesson_id": "les_1",
        "participant_id": "lead_usr_teacher1",
        "role": "lead",
        "expires_at": "2027-01-15T09:15:00Z",
        "expires_in_s": 75 * 60,
        "is_guest": False,
    }
    assert (ticket.participant_id, ticket.role, ticket.user_id, ticket.classroom_id) == (
        "lead_usr_teacher1",
        Role.LEAD,
        county.teacher,
        None,
    )
    assert ticket.expires_at_ms == county.ends_at_ms + GRACE_MS


@pytest.mark.parametrize("base_url", ["https://192.0.2.1:8443", "https://[2001:db8::1]:8443"])
async def test_the_socket_is_where_the_request_came_to(
    api: LessonApi, county: SmallCounty, base_url: str
) -> None:
    async with api.client(county.teacher, base_url=base_url) as client:
        body = (await client.post("/lessons/les_1/tickets", json={"role": "lead"})).json()
    assert body["signal_url"] == base_url.replace("https", "wss") + "/api/v1/signal"


async def test_a_lesson_started_late_has_tickets_for_its_whole_length(
    api: LessonApi, county: SmallCounty
) -> None:
    api.time.now_ms = county.ends_at_ms + 20 * MINUTE_MS
    async with api.client(county.teacher) as client:
        token = (await client.post("/lessons/les_1/tickets", json={"role": "lead"})).json()["token"]
    ticket = api.book.read_ticket(token, api.time.now_ms)
    assert ticket.expires_at_ms == api.time.now_ms + 45 * MINUTE_MS + GRACE_MS


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [
        ("teacher", {"role": "lead"}, 200),
        ("teacher", {"role": "observer"}, 403),
        ("teacher", {"seat_id": "sea_1"}, 200),
        ("teacher", {"seat_id": "sea_none"}, 404),
        ("admin", {"role": "lead"}, 403),
        ("admin", {"role": "observer"}, 200),
        ("admin", {"role": "assistant"}, 200),
        ("admin", {"seat_id": "sea_3"}, 200),
        ("onsite", {"seat_id": "sea_1"}, 200),
        ("onsite", {"seat_id": "sea_3"}, 403),
        ("onsite", {"role": "lead"}, 403),
        ("other_teacher", {"role": "lead"}, 404),
        ("other_teacher", {"seat_id": "sea_1"}, 404),
        (None, {"role": "lead"}, 401),
        ("teacher", {}, 422),
        ("teacher", {"role": "lead", "seat_id": "sea_1"}, 422),
        ("teacher", {"role": "classroom"}, 422),
        ("teacher", {"seat_id": "a\x00b"}, 422),
    ],
)
async def test_who_may_enter_as_what(
    api: LessonApi, county: SmallCounty, who: str | None, place: dict[str, str], status: int
) -> None:
    async with api.client(getattr(county, who) if who else None) as client:
        answer = await client.post("/lessons/les_1/tickets", json=place)
    assert answer.status_code == status, answer.text
    if "seat_id" in place and status == 200:
        ticket = api.book.read_ticket(answer.json()["token"], START_MS)
        assert ticket.participant_id == place["seat_id"]
        assert ticket.role is Role.CLASSROOM
        assert ticket.user_id is None


async def test_nobody_enters_a_lesson_that_is_over(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.teacher) as client:
        await client.post("/lessons/les_1/end")
        for path, body in (("tickets", {"role": "lead"}), ("seats/sea_1/pairing", None)):
            answer = await client.post(f"/lessons/les_1/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "lesson_ended")


async def test_a_ticket_can_be_withdrawn(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.onsite) as client:
        place = {"seat_id": "sea_1"}
        token = (await client.post("/lessons/les_1/tickets", json=place)).json()["token"]
        assert (await client.delete("/lessons/les_1/tickets/sea_1")).status_code == 403
    async with api.client(county.teacher) as client:
        assert (await client.delete("/lessons/les_1/tickets/sea_1")).status_code == 204
    with pytest.raises(NotAuthenticated) as refused:
        api.book.read_ticket(token, START_MS)
    assert refused.value.code == "ticket_revoked"


# --- pairing --------------------------------------------------------------------------------------


@on_both_databases
async def test_a_pc_without_a_password_enters_by_eight_digits(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        made = (await client.post("/lessons/les_1/seats/sea_1/pairing")).json()
    assert made["url"] == f"http://localhost:8080/c/{made['code']}"
    assert made["expires_at"] == "2027-01-15T08:30:00Z"

    code = made["code"]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    async with api.client() as stranger:
        for typed in (code, f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}", full_width):
            paired = await stranger.post("/pairing", json={"code": typed})
            assert paired.status_code == 200, typed
        body = paired.json()["ticket"]
    ticket = api.book.read_ticket(body["token"], START_MS)
    assert (ticket.participant_id, ticket.classroom_id) == (
        ParticipantId("sea_1"),
        ClassroomId("cls_1"),
    )
    assert body["role"] == "classroom"


async def test_codes_cannot_be_guessed(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.teacher) as client:
        made = (await client.post("/lessons/les_1/seats/sea_1/pairing")).json()
    async with api.client(peer="192.0.2.9") as stranger:
        for number in range(5):
            answer = await stranger.post("/pairing", json={"code": f"0000000{number}"})
            assert (answer.status_code, answer.json()["code"]) == (404, "code_unknown")
        answer = await stranger.post("/pairing", json={"code": made["code"]})
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    async with api.client(peer="192.0.2.10") as other:
        assert (await other.post("/pairing", json={"code": made["code"]})).status_code == 200


async def test_an_old_code_says_that_it_has_expired(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.teacher) as client:
        made = (await client.post("/lessons/les_1/seats/sea_1/pairing")).json()
        api.time.now_ms += 30 * MINUTE_MS
        answer = await client.post("/pairing", json={"code": made["code"]})
    assert (answer.status_code, answer.json()["code"]) == (410, "code_expired")


@pytest.mark.parametrize(
    ("who", "seat", "status"),
    [
        ("admin", "sea_3", 200),
        ("onsite", "sea_1", 200),
        ("onsite", "sea_3", 403),
        ("other_teacher", "sea_1", 404),
        ("teacher", "sea_none", 404),
        (None, "sea_1", 401),
    ],
)
async def test_who_may_ask_for_a_code(
    api: LessonApi, county: SmallCounty, who: str | None, seat: str, status: int
) -> None:
    async with api.client(getattr(county, who) if who else None) as client:
        answer = await client.post(f"/lessons/les_1/seats/{seat}/pairing")
    assert answer.status_code == status


# --- simulated classrooms -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", {}),
        ("127.0.0.1", {"X-Tongtang-Internal": "wrong"}),
        ("127.0.0.1", {"X-Tongtang-Internal": INTERNAL_SECRET, "X-Forwarded-For": "127.0.0.1"}),
        ("192.0.2.9", {"X-Tongtang-Internal": INTERNAL_SECRET}),
    ],
)
async def test_simulated_seats_are_for_our_own_processes_only(
    api: LessonApi, county: SmallCounty, peer: str, headers: dict[str, str]
) -> None:
    async with api.client(peer=peer) as client:
        answer = await client.post("/internal/simulated-seats", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
