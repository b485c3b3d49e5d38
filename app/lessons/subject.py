"""What a lesson's subject says about how it is taught."""

from app.rooms.state import SoundPreset

_MUSIC = frozenset(
    {"音乐", "美术", "艺术", "舞蹈", "戏剧", "music", "art", "arts", "dance", "drama"}
)


def sound_preset_of(subject: str) -> SoundPreset:
    """Music and art live on sounds that are no speech."""
    return "music" if subject.strip().casefold() in _MUSIC else "voice"
