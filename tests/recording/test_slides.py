"""Slides in a replay: when which page was shown and drawn on, and who gets a picture of what."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from app.db.engine import Database
from app.db.models import Deck, Recording, ShareLink
from app.ids import DeckId, LessonId, StrokeId
from app.recording.slides import (
    DrawnStroke,
    SlideChange,
    drawn_strokes,
    shown_picture,
    slide_changes,
)
from app.recording.timeline import LessonTimeline
from app.rooms.commands import (
    ClearStrokes,
    DrawStroke,
    EndLesson,
    HideSlides,
    TurnSlides,
    UndoStroke,
)
from app.storage.port import StoredObject
from tests.rooms.lesson import DECK as SHOWN
from tests.rooms.lesson import LEAD, live_lesson
from tests.support.clock import START_MS
from tests.support.recordings import OPEN, RecordingApi, recording_api, refusal

DECK = DeckId("dck_0000000000000003")
CHANGES = [
    {"at_ms": 1_000, "deck_id": DECK, "page": 1},
    {"at_ms": 20_000, "deck_id": DECK, "page": 2},
    {"at_ms": 40_000, "deck_id": None, "page": 0},
]
STROKE = {
    "stroke_id": "str_00000001",
    "deck_id": DECK,
    "page": 2,
    "color": "red",
    "points": "1,1 2,2",
    "from_ms": 25_000,
    "to_ms": None,
}


def test_the_journal_tells_when_which_page_was_shown_and_how_long_each_line_was_there() -> None:
    told = live_lesson()
    first = told.now_ms

    def after(seconds: int, *commands: Any) -> None:
        told.now_ms = first + seconds * 1_000
        for command in commands:
            told.does(command)

    def draw(number: int) -> DrawStroke:
        return DrawStroke(LEAD, StrokeId(f"str_{number:08}"), "red", "1,1 2,2")

    after(1, TurnSlides(LEAD, SHOWN, 1), draw(1), draw(2))
    after(2, UndoStroke(LEAD))
    after(3, TurnSlides(LEAD, SHOWN, 2), TurnSlides(LEAD, SHOWN, 2), draw(3))
    after(4, HideSlides(LEAD))
    after(5, TurnSlides(LEAD, SHOWN, 1))
    after(6, ClearStrokes(LEAD))
    after(9, EndLesson(LEAD))
    timeline = LessonTimeline(first, 0)

    assert [(c.at_ms, c.page) for c in slide_changes(told.journal, timeline)] == [
        (1_000, 1),
        (3_000, 2),
        (4_000, 0),
        (5_000, 1),
        (9_000, 0),
    ]
    assert slide_changes(told.journal, timeline)[0] == SlideChange(1_000, SHOWN, 1)
    strokes = drawn_strokes(told.journal, timeline)
    assert [(s.page, s.from_ms, s.to_ms) for s in strokes] == [
        (1, 1_000, 6_000),
        (1, 1_000, 2_000),
        (2, 3_000, None),
    ]
    assert isinstance(strokes[0], DrawnStroke)


@pytest_asyncio.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    """A recording in which pages 1 and 2 of a deck of three were shown."""
    async with recording_api(database, tmp_path / "objects") as api:
        await add_deck(api)
        async with database.transaction() as session:
            row = (await session.scalars(select(Recording))).one()
            manifest = {**row.manifest, "slides": CHANGES, "strokes": [STROKE]}
            await session.execute(update(Recording).values(manifest=manifest))
        yield api


async def add_deck(api: RecordingApi) -> None:
    deck = Deck(
        deck_id=DECK,
        lesson_id=api.county.lesson,
        name="分数.pdf",
        format="pdf",
        state="ready",
        page_count=3,
        size_bytes=1,
        sha256="",
        uploaded_by=api.county.teacher,
        uploaded_at_ms=START_MS,
    )
    await api.decks.add(deck)
    for number in (1, 2, 3):
        stored: dict[Any, StoredObject] = {}
        for name in ("sharp", "light", "thumb")[: 3 if number == 1 else 1]:
            key = f"slides/{DECK}/{number}-{name}.webp"
            stored[name] = await api.storage.put_bytes(key, f"{number} {name}".encode())
        await api.decks.add_page(DECK, number, (1920, 1080), stored)


async def replay_of(api: RecordingApi, who: Any) -> dict[str, Any]:
    async with api.client(who) as client:
        answer = await client.get(f"/recordings/{api.recording_id}")
    assert answer.status_code == 200, answer.text
    slides: dict[str, Any] = answer.json()["slides"]
    return slides


async def seen_at(api: RecordingApi, url: str) -> tuple[int, str]:
    async with api.client() as stranger:
        answer = await stranger.get(f"http://localhost:8080{url}")
    code = "" if answer.status_code == 200 else answer.json()["code"]
    return answer.status_code, code or answer.text


async def test_who_took_part_sees_pages_and_lines_at_their_time(api: RecordingApi) -> None:
    slides = await replay_of(api, api.county.teacher)
    assert [(c["at_ms"], c["page"]) for c in slides["changes"]] == [
        (1_000, 0),
        (20_000, 1),
        (40_000, None),
    ]
    assert [(s["page"], s["from_ms"], s["to_ms"]) for s in slides["strokes"]] == [(1, 25_000, None)]
    one, two = slides["pages"]
    assert two["light_url"] is None
    assert await seen_at(api, one["sharp_url"]) == (200, "1 sharp")
    assert await seen_at(api, one["light_url"]) == (200, "1 light")


async def test_a_page_that_was_never_shown_is_nobody_s_to_see(api: RecordingApi) -> None:
    manifest = {"slides": CHANGES}
    for picture_id, is_there in (
        (f"{DECK}.2.sharp", True),
        (f"{DECK}.3.sharp", False),
        (f"{DECK}.2.light", False),
        (f"{DECK}.2", False),
        (f"{DECK}.x.sharp", False),
        ("epo_0_les_1", False),
    ):
        found = await shown_picture(api.decks, api.county.lesson, manifest, picture_id)
        assert (found is not None) is is_there, picture_id
    other_lesson = LessonId("les_other")
    picture = await shown_picture(api.decks, other_lesson, manifest, f"{DECK}.2.sharp")
    assert picture is None


async def test_a_deleted_deck_is_gone_from_the_replay_too(api: RecordingApi) -> None:
    url = (await replay_of(api, api.county.teacher))["pages"][0]["sharp_url"]
    await api.decks.delete(DECK)
    slides = await replay_of(api, api.county.teacher)
    assert [page["sharp_url"] for page in slides["pages"]] == [None, None]
    assert len(slides["changes"]) == 3
    assert (await seen_at(api, url))[0] == 404


async def test_the_library_shows_slides_only_while_they_are_published(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        await client.put(f"/recordings/{api.recording_id}/publication")
        url = (await replay_of(api, api.county.other_teacher))["pages"][0]["sharp_url"]
        assert "/library/" in url
        assert await seen_at(api, url) == (200, "1 sharp")
        await client.delete(f"/recordings/{api.recording_id}/publication")
    assert await seen_at(api, url) == (410, "not_published")


@pytest.mark.parametrize(
    ("clip", "pages"),
    [(None, ["1 sharp", "2 sharp"]), ({"from_ms": 22_000, "to_ms": 30_000}, ["2 sharp"])],
)
async def test_a_share_link_shows_the_pages_of_its_part_and_no_other(
    api: RecordingApi, clip: dict[str, int] | None, pages: list[str]
) -> None:
    link = await api.make_link(**({"clip": clip} if clip else {}))
    if clip:
        async with api.database.transaction() as session:
            await session.execute(update_clip(link["link_id"]))
    async with api.client() as stranger:
        opened = (await stranger.post(OPEN, json={"token": link["token"]})).json()
    slides = opened["replay"]["slides"]
    urls = [page["sharp_url"] for page in slides["pages"]]
    assert [(await seen_at(api, url)) for url in urls] == [(200, one) for one in pages]
    assert [stroke["from_ms"] for stroke in slides["strokes"]] == ([3_000] if clip else [25_000])

    assert await api.sharing.revoke_link(
        api.recording_id, link["link_id"], api.county.teacher, api.time()
    )
    assert await seen_at(api, urls[0]) == (410, "link_revoked")
    async with api.client() as stranger:
        again = stranger.post(OPEN, json={"token": link["token"]})
        assert await refusal(again) == (410, "link_revoked")


def update_clip(link_id: str) -> Any:
    """The clip's files are cut; those have tests of their own."""
    return update(ShareLink).where(ShareLink.link_id == link_id).values(clip_state="ready")
