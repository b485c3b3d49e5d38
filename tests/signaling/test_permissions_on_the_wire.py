"""Every command of every role, sent over the socket, is answered as the permissions table says."""

from typing import Any, get_args

import pytest

from app.ids import ParticipantId
from app.rooms.commands import Join, Leave
from app.rooms.permissions import PERMISSIONS, Actor, refusal, target_of
from app.signaling.messages import CLIENT_MESSAGE
from app.signaling.requests import CommandRequest, command_of
from tests.signaling.wire import DECK, LEAD, SEAT_1, SEAT_2, SignalServer, WireClient, client

ASSISTANT = ParticipantId("assistant_usr_a")
OBSERVER = ParticipantId("observer_usr_o")

_AIMED = {
    "callup.call": "seat_id",
    "callup.cancel": "seat_id",
    "stage.send_down": "seat_id",
    "listen.start": "seat_id",
    "help.clear": "participant_id",
    "lead.propose": "to_id",
    "participant.mute": "participant_id",
    "participant.unmute": "participant_id",
    "hand.lower": "participant_id",
    "signal.clear": "participant_id",
}
_FIELDS: dict[str, dict[str, Any]] = {
    "source.switch": {"source": "camera", "is_on": False},
    "data_saving.switch": {"is_on": True},
    "slides.turn": {"deck_id": DECK, "page": 1},
    "stroke.draw": {"stroke_id": "str_00000001", "color": "red", "points": "0,0 9,9"},
    "lead.answer": {"is_accepted": False},
    "spotlight.move": {"participant_id": None},
    "sound.switch": {"preset": "music"},
    "auto_accept.switch": {"is_on": True},
    "signal.raise": {"signal": "slower"},
    "pupil.name": {"pupil_id": None},
}


def _requests(sender: ParticipantId, other: ParticipantId) -> list[tuple[str, dict[str, Any]]]:
    """Each command once, or once at the sender's own place and once at another's; the end of the lesson last."""
    requests: list[tuple[str, dict[str, Any]]] = []
    for message in get_args(CommandRequest):
        type_: str = get_args(message.model_fields["type"].annotation)[0]
        if type_ in _AIMED:
            requests += [(type_, {_AIMED[type_]: aim}) for aim in (other, sender)]
        else:
            requests.append((type_, _FIELDS.get(type_, {})))
    return sorted(requests, key=lambda request: request[0] == "lesson.end")


def test_the_wire_knows_every_command_of_the_table() -> None:
    spoken = {
        type(command_of(_parse(type_, fields), LEAD)) for type_, fields in _requests(LEAD, SEAT_1)
    }
    assert spoken == set(PERMISSIONS) - {Join, Leave}


@pytest.mark.parametrize(
    ("sender", "other"),
    [(LEAD, SEAT_1), (ASSISTANT, SEAT_1), (OBSERVER, SEAT_1), (SEAT_1, SEAT_2)],
    ids=["lead", "assistant", "observer", "classroom"],
)
async def test_commands_are_refused_by_the_table(
    server: SignalServer, sender: ParticipantId, other: ParticipantId
) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        assert (await lead.ask("lesson.start"))["type"] == "ok"
        async with client(server) as guest:
            page: WireClient = lead if sender == LEAD else guest
            if page is guest:
                # A classroom's private requests come from its console.
                kind = "console" if sender == SEAT_1 else "device"
                await guest.enter(server.ticket(sender), "dev_guest", kind)
            actor = Actor(sender.partition("_")[0].replace("sea", "classroom"))
            await _ask_everything(server, page, sender, other, actor)


async def _ask_everything(
    server: SignalServer,
    page: WireClient,
    sender: ParticipantId,
    other: ParticipantId,
    actor: Actor,
) -> None:
    for type_, fields in _requests(sender, other):
        command = command_of(_parse(type_, fields), sender)
        expected = refusal(type(command), actor, is_self=target_of(command) == sender)
        before = list(server.journal.rows["les_1"])
        answer = await page.ask(type_, **fields)
        if expected is None:
            assert answer.get("code") != "not_allowed", (type_, fields, answer)
        else:
            assert (answer["type"], answer["code"]) == ("error", expected), (type_, fields)
            assert server.journal.rows["les_1"] == before


def _parse(type_: str, fields: dict[str, Any]) -> CommandRequest:
    message = CLIENT_MESSAGE.validate_python({"type": type_, "id": "r", **fields})
    assert isinstance(message, CommandRequest)
    return message
