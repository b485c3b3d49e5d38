"""Decks and their pages as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import Deck, DeckPage, Lesson
from app.errors import Conflict
from app.ids import DeckId, LessonId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.slides.limits import MAX_DECKS, MAX_LESSON_BYTES
from app.slides.render_job import RENDITION_MIME, RenditionName, file_name
from app.storage.port import StoredObject
from app.storage.served_object import ServedObject


@dataclass(frozen=True, slots=True)
class DeckWithPages:
    row: Deck
    pages: tuple[DeckPage, ...]


@dataclass(frozen=True, slots=True)
class PicturedPage:
    width: int
    height: int
    pictures: Mapping[str, ServedObject]
    """By rendition."""


def folder_of(deck_id: str) -> str:
    """Where the objects of a deck are kept."""
    return f"slides/{deck_id}"


def original_key(deck_id: str) -> str:
    """The file as it was uploaded."""
    return f"{folder_of(deck_id)}/original"


class Decks:
    """The tables `deck` and `deck_page`."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    async def require_room(self, lesson_id: LessonId, size_bytes: int) -> None:
        """Conflict if the lesson has as many decks, or bytes of them, as it may have."""
        async with self._database.reading() as session:
            await _require_room(session, lesson_id, size_bytes)

    async def add(self, deck: Deck) -> None:
        """A new deck and the job that makes its pages; Conflict as above."""
        async with self._database.transaction() as session:
            await _require_room(session, LessonId(deck.lesson_id), deck.size_bytes)
            session.add(deck)
            await session.flush()
            lesson_id = LessonId(deck.lesson_id)
            await self._jobs.request(session, JobKind.SLIDES, deck.deck_id, lesson_id)

    async def of_lesson(self, lesson_id: LessonId) -> list[DeckWithPages]:
        """In the order in which they were uploaded."""
        async with self._database.reading() as session:
            decks = list(
                await session.scalars(
                    select(Deck)
                    .where(Deck.lesson_id == lesson_id)
                    .order_by(Deck.uploaded_at_ms, Deck.deck_id)
                )
            )
            pages: dict[str, list[DeckPage]] = {}
            found = await session.scalars(
                select(DeckPage)
                .where(DeckPage.deck_id.in_([deck.deck_id for deck in decks]))
                .order_by(DeckPage.deck_id, DeckPage.number)
            )
            for page in found:
                pages.setdefault(page.deck_id, []).append(page)
        return [DeckWithPages(deck, tuple(pages.get(deck.deck_id, ()))) for deck in decks]

    async def find(self, deck_id: DeckId) -> Deck | None:
        async with self._database.reading() as session:
            return await session.get(Deck, deck_id)

    async def page(
        self, lesson_id: LessonId, deck_id: DeckId, number: int, rendition: RenditionName
    ) -> ServedObject | None:
        """The picture of a page of this lesson; None if there is none."""
        statement = (
            select(DeckPage)
            .join(Deck, Deck.deck_id == DeckPage.deck_id)
            .where(
                Deck.lesson_id == lesson_id,
                DeckPage.deck_id == deck_id,
                DeckPage.number == number,
            )
        )
        async with self._database.reading() as session:
            row = await session.scalar(statement)
        return None if row is None else _pictured(row).pictures.get(rendition)

    async def pages(
        self, lesson_id: LessonId, deck_ids: Sequence[str]
    ) -> dict[tuple[str, int], PicturedPage]:
        """Every page of these decks of this lesson."""
        statement = (
            select(DeckPage)
            .join(Deck, Deck.deck_id == DeckPage.deck_id)
            .where(Deck.lesson_id == lesson_id, DeckPage.deck_id.in_(deck_ids))
        )
        async with self._database.reading() as session:
            rows = await session.scalars(statement)
            return {(row.deck_id, row.number): _pictured(row) for row in rows}

    async def delete(self, deck_id: DeckId) -> None:
        """Its rows; the objects are gone already."""
        async with self._database.transaction() as session:
            await session.execute(delete(Deck).where(Deck.deck_id == deck_id))

    async def kept_too_long(self, ended_before_ms: int) -> list[DeckId]:
        """Decks of lessons that should have ended before then."""
        statement = (
            select(Deck.deck_id)
            .join(Lesson, Lesson.lesson_id == Deck.lesson_id)
            .where(Lesson.ends_at_ms < ended_before_ms, Deck.uploaded_at_ms < ended_before_ms)
        )
        async with self._database.reading() as session:
            return [DeckId(one) for one in await session.scalars(statement)]

    # -- for the job that makes pages

    async def opened(self, deck_id: DeckId, page_count: int) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(Deck).where(Deck.deck_id == deck_id).values(page_count=page_count)
            )

    async def add_page(
        self,
        deck_id: DeckId,
        number: int,
        size: tuple[int, int],
        renditions: Mapping[RenditionName, StoredObject],
    ) -> bool:
        """A page that is in the store, in place of an earlier try's; False if the deck was deleted meanwhile."""
        async with self._database.transaction() as session:
            if await session.get(Deck, deck_id) is None:
                return False
            await session.merge(
                DeckPage(
                    deck_id=deck_id,
                    number=number,
                    width=size[0],
                    height=size[1],
                    renditions={
                        name: {"size_bytes": stored.size_bytes, "sha256": stored.sha256}
                        for name, stored in renditions.items()
                    },
                )
            )
            return True

    async def finish(self, deck_id: DeckId, failure: str | None) -> None:
        """Every page is there; or it cannot be shown, and why."""
        state = "ready" if failure is None else "failed"
        async with self._database.transaction() as session:
            await session.execute(
                update(Deck).where(Deck.deck_id == deck_id).values(state=state, failure=failure)
            )


def _pictured(row: DeckPage) -> PicturedPage:
    pictures = {
        name: ServedObject(
            f"{folder_of(row.deck_id)}/{file_name(row.number, name)}",
            of_it["size_bytes"],
            of_it["sha256"],
            RENDITION_MIME,
        )
        for name, of_it in row.renditions.items()
    }
    return PicturedPage(row.width, row.height, pictures)


async def _require_room(session: AsyncSession, lesson_id: LessonId, size_bytes: int) -> None:
    count, total_bytes = (
        await session.execute(
            select(func.count(), func.coalesce(func.sum(Deck.size_bytes), 0)).where(
                Deck.lesson_id == lesson_id
            )
        )
    ).one()
    if count >= MAX_DECKS:
        raise Conflict(f"a lesson has at most {MAX_DECKS} files", code="too_many_decks")
    if total_bytes + size_bytes > MAX_LESSON_BYTES:
        raise Conflict("the files of a lesson are too large together", code="decks_too_large")
