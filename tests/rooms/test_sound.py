"""How a lesson sounds: as its subject asks for it, until the lead says otherwise."""

from dataclasses import replace

from app.rooms.commands import CloseFloor, EndLesson, OpenFloor, SwitchSound
from app.rooms.events import FloorClosed, SoundSwitched
from tests.rooms.lesson import ASSISTANT, LEAD, PLAN, A, Told, live_lesson


def test_the_plan_says_how_a_lesson_sounds_until_the_lead_says_otherwise() -> None:
    told = live_lesson(replace(PLAN, sound_preset="music"))
    assert told.room.sound_preset == "music"
    assert told.does(SwitchSound(LEAD, "music")) == ()
    assert told.does(SwitchSound(LEAD, "voice")) == (SoundSwitched("voice", LEAD),)
    assert told.room.sound_preset == "voice"


def test_only_the_lead_switches_also_before_the_lesson_and_not_after_it() -> None:
    waiting = Told()
    waiting.joins(LEAD, A, ASSISTANT)
    assert waiting.does(SwitchSound(LEAD, "music"))
    assert [waiting.refuses(SwitchSound(one, "voice")) for one in (A, ASSISTANT)] == [
        "not_allowed",
        "not_allowed",
    ]
    told = live_lesson()
    told.does(EndLesson(LEAD))
    assert told.refuses(SwitchSound(LEAD, "music")) == "lesson_ended"


def test_music_closes_the_other_rooms() -> None:
    told = live_lesson()
    told.does(OpenFloor(LEAD))
    assert told.does(SwitchSound(LEAD, "music")) == (
        SoundSwitched("music", LEAD),
        FloorClosed(LEAD),
    )
    told.does(OpenFloor(LEAD))
    assert told.does(SwitchSound(LEAD, "voice")) == (SoundSwitched("voice", LEAD),)
    assert told.room.is_floor_open
    told.does(CloseFloor(LEAD))
