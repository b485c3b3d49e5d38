"""From the manifest's slides to those of a film. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.recording.film.job import FilmSlide, FilmStroke
from app.recording.replay_body import listed


def film_slides(
    manifest: Mapping[str, Any], duration_ms: int, pages: Mapping[tuple[str, int], str]
) -> Iterator[FilmSlide]:
    """Every page that was shown and whose picture is there, with the lines that were on it meanwhile."""
    changes = listed(manifest, "slides")
    ends = [change["at_ms"] for change in changes[1:]] + [duration_ms]
    strokes = listed(manifest, "strokes")
    for change, to_ms in zip(changes, ends, strict=False):
        page = (change["deck_id"], change["page"])
        from_ms = max(0, change["at_ms"])
        if page in pages and from_ms < to_ms:
            yield FilmSlide(
                pages[page], from_ms, to_ms, tuple(_strokes(strokes, page, duration_ms))
            )


def _strokes(
    strokes: list[dict[str, Any]], page: tuple[str, int], duration_ms: int
) -> Iterator[FilmStroke]:
    for stroke in strokes:
        if (stroke["deck_id"], stroke["page"]) == page:
            to_ms = duration_ms if stroke["to_ms"] is None else stroke["to_ms"]
            yield FilmStroke(stroke["color"], stroke["points"], stroke["from_ms"], to_ms)
