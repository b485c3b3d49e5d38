"""What goes into the rendering process and what comes out. Loads no library: the worker imports this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RenditionName = Literal["sharp", "light", "thumb"]
RENDITIONS: tuple[RenditionName, ...] = ("sharp", "light", "thumb")
RENDITION_MIME = "image/webp"

DAMAGED, LOCKED = "deck_damaged", "deck_locked"
TOO_MANY_PAGES, TOO_HEAVY, PICTURE_TOO_LARGE = (
    "too_many_pages",
    "deck_too_heavy",
    "picture_too_large",
)


@dataclass(frozen=True, slots=True)
class RenderJob:
    path: str
    """A PDF, or a picture, as `is_pdf` says."""
    is_pdf: bool
    output_folder: str


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """Files `<number>-<rendition>.webp` in the output folder."""

    number: int
    """From 1."""
    page_count: int
    width: int
    """Pixels of the sharp rendering."""
    height: int
    renditions: Mapping[RenditionName, int]
    """Those that there are, with their sizes in bytes."""


def file_name(number: int, rendition: str) -> str:
    return f"{number}-{rendition}.webp"
