"""Who is told that somebody speaks."""

from app.ids import ParticipantId
from app.media.port import SpeakersChanged
from tests.signaling.wire import LEAD, LESSON, SEAT_1, SEAT_2, SignalServer, WireClient, client


def hears(server: SignalServer, *speakers: ParticipantId) -> None:
    """The engine names the speakers."""
    server.hub.media.speakers_changed(SpeakersChanged(LESSON, speakers))


async def told(page: WireClient) -> list[list[str]]:
    """Every list of speakers that this page was sent."""
    await page.settle()
    return [message["participant_ids"] for message in page.of_type("speakers.changed")]


async def test_speakers_are_shown_to_staff_and_to_those_who_hear_them(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        await lead.ask("lesson.start")
        hears(server, SEAT_1)
        hears(server, LEAD, SEAT_1)
        assert await told(lead) == [[SEAT_1]]
        assert await told(one) == [[LEAD]]
        assert await told(two) == [[LEAD]], "a classroom off the stage is not heard by the others"

        await lead.ask("floor.open")
        assert (await told(two))[1:] == [[LEAD, SEAT_1]]
        await lead.ask("participant.mute", participant_id=SEAT_1)
        assert (await told(two))[2:] == [[LEAD]]
        assert (await told(lead))[1:] == [[]]

        async with client(server) as again:
            await again.enter(server.ticket(SEAT_2))
            assert await told(again) == [[LEAD]], "a new socket is told"
        hears(server)
        assert (await told(one))[1:] == [[]]
