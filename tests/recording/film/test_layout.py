"""Who is where on the film's picture."""

import itertools

import pytest

from app.ids import ParticipantId
from app.media.port import Source
from app.recording.film.layout import HEIGHT, SLIDES, WIDTH, Rect, Scene, TrackSpan, scenes
from app.recording.manifest import StageChange

LEAD = ParticipantId("lead_usr_1")
SEATS = [ParticipantId(f"sea_{number}") for number in range(1, 10)]
MINUTE = 60_000


def camera(who: ParticipantId, starts_ms: int = 0, ends_ms: int = MINUTE) -> TrackSpan:
    return TrackSpan(who, Source.CAMERA, starts_ms, ends_ms)


def planned(
    spans: list[TrackSpan], *stage: tuple[int, list[ParticipantId]], duration_ms: int = MINUTE
) -> tuple[Scene, ...]:
    changes = [StageChange(at_ms, tuple(who)) for at_ms, who in stage]
    return scenes(duration_ms, changes, spans, [LEAD, *SEATS])


def area(rect: Rect) -> int:
    return rect.width * rect.height


def test_a_lead_alone_fills_the_picture() -> None:
    (scene,) = planned([camera(LEAD)], (0, [LEAD]))
    assert (scene.from_ms, scene.to_ms) == (0, MINUTE)
    assert [tile.rect for tile in scene.tiles] == [Rect(0, 0, WIDTH, HEIGHT)]


def test_slides_are_large_while_they_are_shown_and_a_shared_screen_covers_them() -> None:
    screen = TrackSpan(LEAD, Source.SCREEN, 30_000, 40_000)
    spans = [camera(LEAD), camera(SEATS[0]), screen]
    before, slides, shared, again, after = scenes(
        MINUTE, [StageChange(0, (LEAD,))], spans, [LEAD, *SEATS], [(20_000, 50_000)]
    )
    assert before.tiles == after.tiles
    assert (slides.from_ms, again.to_ms) == (20_000, 50_000)
    assert slides.tiles == again.tiles
    assert [tile.participant_id for tile in slides.tiles] == [SLIDES, LEAD, SEATS[0]]
    assert area(slides.tiles[0].rect) > 8 * area(slides.tiles[1].rect)
    first = shared.tiles[0]
    assert (first.participant_id, first.source) == (LEAD, Source.SCREEN)
    assert SLIDES not in [tile.participant_id for tile in shared.tiles]


def test_the_lead_is_large_with_the_classrooms_beside_and_equal_with_the_one_on_stage() -> None:
    spans = [camera(who) for who in (LEAD, *SEATS[:3])]
    beside, two_up, after = planned(
        spans, (0, [LEAD]), (10_000, [LEAD, SEATS[1]]), (20_000, [LEAD])
    )
    lead, *others = beside.tiles
    assert [tile.participant_id for tile in beside.tiles] == [LEAD, *SEATS[:3]]
    assert all(area(lead.rect) > 8 * area(other.rect) for other in others)
    first, second, *rest = two_up.tiles
    assert (first.participant_id, second.participant_id) == (LEAD, SEATS[1])
    assert area(first.rect) == area(second.rect) and first.rect.y == second.rect.y
    assert [tile.participant_id for tile in rest] == [SEATS[0], SEATS[2]]
    assert (two_up.from_ms, two_up.to_ms) == (10_000, 20_000)
    assert after.tiles == beside.tiles


@pytest.mark.parametrize("source", [Source.SCREEN, Source.DOCUMENT])
def test_what_is_shared_is_large_while_it_lasts(source: Source) -> None:
    shared = TrackSpan(LEAD, source, 5_000, 25_000)
    spans = [camera(LEAD), camera(SEATS[0]), shared]
    before, during, after = planned(spans, (0, [LEAD, SEATS[0]]))
    assert (during.from_ms, during.to_ms) == (5_000, 25_000)
    large, *small = during.tiles
    assert (large.participant_id, large.source) == (LEAD, source)
    assert [(t.participant_id, t.source) for t in small] == [
        (LEAD, Source.CAMERA),
        (SEATS[0], Source.CAMERA),
    ]
    assert before.tiles == after.tiles


def test_the_spotlight_is_large_and_the_others_beside_it() -> None:
    spans = [camera(who) for who in (LEAD, *SEATS[:2])]
    spot = StageChange(0, (LEAD, SEATS[1]), spotlight=SEATS[1])
    (scene,) = scenes(MINUTE, [spot], spans, [LEAD, *SEATS])
    large, *small = scene.tiles
    assert large.participant_id == SEATS[1]
    assert all(area(large.rect) > 8 * area(other.rect) for other in small)
    assert [tile.participant_id for tile in small] == [LEAD, SEATS[0]]
    screen = TrackSpan(LEAD, Source.SCREEN, 0, MINUTE)
    (scene,) = scenes(MINUTE, [spot], [*spans, screen], [LEAD, *SEATS])
    first, second, *_ = scene.tiles
    assert [(t.participant_id, t.source) for t in (first, second)] == [
        (LEAD, Source.SCREEN),
        (SEATS[1], Source.CAMERA),
    ]


def test_who_is_cut_off_for_a_moment_keeps_the_place_and_who_is_gone_loses_it() -> None:
    spans = [
        camera(LEAD, ends_ms=5 * MINUTE),
        camera(SEATS[0], 0, 10_000),
        camera(SEATS[0], 20_000, 30_000),
        camera(SEATS[0], 90_000, 100_000),
    ]
    found = planned(spans, (0, [LEAD]), duration_ms=2 * MINUTE)
    assert [(s.from_ms, s.to_ms, len(s.tiles)) for s in found] == [
        (0, 30_000, 2),
        (30_000, 90_000, 1),
        (90_000, 100_000, 2),
        (100_000, 120_000, 1),
    ]


def test_who_is_on_stage_without_a_track_has_no_tile() -> None:
    """As a classroom that is left out: the stage may speak of it, the film does not."""
    found = planned([camera(LEAD), camera(SEATS[0])], (0, [LEAD, SEATS[0], SEATS[1]]))
    assert [tile.participant_id for tile in found[0].tiles] == [LEAD, SEATS[0]]


def test_a_lesson_without_anybody_is_one_empty_scene() -> None:
    assert planned([]) == (Scene(0, MINUTE, ()),)


ANY_LESSON = [(classrooms, up) for classrooms in range(10) for up in range(classrooms + 1)]


def test_tiles_lie_within_the_picture_on_even_pixels_and_never_on_each_other() -> None:
    for classrooms, on_stage in ANY_LESSON:
        seats, up = SEATS[:classrooms], SEATS[:on_stage]
        (scene,) = planned([camera(who) for who in (LEAD, *seats)], (0, [LEAD, *up]))
        rects = [tile.rect for tile in scene.tiles]
        assert rects
        for rect in rects:
            assert all(number % 2 == 0 for number in (rect.x, rect.y, rect.width, rect.height))
            assert rect.x >= 0 and rect.y >= 0 and rect.width >= 100 and rect.height >= 100
            assert rect.x + rect.width <= WIDTH and rect.y + rect.height <= HEIGHT
        for one, other in itertools.combinations(rects, 2):
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y
        shown = [tile.participant_id for tile in scene.tiles]
        assert shown[: on_stage + 1] == [LEAD, *up][: len(shown)]
