"""Uploaded files become pages in a process of their own; hostile ones end that process, or only their own deck."""

import json
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.jobs.child_process import child_process_lines
from app.slides.deck_maker import RENDER
from app.slides.limits import LIGHT_OVER_BYTES, MAX_PAGES, SHARP_BOX, THUMB_BOX
from app.slides.render_job import RenderJob, file_name
from tests.support.slide_files import (
    detailed_picture,
    locked_pdf,
    many_pages_pdf,
    one_page_pdf,
    pdf_file,
    picture_file,
    slide_picture,
    swollen_png,
)


async def rendered(content: bytes, folder: Path, *, is_pdf: bool = True) -> list[dict[str, Any]]:
    """What the process says, a line each."""
    path = folder / "given"
    path.write_bytes(content)
    job = RenderJob(str(path), is_pdf, str(folder))
    lines = child_process_lines(RENDER, json.dumps(asdict(job)).encode())
    async with aclosing(lines):
        return [json.loads(line) async for line in lines]


def picture_of(folder: Path, number: int, rendition: str) -> Image.Image:
    return Image.open(folder / file_name(number, rendition))


async def test_every_page_of_a_pdf_comes_in_order_and_fits_a_projector(tmp_path: Path) -> None:
    pages = await rendered(pdf_file(3), tmp_path)
    assert [(page["number"], page["page_count"]) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    for page in pages:
        sharp = picture_of(tmp_path, page["number"], "sharp")
        assert sharp.size == (page["width"], page["height"]) == (1920, 1080)
        assert picture_of(tmp_path, page["number"], "thumb").size == (240, 135)
        color = slide_picture(page["number"]).getpixel((5, 5))
        assert isinstance(color, tuple)
        shown = sharp.convert("RGB").getpixel((10, 10))
        assert isinstance(shown, tuple)
        assert max(abs(a - b) for a, b in zip(shown, color, strict=True)) < 12


async def test_a_large_page_has_a_light_rendering_of_the_same_shape(tmp_path: Path) -> None:
    (large,) = await rendered(picture_file(detailed_picture(), "JPEG"), tmp_path, is_pdf=False)
    assert large["renditions"]["sharp"] > LIGHT_OVER_BYTES
    assert large["renditions"]["light"] < LIGHT_OVER_BYTES / 2
    light = picture_of(tmp_path, 1, "light")
    assert light.width * large["height"] == light.height * large["width"]

    (small,) = await rendered(picture_file(slide_picture(1)), tmp_path, is_pdf=False)
    assert set(small["renditions"]) == {"sharp", "thumb"}


async def test_a_picture_is_turned_upright_and_loses_where_it_was_taken(tmp_path: Path) -> None:
    lying = Image.new("RGB", (400, 200), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by a quarter
    exif[0x8825] = {1: "N", 2: (30.0, 0.0, 0.0)}
    path = tmp_path / "photo.jpg"
    lying.save(path, "JPEG", exif=exif)
    (page,) = await rendered(path.read_bytes(), tmp_path, is_pdf=False)
    sharp = picture_of(tmp_path, 1, "sharp")
    assert (page["width"], page["height"]) == sharp.size == (200, 400)
    assert not sharp.getexif()


@pytest.mark.parametrize(
    ("content", "is_pdf", "code"),
    [
        (b"%PDF-1.7 and then nothing", True, "deck_damaged"),
        (pdf_file(1)[:600], True, "deck_damaged"),
        (locked_pdf(), True, "deck_locked"),
        (many_pages_pdf(0), True, "deck_damaged"),
        (many_pages_pdf(MAX_PAGES + 1), True, "too_many_pages"),
        (swollen_png(), False, "picture_too_large"),
        (picture_file(slide_picture(1), "JPEG")[:300], False, "deck_damaged"),
        (b"GIF89a of something else", False, "deck_damaged"),
    ],
    ids=["no pdf", "cut", "locked", "empty", "long", "swollen png", "cut jpeg", "gif"],
)
async def test_what_cannot_be_shown_is_said_in_a_code(
    tmp_path: Path, content: bytes, is_pdf: bool, code: str
) -> None:
    assert await rendered(content, tmp_path, is_pdf=is_pdf) == [{"failure": code}]


@pytest.mark.parametrize(
    "box", [b"0 0 14400 14400", b"0 0 1 14400", b"0 0 14400000 3", b"0 0 0.001 0.001"]
)
async def test_no_size_that_a_page_claims_makes_more_pixels_than_the_box(
    tmp_path: Path, box: bytes
) -> None:
    (page,) = await rendered(one_page_pdf(b"0 0 5 5 re f", box=box), tmp_path)
    if "failure" not in page:
        assert 0 < page["width"] <= SHARP_BOX[0] + 1
        assert 0 < page["height"] <= SHARP_BOX[1] + 1
        assert picture_of(tmp_path, 1, "thumb").width <= THUMB_BOX[0]
