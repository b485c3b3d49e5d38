"""Who is where on the film's picture, and when: scenes of tiles, read from the stage and the tracks. Pure."""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.ids import ParticipantId
from app.media.port import Source
from app.recording.cast import has_led
from app.recording.manifest import StageChange

WIDTH, HEIGHT = 1280, 720
MAX_BESIDE = 9
"""Small tiles beside one large one; whoever comes after them is heard when on stage, and not seen."""
MAX_LARGE = 9
KEEP_PLACE_MS = 20_000
"""Somebody whose tracks pause for less than this keeps the tile, with a card in it: nothing jumps about."""
KEEP_SCREEN_MS = 3_000
READ = (Source.DOCUMENT, Source.SCREEN)
"""What is shown large before anybody's face, the first one there is."""
SLIDES = ParticipantId("slides")
"""Whose screen the slides are: nobody's. Whatever else is shared covers them."""
_GUTTER = 2
"""Left free on each side of a tile that shares the picture."""


@dataclass(frozen=True, slots=True)
class Rect:
    """In pixels from the top left; every number is even, so that chroma planes divide."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tile:
    participant_id: ParticipantId
    source: Source
    """Anything but the microphone."""
    rect: Rect


@dataclass(frozen=True, slots=True)
class Scene:
    """The tiles do not move from `from_ms` up to `to_ms` of the lesson's time line."""

    from_ms: int
    to_ms: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """A track of the recording, as far as the layout looks at it."""

    participant_id: ParticipantId
    source: Source
    starts_ms: int
    ends_ms: int


def scenes(
    duration_ms: int,
    stage: Sequence[StageChange],
    spans: Sequence[TrackSpan],
    order: Sequence[ParticipantId],
    slides: Sequence[tuple[int, int]] = (),
) -> tuple[Scene, ...]:
    """From 0 to `duration_ms` without a hole; `order` is that of small tiles, and who is not in it gets none.

    `slides`: when any were shown, from when to when.
    """
    presence = {
        who: _bridged((s for s in spans if s.participant_id == who), KEEP_PLACE_MS) for who in order
    }
    shown = {
        (who, source): _bridged(
            (s for s in spans if s.participant_id == who and s.source is source), KEEP_SCREEN_MS
        )
        for who in order
        for source in READ
    }
    bridged = [*presence.values(), *shown.values()]
    edges = {edge for pairs in bridged for pair in pairs for edge in pair}
    edges |= {change.at_ms for change in stage}
    edges |= {edge for pair in slides for edge in pair}
    cuts = [0, *sorted(edge for edge in edges if 0 < edge < duration_ms), duration_ms]
    found: list[Scene] = []
    for from_ms, to_ms in itertools.pairwise(cuts):
        now = stage_at(stage, from_ms)
        present = [who for who in order if _covers(presence[who], from_ms)]
        sharing = [
            (who, source)
            for who in present
            for source in READ
            if _covers(shown[who, source], from_ms)
        ]
        if _covers(slides, from_ms):
            sharing.append((SLIDES, Source.SCREEN))
        tiles = tuple(_arranged(now, present, sharing))
        if found and found[-1].tiles == tiles:
            found[-1] = Scene(found[-1].from_ms, to_ms, tiles)
        else:
            found.append(Scene(from_ms, to_ms, tiles))
    return tuple(found)


def stage_at(stage: Sequence[StageChange], at_ms: int) -> StageChange:
    number = bisect_right(stage, at_ms, key=lambda change: change.at_ms)
    return stage[number - 1] if number else StageChange(0, ())


def _bridged(spans: Iterable[TrackSpan], gap_ms: int) -> list[tuple[int, int]]:
    """When any of the spans lasts, pauses shorter than `gap_ms` included."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: s.starts_ms):
        if merged and span.starts_ms - merged[-1][1] < gap_ms:
            merged[-1] = (merged[-1][0], max(merged[-1][1], span.ends_ms))
        else:
            merged.append((span.starts_ms, span.ends_ms))
    return merged


def _covers(pairs: Sequence[tuple[int, int]], at_ms: int) -> bool:
    return any(begin <= at_ms < end for begin, end in pairs)


def _arranged(
    stage: StageChange,
    present: Sequence[ParticipantId],
    sharing: Sequence[tuple[ParticipantId, Source]],
) -> Iterator[Tile]:
    """What is shared is what the lesson is about, then whom the spotlight shows; else the stage is large, and the
    others are beside it."""
    leads = (who for who in (*stage.on_stage, *present) if has_led(who) and who in present)
    lead = next(leads, None)
    up = [who for who in present if who in stage.on_stage and who != lead]
    rest = [who for who in present if who != lead and who not in up]
    speakers = ([lead] if lead else []) + up
    large: list[tuple[ParticipantId, Source]]
    spot = [who for who in present if who == stage.spotlight]
    if sharing or spot:
        large = [*sharing[:1]]
        large += [(who, Source.CAMERA) for who in spot]
        small = [who for who in speakers + rest if who not in spot]
    elif speakers:
        large, small = [(who, Source.CAMERA) for who in speakers], rest
    else:
        large, small = [(who, Source.CAMERA) for who in rest], []
    rects = _places(len(large), len(small))
    seats = large + [(who, Source.CAMERA) for who in small]
    for (who, source), rect in zip(seats, rects, strict=False):
        yield Tile(who, source, rect)


def _places(large: int, small: int) -> list[Rect]:
    """The large places, then the small ones, as many as there is room for."""
    if large == 1 and not small:
        return [Rect(0, 0, WIDTH, HEIGHT)]
    if large <= 1:
        return [_inset(rect) for rect in _one_large(small)[: large + small]]
    if large == 2:
        return [_inset(rect) for rect in _two_up(small)]
    columns = 2 if large <= 4 else 3
    width, height = _even(WIDTH // columns), _even(HEIGHT // columns)
    places = [
        Rect(column * width, row * height, width, height)
        for row in range(columns)
        for column in range(columns)
    ]
    return [_inset(rect) for rect in places[: min(large, MAX_LARGE)]]


def _one_large(small: int) -> list[Rect]:
    """A column of up to four at its right; more go round the corner and along the bottom."""
    if small <= 4:
        top = (HEIGHT - small * 180) // 2
        column = [Rect(960, top + 180 * n, 320, 180) for n in range(small)]
        return [Rect(0, 90, 960, 540), *column]
    column = [Rect(1024, 144 * n, 256, 144) for n in range(4)]
    bottom = [Rect(256 * n, 576, 256, 144) for n in range(5)]
    return [Rect(0, 0, 1024, 576), *(column + bottom)[: min(small, MAX_BESIDE)]]


def _two_up(small: int) -> list[Rect]:
    """Two equal ones, the others in rows below them."""
    columns = 4 if small <= 4 else 5
    width, height = WIDTH // columns, HEIGHT // columns
    rows = -(-min(small, 2 * columns) // columns)
    top = _even((HEIGHT - 360 - rows * height) // 2)
    below = []
    for n in range(min(small, rows * columns)):
        in_row = min(columns, small - n // columns * columns)
        left = (WIDTH - in_row * width) // 2
        below.append(
            Rect(
                _even(left + n % columns * width), top + 360 + n // columns * height, width, height
            )
        )
    return [Rect(0, top, 640, 360), Rect(640, top, 640, 360), *below]


def _inset(rect: Rect) -> Rect:
    return Rect(
        rect.x + _GUTTER, rect.y + _GUTTER, rect.width - 2 * _GUTTER, rect.height - 2 * _GUTTER
    )


def _even(pixels: int) -> int:
    return pixels & ~1
