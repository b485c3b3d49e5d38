"""Whom one hears in a film, and when."""

from app.ids import ParticipantId
from app.media.port import Source
from app.recording.film.layout import TrackSpan
from app.recording.film.sound_spans import open_floor_spans, sound_spans
from app.recording.manifest import Chapter, StageChange

LEAD, SEAT = ParticipantId("lead_usr_1"), ParticipantId("sea_1")
STAGE = [
    StageChange(0, (LEAD,)),
    StageChange(5_000, (LEAD, SEAT)),
    StageChange(9_000, (LEAD,)),
]
FLOOR = [(20_000, 30_000)]


def heard(
    who: ParticipantId, starts_ms: int = -200, ends_ms: int = 50_000
) -> tuple[tuple[int, int], ...]:
    span = TrackSpan(who, Source.MICROPHONE, starts_ms, ends_ms)
    return sound_spans(span, STAGE, FLOOR, 40_000)


def test_the_lead_is_heard_as_long_as_the_lesson_lasts() -> None:
    assert heard(LEAD) == ((0, 40_000),)


def test_a_classroom_is_heard_on_stage_and_on_the_open_floor() -> None:
    assert heard(SEAT) == ((5_000, 9_000), (20_000, 30_000))
    assert heard(SEAT, 6_000, 25_000) == ((6_000, 9_000), (20_000, 25_000))
    assert heard(SEAT, 10_000, 19_000) == ()


def test_in_a_sing_along_the_stage_is_not_heard() -> None:
    stage = [
        StageChange(0, (LEAD, SEAT)),
        StageChange(5_000, (LEAD, SEAT), is_sing_along=True),
        StageChange(8_000, (LEAD, SEAT)),
    ]
    span = TrackSpan(SEAT, Source.MICROPHONE, 0, 10_000)
    assert sound_spans(span, stage, (), 10_000) == ((0, 5_000), (8_000, 10_000))


def test_an_assistant_who_led_is_heard() -> None:
    assert heard(ParticipantId("assistant_usr_2"), 3_000, 9_000) == ((3_000, 9_000),)


def test_a_track_after_the_end_is_not_heard() -> None:
    assert heard(LEAD, 41_000, 50_000) == ()


def test_a_floor_that_nobody_closed_was_open_to_the_end() -> None:
    chapters = [
        Chapter(1_000, "floor_opened"),
        Chapter(2_000, "floor_closed"),
        Chapter(3_000, "floor_opened"),
    ]
    assert list(open_floor_spans(chapters, 9_000)) == [(1_000, 2_000), (3_000, 9_000)]
