"""Slides in a replay: which page was shown when, and what was drawn on it, read from the journal; and their pictures.

A replay shows the pages of the lesson's decks as they are: a deck that the lead deletes is gone from the replay too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.api_model import ApiModel
from app.ids import DeckId, LessonId, StrokeId
from app.recording.address import AddressOf
from app.recording.timeline import LessonTimeline
from app.rooms.events import (
    LessonEnded,
    SlidesHidden,
    SlidesTurned,
    StrokeDrawn,
    StrokesCleared,
    StrokeUndone,
)
from app.rooms.recorded import Recorded
from app.rooms.state import StrokeColor
from app.storage.served_object import ServedObject

RENDITIONS = ("sharp", "light")
"""Of a page in a replay; the light one only where there is one."""


@dataclass(frozen=True, slots=True)
class SlideChange:
    """From here on this page was shown, or none."""

    at_ms: int
    deck_id: DeckId | None
    page: int = 0


@dataclass(frozen=True, slots=True)
class DrawnStroke:
    """A line on a page, as long as it was there."""

    stroke_id: StrokeId
    deck_id: DeckId
    page: int
    color: StrokeColor
    points: str
    from_ms: int
    to_ms: int | None = None
    """None: to the end."""


def slide_changes(journal: Iterable[Recorded], timeline: LessonTimeline) -> tuple[SlideChange, ...]:
    """Every turn to another page, and every end of slides."""
    changes: list[SlideChange] = []
    for row in journal:
        match row.event:
            case SlidesTurned(deck_id=deck_id, page=page):
                change = SlideChange(timeline.of_row(row), deck_id, page)
            case SlidesHidden() | LessonEnded():
                change = SlideChange(timeline.of_row(row), None)
            case _:
                continue
        last = changes[-1] if changes else SlideChange(0, None)
        if (last.deck_id, last.page) != (change.deck_id, change.page):
            changes.append(change)
    return tuple(changes)


def drawn_strokes(journal: Iterable[Recorded], timeline: LessonTimeline) -> tuple[DrawnStroke, ...]:
    """Every line in the order in which they were drawn."""
    strokes: dict[StrokeId, DrawnStroke] = {}
    for row in journal:
        at_ms = timeline.of_row(row)
        match row.event:
            case StrokeDrawn() as drawn:
                strokes[drawn.stroke_id] = DrawnStroke(
                    drawn.stroke_id, drawn.deck_id, drawn.page, drawn.color, drawn.points, at_ms
                )
            case StrokeUndone(stroke_id=stroke_id) if stroke_id in strokes:
                strokes[stroke_id] = replace(strokes[stroke_id], to_ms=at_ms)
            case StrokesCleared(deck_id=deck_id, page=page):
                for one in strokes.values():
                    if (one.deck_id, one.page, one.to_ms) == (deck_id, page, None):
                        strokes[one.stroke_id] = replace(one, to_ms=at_ms)
            case _:
                pass
    return tuple(strokes.values())


# --- their pictures -------------------------------------------------------------------------------


class ReplayPage(Protocol):
    """A page that can be seen."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def pictures(self) -> Mapping[str, ServedObject]:
        """By rendition."""
        ...


class PagePictures(Protocol):
    """The pages of a lesson's decks, as far as they are still there."""

    async def pages(
        self, lesson_id: LessonId, deck_ids: Sequence[str]
    ) -> Mapping[tuple[str, int], ReplayPage]: ...


class SlidePageBody(ApiModel):
    width: int
    height: int
    sharp_url: str | None
    """None: the deck was deleted."""
    light_url: str | None


class SlideChangeBody(ApiModel):
    at_ms: int
    page: int | None
    """Index into `pages`; null: no slides from here on."""


class StrokeBody(ApiModel):
    stroke_id: str
    page: int
    """Index into `pages`."""
    color: StrokeColor
    points: str
    from_ms: int
    to_ms: int | None


class SlidesBody(ApiModel):
    """Which page was shown when, and what was drawn on it."""

    pages: list[SlidePageBody]
    changes: list[SlideChangeBody]
    strokes: list[StrokeBody]


async def slides_body(
    pictures: PagePictures,
    lesson_id: LessonId,
    manifest: Mapping[str, Any],
    address_of: AddressOf,
) -> SlidesBody:
    """The slides of a manifest, or of a part of one, with an address for each picture."""
    shown = shown_pages(manifest)
    found = await pictures.pages(lesson_id, sorted({deck_id for deck_id, _ in shown}))
    index = {page: number for number, page in enumerate(shown)}
    return SlidesBody(
        pages=[await _page_body(one, found.get(one), address_of) for one in shown],
        changes=[
            SlideChangeBody(at_ms=one["at_ms"], page=index.get((one["deck_id"], one["page"])))
            for one in manifest.get("slides", ())
        ],
        strokes=[
            StrokeBody(
                stroke_id=one["stroke_id"],
                page=index[one["deck_id"], one["page"]],
                color=one["color"],
                points=one["points"],
                from_ms=one["from_ms"],
                to_ms=one["to_ms"],
            )
            for one in manifest.get("strokes", ())
            if (one["deck_id"], one["page"]) in index
        ],
    )


async def shown_picture(
    pictures: PagePictures, lesson_id: LessonId, manifest: Mapping[str, Any], picture_id: str
) -> ServedObject | None:
    """The picture of this id, if the manifest shows its page: nothing else of a deck can be reached by it."""
    deck_id, _, rest = picture_id.partition(".")
    number, _, rendition = rest.partition(".")
    if not number.isdecimal() or (deck_id, int(number)) not in shown_pages(manifest):
        return None
    page = (await pictures.pages(lesson_id, [deck_id])).get((deck_id, int(number)))
    return None if page is None else page.pictures.get(rendition)


def shown_pages(manifest: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Every page that was shown, in order of its first time."""
    shown = [
        (one["deck_id"], one["page"])
        for one in manifest.get("slides", ())
        if one["deck_id"] is not None
    ]
    return list(dict.fromkeys(shown))


async def _page_body(
    shown: tuple[str, int], page: ReplayPage | None, address_of: AddressOf
) -> SlidePageBody:
    if page is None:
        return SlidePageBody(width=16, height=9, sharp_url=None, light_url=None)
    urls = {
        name: await address_of(f"{shown[0]}.{shown[1]}.{name}", picture.key)
        for name, picture in page.pictures.items()
        if name in RENDITIONS
    }
    return SlidePageBody(
        width=page.width,
        height=page.height,
        sharp_url=urls.get("sharp"),
        light_url=urls.get("light"),
    )
