"""For every command and role: a screen that folds what it is told shows what a fresh snapshot shows."""

from typing import get_args

from app.rooms.commands import ParticipantCommand
from app.rooms.permissions import PERMISSIONS
from tests.signaling.transcripts import LEAD, samples, transcripts
from tests.signaling.wire import Screen


def test_there_is_a_sample_of_every_command() -> None:
    assert {type(command) for command in samples(LEAD)} == set(get_args(ParticipantCommand))


def test_snapshot_and_messages_give_the_snapshot_after_for_every_command_and_role() -> None:
    told = list(transcripts())
    for one in told:
        folded, fresh = Screen(), Screen()
        folded.take(one.before)
        for message in one.messages:
            folded.take(message)
        fresh.take(one.after)
        assert folded.state == fresh.state, one.name
    tried = {(type(one.command), one.actor) for one in told}
    allowed = {(command, actor) for command, actors in PERMISSIONS.items() for actor in actors}
    assert allowed - tried == set(), "no scene takes these commands of these roles"
    assert tried - allowed == set()
