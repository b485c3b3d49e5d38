"""Who is asked for stills, who gets them, and what is refused. That a picture rests is said by hand."""

import base64

import pytest

from app.ids import ParticipantId, publication_id
from app.media.port import MediaGrant, MediaPermissions, SubscriptionPaused
from app.signaling.messages import STILL_PART_CHARACTERS, STILL_PARTS
from tests.signaling.wire import (
    LEAD,
    LESSON,
    SEAT_1,
    SEAT_2,
    Message,
    SignalServer,
    WireClient,
    client,
)

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(300)).decode()


def rests(
    server: SignalServer,
    viewer: ParticipantId,
    publisher: ParticipantId = LEAD,
    *,
    is_paused: bool = True,
    carries_stills: bool = True,
) -> None:
    """The engine holds a camera back from this viewer, or no longer."""
    server.hub.media.subscription_paused(
        SubscriptionPaused(
            LESSON,
            viewer,
            publication_id(publisher, "camera"),
            is_paused,
            "bandwidth" if is_paused else "",
            is_paused and carries_stills,
        )
    )


async def enter(server: SignalServer, page: WireClient, who: ParticipantId) -> None:
    await page.enter(server.ticket(who))
    server.hub.media.grant(LESSON, who, MediaGrant("webrtc", 7), MediaPermissions())


async def send(page: WireClient, **change: object) -> Message:
    part = {"source": "camera", "still": 1, "part": 0, "parts": 2, "data": JPEG}
    return await page.ask("still.send", **{**part, **change})


async def wanted(page: WireClient) -> list[bool]:
    await page.settle()
    return [message["is_wanted"] for message in page.of_type("stills.wanted")]


async def parts(page: WireClient) -> list[tuple[str, int, str]]:
    await page.settle()
    return [(m["participant_id"], m["part"], m["data"]) for m in page.of_type("still.part")]


async def test_publisher_is_asked_while_somebody_needs_stills(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await enter(server, lead, LEAD)
        await enter(server, one, SEAT_1)
        await enter(server, two, SEAT_2)
        rests(server, SEAT_1, carries_stills=False)
        assert await wanted(lead) == [], "that link carries sound alone"
        rests(server, SEAT_1)
        rests(server, SEAT_2)
        assert await wanted(lead) == [True]
        async with client(server) as again:
            await again.enter(server.ticket(LEAD))
            assert await wanted(again) == [True], "a new socket is told"
            rests(server, SEAT_1, is_paused=False)
            server.hub.media.forget(LESSON, SEAT_2)
            assert await wanted(again) == [True, False]


async def test_stills_reach_those_who_need_them_and_nobody_else(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await enter(server, lead, LEAD)
        await enter(server, one, SEAT_1)
        await enter(server, two, SEAT_2)
        await lead.ask("lesson.start")
        before = list(server.journal.rows[LESSON])
        rests(server, SEAT_1)
        assert (await send(lead))["type"] == "ok"
        assert (await send(lead, part=1, data="AAAA"))["type"] == "ok"
        assert await parts(one) == [(LEAD, 0, JPEG), (LEAD, 1, "AAAA")]
        assert await parts(two) == []
        rests(server, SEAT_1, is_paused=False)
        assert (await send(lead, still=2))["type"] == "ok"
        assert len(await parts(one)) == 2
        assert server.journal.rows[LESSON] == before, "nothing of it is written down"


async def test_who_may_not_see_a_picture_gets_no_still_of_it(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await enter(server, lead, LEAD)
        await enter(server, one, SEAT_1)
        await enter(server, two, SEAT_2)
        await lead.ask("lesson.start")
        # As if the engine's word that nothing may be received any more were still on its way.
        rests(server, SEAT_2, SEAT_1)
        rests(server, LEAD, SEAT_1)
        assert (await send(one))["type"] == "ok"
        assert await parts(two) == [], "a classroom off the stage is seen by the staff alone"
        assert await parts(lead) == [(SEAT_1, 0, JPEG)]
        await one.ask("source.switch", source="camera", is_on=False)
        assert (await send(one, still=2))["type"] == "ok"
        assert len(await parts(lead)) == 1, "the people in the room closed their camera"


@pytest.mark.parametrize(
    "change",
    [
        {"data": "A" * (STILL_PART_CHARACTERS + 1)},
        {"data": "no base64 !"},
        {"data": base64.b64encode(b"GIF89a").decode()},
        {"part": STILL_PARTS},
        {"parts": STILL_PARTS + 1},
        {"part": 2},
        {"source": "window"},
    ],
    ids=str,
)
async def test_what_is_no_part_of_a_small_jpeg_is_refused(
    server: SignalServer, change: dict[str, object]
) -> None:
    async with client(server) as lead, client(server) as one:
        await enter(server, lead, LEAD)
        await enter(server, one, SEAT_1)
        await lead.ask("lesson.start")
        rests(server, SEAT_1)
        assert (await send(lead, **change))["code"] == "bad_message"
        assert await parts(one) == []


async def test_a_flood_of_parts_is_cut_to_what_a_weak_link_bears(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as one:
        await enter(server, lead, LEAD)
        await enter(server, one, SEAT_1)
        await lead.ask("lesson.start")
        rests(server, SEAT_1)
        answers = [await send(lead, still=n) for n in range(12)]
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert refused and {answer["code"] for answer in refused} == {"rate_limited"}
        assert len(await parts(one)) == len(answers) - len(refused)


async def test_only_the_device_that_holds_the_place_sends_stills(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as window:
        await enter(server, lead, LEAD)
        await window.enter(server.ticket(LEAD), kind="console")
        assert (await send(window))["code"] == "companion_no_media"
    async with client(server) as classroom:
        await classroom.enter(server.ticket(SEAT_1))
        assert (await send(classroom))["code"] == "not_admitted"
