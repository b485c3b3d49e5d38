import pytest

from app.lessons.subject import sound_preset_of


@pytest.mark.parametrize("subject", ["音乐", "美术", "Music", " art "])
def test_music_and_art_sound_as_they_are(subject: str) -> None:
    assert sound_preset_of(subject) == "music"


@pytest.mark.parametrize("subject", ["语文", "English", "", "音乐欣赏课后"])
def test_other_subjects_are_spoken(subject: str) -> None:
    assert sound_preset_of(subject) == "voice"
