"""Decisions about how a lesson sounds."""

from app.rooms.commands import SwitchSound
from app.rooms.draft import Draft
from app.rooms.events import FloorClosed, SoundSwitched


def switch_sound(draft: Draft, command: SwitchSound) -> None:
    """For music the other rooms are closed: without noise suppression an open floor would be one roar."""
    if draft.room.sound_preset == command.preset:
        return
    draft.emit(SoundSwitched(command.preset, command.by))
    if command.preset == "music" and draft.room.is_floor_open:
        draft.emit(FloorClosed(command.by))
