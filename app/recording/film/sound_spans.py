"""When a film lets a microphone sound: as everybody heard it in the lesson. Pure."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from app.recording.cast import has_led
from app.recording.film.layout import TrackSpan, stage_at
from app.recording.manifest import Chapter, StageChange

Span = tuple[int, int]
"""From and to, on the lesson's time line."""


def open_floor_spans(chapters: Iterable[Chapter], duration_ms: int) -> Iterator[Span]:
    """While the floor was open to everybody."""
    opened_ms: int | None = None
    for chapter in chapters:
        if chapter.kind == "floor_opened" and opened_ms is None:
            opened_ms = chapter.at_ms
        elif chapter.kind == "floor_closed" and opened_ms is not None:
            yield opened_ms, chapter.at_ms
            opened_ms = None
    if opened_ms is not None:
        yield opened_ms, duration_ms


def sound_spans(
    span: TrackSpan,
    stage: Sequence[StageChange],
    open_floor: Sequence[Span],
    duration_ms: int,
) -> tuple[Span, ...]:
    """The parts of a microphone's track that sound: the lead always, a classroom on stage or on the open
    floor, and in a sing-along none."""
    begin, end = max(0, span.starts_ms), min(span.ends_ms, duration_ms)
    if begin >= end:
        return ()
    if has_led(span.participant_id):
        return ((begin, end),)
    edges = {change.at_ms for change in stage} | {edge for pair in open_floor for edge in pair}
    cuts = [begin, *sorted(edge for edge in edges if begin < edge < end), end]
    heard: list[Span] = []
    for from_ms, to_ms in itertools.pairwise(cuts):
        now = stage_at(stage, from_ms)
        is_up = span.participant_id in now.on_stage and not now.is_sing_along
        is_heard = is_up or any(opened <= from_ms < closed for opened, closed in open_floor)
        if is_heard and heard and heard[-1][1] == from_ms:
            heard[-1] = (heard[-1][0], to_ms)
        elif is_heard:
            heard.append((from_ms, to_ms))
    return tuple(heard)
