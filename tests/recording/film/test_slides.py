"""Slides in a film: the right page at its time, with the lines that were on it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.recording.cast import EVERYBODY
from app.recording.film import pictures
from app.recording.film.compose import compose
from app.recording.film.plan import compose_job
from app.recording.film.slide_source import SlideSource
from app.recording.film.slides import film_slides
from tests.support.film_scenes import BLUE, LEAD, LEAD_HZ, Filmed, footage_of, plain_tracks

pytestmark = pytest.mark.recording

DECK = "dck_0000000000000001"
MANIFEST = {
    "slides": [
        {"at_ms": 1_000, "deck_id": DECK, "page": 1},
        {"at_ms": 3_000, "deck_id": DECK, "page": 2},
        {"at_ms": 4_000, "deck_id": DECK, "page": 3},
        {"at_ms": 5_000, "deck_id": None, "page": 0},
    ],
    "strokes": [
        {
            "stroke_id": "str_00000001",
            "deck_id": DECK,
            "page": 1,
            "color": "blue",
            "points": "0,5000 10000,5000",
            "from_ms": 2_000,
            "to_ms": None,
        }
    ],
}


def pages_in(folder: Path) -> dict[tuple[str, int], str]:
    """Pages 1 and 2, orange and white; the third is not there any more."""
    found = {}
    for number, colour in ((1, (230, 120, 20)), (2, (255, 255, 255))):
        path = folder / f"{number}.webp"
        Image.new("RGB", (1920, 1080), colour).save(path, "WEBP", quality=90)
        found[DECK, number] = str(path)
    return found


def middle(source: SlideSource, at_ms: int) -> NDArray[np.uint8]:
    frame = source.at(at_ms)
    assert frame is not None
    picture = frame.to_ndarray(format="rgb24")
    return picture[picture.shape[0] // 2, picture.shape[1] // 2]


def test_a_page_is_there_at_its_time_and_a_line_from_when_it_was_drawn(tmp_path: Path) -> None:
    slides = tuple(film_slides(MANIFEST, 6_000, pages_in(tmp_path)))
    assert [(slide.from_ms, slide.to_ms) for slide in slides] == [(1_000, 3_000), (3_000, 4_000)]
    source = SlideSource(slides)
    assert source.at(999) is None
    assert middle(source, 1_500)[0] > 200
    assert source.at(1_500) is source.at(1_999)
    assert middle(source, 2_000)[2] > 180
    assert middle(source, 2_000)[0] < 60
    assert middle(source, 3_500).min() > 240
    assert source.at(4_500) is None


def test_a_film_shows_the_slides_large_between_the_lead_s_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pictures._X264, "preset", "ultrafast")
    tracks = plain_tracks(tmp_path, LEAD, 6.0, BLUE, LEAD_HZ)
    footage = footage_of(tracks, 6.0, (5.5, 5.8))
    footage = replace(footage, manifest={**footage.manifest, **MANIFEST})
    place = tmp_path / "film"
    place.mkdir()
    paths = {one.track_id: str(tmp_path / one.track_id) for one in tracks}
    job = replace(compose_job(footage, EVERYBODY, paths, pages_in(tmp_path)), folder=str(place))
    film = Filmed(place, job, compose(job, lambda _: None))

    def red_and_blue(at_s: float) -> tuple[float, float]:
        """In the middle of where the slides are."""
        _, picture = min(film.pictures, key=lambda one: abs(one[0] - at_s))
        height, width, _ = picture.shape
        red, _, blue = picture[height * 2 // 5, width // 5]
        return float(red), float(blue)

    for at_s, is_red, is_blue in (
        (0.5, False, True),
        (1.5, True, False),
        (3.5, True, True),
        (4.5, False, True),
        (5.2, False, True),
    ):
        red, blue = red_and_blue(at_s)
        assert (red > 150, blue > 100) == (is_red, is_blue), (at_s, red, blue)
