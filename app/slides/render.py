"""Pages of an uploaded file as pictures, in a process of its own: `python -m app.slides.render`.

Reads one `RenderJob` as JSON from stdin and writes a line of JSON for each `RenderedPage`, or `{"failure": code}`. The
file comes from a stranger: this process has little memory, little time, and may be killed at any moment.
"""

import json
import os
import resource
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from app.jobs.parent import Parent
from app.slides.limits import (
    LIGHT_BYTES,
    LIGHT_OVER_BYTES,
    MAX_FILE_BYTES,
    MAX_PAGES,
    MAX_PICTURE_PIXELS,
    RENDER_CPU_S,
    RENDER_MEMORY_BYTES,
    SHARP_BOX,
    THUMB_BOX,
)
from app.slides.render_job import (
    DAMAGED,
    LOCKED,
    PICTURE_TOO_LARGE,
    TOO_HEAVY,
    TOO_MANY_PAGES,
    RenderedPage,
    RenderJob,
    RenditionName,
    file_name,
)

NICE = 5
SHARP_QUALITY, THUMB_QUALITY = 82, 60
LIGHT_STEPS = (((960, 720), 50), ((960, 720), 25), ((640, 480), 25), ((480, 360), 20))
"""Box and quality, until it is light enough."""
_PASSWORD_NEEDED = 4
"""`FPDF_ERR_PASSWORD` of PDFium."""
_WEBP_METHOD = 3
"""0 quick .. 6 small."""


class Refused(Exception):
    """The file cannot be shown; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def render(job: RenderJob) -> Iterator[RenderedPage]:
    """Each page in order, written before it is yielded. Raises Refused."""
    pictures = _pdf_pages(job.path) if job.is_pdf else _picture(job.path)
    for number, (picture, page_count) in enumerate(pictures, 1):
        contents = _renditions(picture)
        for name, content in contents.items():
            (Path(job.output_folder) / file_name(number, name)).write_bytes(content)
        sizes = {name: len(content) for name, content in contents.items()}
        yield RenderedPage(number, page_count, picture.width, picture.height, sizes)


def _pdf_pages(path: str) -> Iterator[tuple[Image.Image, int]]:
    try:
        document: Any = pypdfium2.PdfDocument(path)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code == _PASSWORD_NEEDED
        raise Refused(LOCKED if is_locked else DAMAGED) from error
    page_count = len(document)
    if page_count == 0:
        raise Refused(DAMAGED)
    if page_count > MAX_PAGES:
        raise Refused(TOO_MANY_PAGES)
    for index in range(page_count):
        try:
            page = document[index]
            width, height = page.get_size()
            if width <= 0 or height <= 0:
                raise Refused(DAMAGED)
            # Whatever size the page claims, its pixels fit the box.
            scale = min(SHARP_BOX[0] / width, SHARP_BOX[1] / height)
            picture = page.render(scale=scale).to_pil().convert("RGB")
            page.close()
        except pypdfium2.PdfiumError as error:
            raise Refused(DAMAGED) from error
        yield picture, page_count


def _picture(path: str) -> Iterator[tuple[Image.Image, int]]:
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MAX_PICTURE_PIXELS:
                raise Refused(PICTURE_TOO_LARGE)
            # A JPEG is decoded no larger than it is shown.
            opened.draft("RGB", SHARP_BOX)
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright)
    except Image.DecompressionBombError as error:
        raise Refused(PICTURE_TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(DAMAGED) from error
    picture.thumbnail(SHARP_BOX)
    yield picture, 1


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def _renditions(picture: Image.Image) -> dict[RenditionName, bytes]:
    contents: dict[RenditionName, bytes] = {
        "sharp": _webp(picture, SHARP_QUALITY),
        "thumb": _webp(_fitted(picture, THUMB_BOX), THUMB_QUALITY),
    }
    if len(contents["sharp"]) > LIGHT_OVER_BYTES:
        for box, quality in LIGHT_STEPS:
            contents["light"] = _webp(_fitted(picture, box), quality)
            if len(contents["light"]) <= LIGHT_BYTES:
                break
    return contents


def _fitted(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    small = picture.copy()
    small.thumbnail(box)
    return small


def _webp(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=quality, method=_WEBP_METHOD)
    return file.getvalue()


def _bound_resources() -> None:
    """The kernel stops what a hostile file makes of us."""
    os.nice(NICE)
    for what, limit in (
        (resource.RLIMIT_AS, RENDER_MEMORY_BYTES),
        (resource.RLIMIT_CPU, RENDER_CPU_S),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def main() -> None:
    parent = Parent()
    job = RenderJob(**json.loads(parent.job()))
    parent.listen()
    _bound_resources()
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    try:
        for page in render(job):
            print(json.dumps(asdict(page)), flush=True)
    except Refused as refused:
        print(json.dumps({"failure": refused.code}), flush=True)
    except MemoryError:
        print(json.dumps({"failure": TOO_HEAVY}), flush=True)


if __name__ == "__main__":
    main()
