"""Slides of the lesson as pictures of the film: a page, with the lines that were on it at the moment."""

from collections.abc import Sequence

import av
import numpy as np
from PIL import Image, ImageDraw

from app.recording.film.job import FilmSlide

MAX_WIDTH, MAX_HEIGHT = 1280, 720
"""More than its place in the film ever has."""
_COLOURS = {"red": "#d11f14", "blue": "#1257d8", "green": "#0c7a33"}
_FULL = 10_000
"""Points are ten-thousandths of the page's width and height."""


class SlideSource:
    """What was shown at any moment; the same frame as long as nothing on it changes."""

    def __init__(self, slides: Sequence[FilmSlide]) -> None:
        self._slides = slides
        self._drawn: tuple[FilmSlide, int] | None = None
        self._frame: av.VideoFrame | None = None

    def at(self, at_ms: int) -> av.VideoFrame | None:
        """None: no slide, or its page is gone."""
        slide = next((s for s in self._slides if s.from_ms <= at_ms < s.to_ms), None)
        if slide is None:
            return None
        lines = [s for s in slide.strokes if s.from_ms <= at_ms < s.to_ms]
        # Lines come and go one at a time: which those are follows from the last change before this moment.
        changed_ms = max(
            (edge for s in slide.strokes for edge in (s.from_ms, s.to_ms) if edge <= at_ms),
            default=0,
        )
        if self._drawn != (slide, changed_ms):
            self._drawn = (slide, changed_ms)
            picture = _page(slide.path)
            for line in lines:
                _draw(picture, line.points, _COLOURS[line.color])
            self._frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        return self._frame

    def close(self) -> None:
        self._drawn = self._frame = None


def _page(path: str) -> Image.Image:
    with Image.open(path, formats=("WEBP",)) as opened:
        page = opened.convert("RGB")
    page.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    return page


def _draw(page: Image.Image, points: str, colour: str) -> None:
    width = max(2, round(page.width * 0.004))
    line = [
        (int(x) * page.width / _FULL, int(y) * page.height / _FULL)
        for x, _, y in (point.partition(",") for point in points.split(" "))
    ]
    pen = ImageDraw.Draw(page)
    pen.line(line, fill=colour, width=width, joint="curve")
    for x, y in (line[0], line[-1]):
        pen.circle((x, y), width / 2, fill=colour)
