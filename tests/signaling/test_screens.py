"""The confidence monitor: what a classroom's page says of its own screen reaches the staff, bounded."""

import pytest

from app.ids import ParticipantId
from tests.signaling.wire import LEAD, SEAT_1, SEAT_2, SignalServer, client

OBSERVER = ParticipantId("observer_usr_o")
REPORT = {"wall": "projector", "is_hidden": False, "picture_age_ms": 12_000, "sound": "heard"}


async def test_staff_are_told_what_a_classrooms_screen_shows_and_other_classrooms_are_not(
    server: SignalServer,
) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        assert (await one.ask("screen.report", **REPORT))["type"] == "ok"
        told = await lead.seen(lambda m: m["type"] == "screen.reported")
        assert {k: told[k] for k in REPORT} == REPORT
        assert (told["participant_id"], told["at_ms"] > 0) == (SEAT_1, True)
        await two.settle()
        assert two.of_type("screen.reported") == one.of_type("screen.reported") == []


async def test_only_the_device_of_a_classroom_reports(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as window:
        await lead.enter(server.ticket(LEAD))
        assert (await lead.ask("screen.report", **REPORT))["code"] == "not_a_classroom"
        await window.enter(server.ticket(SEAT_1), "dev_w", kind="projector")
        assert (await window.ask("screen.report", **REPORT))["code"] == "not_a_classroom"


async def test_a_page_that_reports_all_the_time_is_held_back(server: SignalServer) -> None:
    async with client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        answers = [await page.ask("screen.report", **REPORT) for _ in range(5)]
        assert [answer["type"] for answer in answers] == ["ok"] * 3 + ["error"] * 2
        assert answers[-1]["code"] == "rate_limited"


@pytest.mark.parametrize("age_ms", [-1, 86_400_001, 1.5])
async def test_an_age_that_cannot_be_is_no_message(server: SignalServer, age_ms: float) -> None:
    async with client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        answer = await page.ask("screen.report", **{**REPORT, "picture_age_ms": age_ms})
        assert answer["code"] == "bad_message"
