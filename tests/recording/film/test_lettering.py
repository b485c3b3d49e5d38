"""Names under tiles: written where the font can, left out where it cannot."""

from pathlib import Path

import pytest

from app.recording.film.lettering import Lettering, find_font, missing_card

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def test_without_a_font_there_are_no_names_and_no_boxes() -> None:
    assert Lettering("/no/such/font.ttf").label("Wang", 640, 360) is None


def test_a_name_that_the_font_cannot_write_is_left_out() -> None:
    if not Path(LATIN).exists():
        pytest.skip("no DejaVu Sans")
    lettering = Lettering(LATIN)
    assert lettering.label("Class 1", 640, 360) is not None
    assert lettering.label("三年级 Class 1", 640, 360) is None


def test_a_chinese_name_fits_its_tile_however_long_it_is() -> None:
    if not Lettering().can_write("三年级"):
        pytest.skip(f"no Chinese font, only {find_font() or 'none'}")
    name = "青山乡中心小学三年级一班 · 清河县教育局"
    for width, height in ((252, 140), (636, 356), (1280, 720)):
        label = Lettering().label(name, width, height)
        assert label is not None
        assert label.width <= width and label.height < height // 4
        assert label.width % 2 == label.height % 2 == 0
        # Something light is written on something dark.
        assert label.planes[0].max() > 150 and label.planes[0].min() < 60
    small, large = (Lettering().label("三年级", *size) for size in ((252, 140), (636, 356)))
    assert small is not None and large is not None and small.height < large.height


def test_the_card_is_as_large_as_its_tile_and_shows_something() -> None:
    card = missing_card(252, 140)
    assert (card.width, card.height) == (252, 140)
    assert len(set(card.planes[0].ravel().tolist())) > 1
