"""The endpoints of slides over a real store, and a worker's hand that makes pages when a test says so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from app.db.engine import Database
from app.ids import DeckId, LessonId, UserId
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob
from app.jobs.repository import Jobs
from app.lessons.materials import materials_access
from app.slides.addresses import PageAddresses
from app.slides.deck_maker import DeckMaker
from app.slides.desk import SlideDesk, SlideParts
from app.slides.endpoints import STREAMED_BODIES, build_router
from app.slides.repository import Decks
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.county import SmallCounty
from tests.support.lesson_fixtures import county
from tests.support.lessons import LessonApi, lesson_api

__all__ = ["county"]

LESSON = "les_1"


@dataclass
class SlideApi:
    """A lesson's materials as its lead, and others, use them."""

    lessons: LessonApi
    county: SmallCounty
    storage: ObstoreStorage
    decks: Decks
    shown: dict[LessonId, DeckId] = field(default_factory=dict)
    """What live lessons show."""

    async def upload(self, content: bytes, name: str = "分数.pdf") -> dict[str, Any]:
        """By the lead; the deck as the answer has it."""
        async with self.lessons.client(self.county.teacher) as client:
            answer = await client.post(
                f"/lessons/{LESSON}/decks", params={"name": name}, content=content
            )
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def refused(self, content: bytes, by: UserId | None = None) -> tuple[int, str]:
        """Status and code of an upload that is refused."""
        async with self.lessons.client(by or self.county.teacher) as client:
            answer = await client.post(f"/lessons/{LESSON}/decks", content=content)
        return answer.status_code, answer.json()["code"]

    async def list(self, by: UserId | None = None) -> dict[str, Any]:
        async with self.lessons.client(by or self.county.teacher) as client:
            answer = await client.get(f"/lessons/{LESSON}/decks")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def make_pages(self, deck_id: str) -> dict[str, Any]:
        """What a worker does; the deck afterwards."""
        job = ClaimedJob(
            "job_1", JobKind.SLIDES, Queue.FAST, deck_id, LessonId(LESSON), 1, is_last_attempt=False
        )

        async def progress(_share: float) -> None:
            pass

        await DeckMaker(self.decks, self.storage).run_job(job, progress)
        return next(one for one in (await self.list())["decks"] if one["deck_id"] == deck_id)

    async def get(self, address: str) -> httpx.Response:
        """By nobody in particular: the address has to be enough."""
        async with self.lessons.client() as client:
            return await client.get(f"http://localhost:8080{address}")


@pytest_asyncio.fixture
async def api(database: Database, county: SmallCounty) -> AsyncIterator[LessonApi]:
    async with lesson_api(database, STREAMED_BODIES) as api:
        yield api


@pytest_asyncio.fixture
async def slides(
    api: LessonApi, county: SmallCounty, database: Database, tmp_path: Path
) -> AsyncIterator[SlideApi]:
    storage = ObstoreStorage.local(tmp_path / "objects")
    slides = SlideApi(api, county, storage, Decks(database, Jobs(database)))
    addresses = PageAddresses(UrlSigner(b"a secret of at least 16 bytes"), api.time)
    access_of = materials_access(api.store)
    parts = SlideParts(
        slides.decks,
        storage,
        addresses,
        access_of,
        api.book.read_ticket,
        lambda lesson_id: slides.shown.get(lesson_id),
        api.time,
    )
    api.include(build_router(SlideDesk(parts), addresses, storage, api.authenticate))
    yield slides
