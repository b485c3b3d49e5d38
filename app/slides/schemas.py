"""Bodies of the endpoints of slides."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path

from app.api_model import ApiModel
from app.db.models import DeckPage
from app.ids import DeckId, LessonId
from app.moments import utc
from app.slides.repository import DeckWithPages

LessonPath = Annotated[LessonId, Path(alias="id", pattern=r"^\w{1,60}$")]
DeckPath = Annotated[DeckId, Path(pattern=r"^\w{1,40}$")]
DeckState = Literal["preparing", "ready", "failed"]
DeckFormat = Literal["pdf", "jpeg", "png", "pptx"]


class PageBody(ApiModel):
    """Its pictures are `<folder>/pages/<number>/<rendition>?<query>`, rendition `sharp`, `light` or `thumb`."""

    width: int
    height: int
    has_light: bool
    """The sharp picture is large: show the light one first where the link is slow."""


class DeckBody(ApiModel):
    deck_id: str
    name: str
    format: DeckFormat
    state: DeckState
    failure: str | None
    """Why it cannot be shown: a stable code."""
    page_count: int
    """0 until the file was opened."""
    pages: list[PageBody]
    """Those that are made, in order."""
    size_bytes: int
    uploaded_at: datetime
    folder: str
    """Address of the deck. `<folder>/file?<query>` is the file itself."""
    query: str


class DecksBody(ApiModel):
    decks: list[DeckBody]
    may_manage: bool
    """Whoever asks may upload and delete."""
    accepts_pptx: bool
    """LibreOffice is on the server; else a presentation must come as PDF."""
    max_bytes: int
    max_pages: int
    max_decks: int


def deck_body(deck: DeckWithPages, address: tuple[str, str]) -> DeckBody:
    row = deck.row
    return DeckBody.model_validate(
        {
            "deck_id": row.deck_id,
            "name": row.name,
            "format": row.format,
            "state": row.state,
            "failure": row.failure,
            "page_count": row.page_count,
            "pages": [_page_body(page) for page in deck.pages],
            "size_bytes": row.size_bytes,
            "uploaded_at": utc(row.uploaded_at_ms),
            "folder": address[0],
            "query": address[1],
        }
    )


def _page_body(page: DeckPage) -> PageBody:
    return PageBody(width=page.width, height=page.height, has_light="light" in page.renditions)
