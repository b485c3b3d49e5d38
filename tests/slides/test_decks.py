"""Materials of a lesson: who may bring them, who may look at them, and what a file may not do."""

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Job
from app.ids import DeckId, LessonId
from app.slides import deck_maker, desk, limits, receive, repository
from app.slides.addresses import STEP_S
from app.slides.removal import DeckSweep
from tests.slides.conftest import LESSON, SlideApi
from tests.support.database import on_both_databases
from tests.support.slide_files import (
    detailed_picture,
    laughing_pdf,
    pdf_file,
    picture_file,
    slide_picture,
)

PPTX = b"PK\x03\x04 and whatever a presentation is made of"


@on_both_databases
async def test_an_uploaded_pdf_becomes_pages_that_everybody_in_the_lesson_may_see(
    slides: SlideApi, database: Database
) -> None:
    content = pdf_file(2)
    uploaded = await slides.upload(content)
    assert (uploaded["state"], uploaded["pages"], uploaded["name"]) == (
        "preparing",
        [],
        "分数.pdf",
    )
    async with database.reading() as session:
        job = (await session.scalars(select(Job).where(Job.kind == "slides"))).one()
    assert job.subject_id == uploaded["deck_id"]

    deck = await slides.make_pages(uploaded["deck_id"])
    assert (deck["state"], deck["failure"], deck["page_count"]) == ("ready", None, 2)
    assert deck["pages"] == [{"width": 1920, "height": 1080, "has_light": False}] * 2
    for rendition in ("sharp", "thumb"):
        answer = await slides.get(f"{deck['folder']}/pages/2/{rendition}?{deck['query']}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert "immutable" in answer.headers["cache-control"]
    absent = await slides.get(f"{deck['folder']}/pages/2/light?{deck['query']}")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")

    original = await slides.get(f"{deck['folder']}/file?{deck['query']}")
    assert original.content == content
    assert original.headers["content-disposition"].startswith("attachment")


async def test_pictures_are_decks_of_one_page(slides: SlideApi) -> None:
    for content in (
        picture_file(detailed_picture(), "JPEG"),
        picture_file(slide_picture(4)),
    ):
        deck = await slides.make_pages((await slides.upload(content, "图.jpg"))["deck_id"])
        assert (deck["state"], len(deck["pages"])) == ("ready", 1)


async def test_a_place_s_ticket_lists_the_decks_of_its_own_lesson_only(slides: SlideApi) -> None:
    await slides.upload(pdf_file(1))
    async with slides.lessons.client(slides.county.teacher) as client:
        place = {"seat_id": "sea_1"}
        token = (await client.post(f"/lessons/{LESSON}/tickets", json=place)).json()["token"]
    header = {"X-Tongtang-Ticket": token}
    async with slides.lessons.client() as client:
        own = await client.get(f"/lessons/{LESSON}/decks", headers=header)
        other = await client.get("/lessons/les_2/decks", headers=header)
        nobody = await client.get(f"/lessons/{LESSON}/decks")
    assert (len(own.json()["decks"]), own.json()["may_manage"]) == (1, False)
    assert (other.status_code, nobody.status_code) == (403, 401)


async def test_only_the_lead_and_admins_bring_and_take_away(slides: SlideApi) -> None:
    county = slides.county
    deck = await slides.upload(pdf_file(1))
    assert await slides.refused(pdf_file(1), by=county.onsite) == (403, "not_allowed")
    assert await slides.refused(pdf_file(1), by=county.other_teacher) == (404, "not_found")
    assert (await slides.list(county.onsite))["may_manage"] is False
    address = f"/lessons/{LESSON}/decks/{deck['deck_id']}"
    async with slides.lessons.client(county.onsite) as client:
        assert (await client.delete(address)).status_code == 403
    async with slides.lessons.client(county.admin) as client:
        assert (await client.delete(address)).status_code == 204
        assert (await client.delete(address)).json()["code"] == "deck_unknown"
    assert (await slides.list())["decks"] == []


async def test_what_is_deleted_is_gone_from_the_store_and_cannot_be_while_it_is_shown(
    slides: SlideApi,
) -> None:
    deck = await slides.make_pages((await slides.upload(pdf_file(1)))["deck_id"])
    folder = f"slides/{deck['deck_id']}"
    assert len(await slides.storage.sizes(folder)) == 3
    address = f"/lessons/{LESSON}/decks/{deck['deck_id']}"
    async with slides.lessons.client(slides.county.teacher) as client:
        slides.shown[LessonId(LESSON)] = DeckId(deck["deck_id"])
        assert (await client.delete(address)).json()["code"] == "deck_is_shown"
        slides.shown.clear()
        assert (await client.delete(address)).status_code == 204
    assert await slides.storage.sizes(folder) == {}
    gone = await slides.get(f"{deck['folder']}/pages/1/sharp?{deck['query']}")
    assert gone.status_code == 404


async def test_an_address_stays_the_same_for_hours_then_expires_and_opens_one_deck_only(
    slides: SlideApi,
) -> None:
    one = await slides.make_pages((await slides.upload(pdf_file(1)))["deck_id"])
    two = await slides.make_pages((await slides.upload(pdf_file(1)))["deck_id"])
    crossed = await slides.get(f"{two['folder']}/pages/1/sharp?{one['query']}")
    assert (crossed.status_code, crossed.json()["code"]) == (403, "link_invalid")
    address = f"{one['folder']}/pages/1/sharp?{one['query']}"
    decks = (await slides.list())["decks"]
    again = next(deck for deck in decks if deck["deck_id"] == one["deck_id"])
    assert (again["folder"], again["query"]) == (one["folder"], one["query"])
    slides.lessons.time.now_ms += 2 * STEP_S * 1000
    assert (await slides.get(address)).status_code == 403


async def test_a_file_of_another_kind_is_refused_by_its_bytes_whatever_its_name_says(
    slides: SlideApi,
) -> None:
    for content in (b"MZ program" * 200, b"", b"<html>", b"RIFF____WEBP" * 200):
        assert await slides.refused(content) == (422, "deck_type_unknown")


async def test_a_presentation_without_libreoffice_is_refused_with_what_to_do(
    slides: SlideApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert await slides.refused(PPTX) == (422, "pptx_unsupported")
    assert (await slides.list())["accepts_pptx"] is False


async def test_too_many_bytes_files_or_uploads_are_refused_each_with_its_code(
    slides: SlideApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = pdf_file(1)
    monkeypatch.setattr(receive, "MAX_FILE_BYTES", len(content) - 1)
    assert await slides.refused(content) == (413, "body_too_large")
    monkeypatch.setattr(receive, "MAX_FILE_BYTES", limits.MAX_FILE_BYTES)
    monkeypatch.setattr(repository, "MAX_LESSON_BYTES", len(content) - 1)
    assert await slides.refused(content) == (409, "decks_too_large")
    monkeypatch.setattr(repository, "MAX_LESSON_BYTES", limits.MAX_LESSON_BYTES)
    monkeypatch.setattr(repository, "MAX_DECKS", 1)
    await slides.upload(content)
    assert await slides.refused(content) == (409, "too_many_decks")
    monkeypatch.setattr(desk, "UPLOADS_AT_ONCE", 0)
    assert await slides.refused(content) == (429, "too_many_uploads")
    assert len(await slides.storage.sizes("slides")) == 1


async def test_a_hostile_file_costs_its_own_deck_and_a_bounded_time(
    slides: SlideApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = await slides.make_pages((await slides.upload(laughing_pdf()))["deck_id"])
    assert (deck["state"], deck["failure"], deck["pages"]) == ("failed", "deck_too_heavy", [])
    monkeypatch.setattr(deck_maker, "RENDER_PAGE_S", 0.05)
    slow = await slides.make_pages((await slides.upload(pdf_file(1)))["deck_id"])
    assert (slow["state"], slow["failure"]) == ("failed", "deck_too_heavy")


async def test_materials_go_after_their_time(slides: SlideApi) -> None:
    deck = await slides.make_pages((await slides.upload(pdf_file(1)))["deck_id"])
    await DeckSweep(slides.decks, slides.storage, kept_days=100_000).sweep()
    assert len((await slides.list())["decks"]) == 1
    slides.lessons.time.now_ms += 1
    await DeckSweep(slides.decks, slides.storage, kept_days=-100_000).sweep()
    assert (await slides.list())["decks"] == []
    assert await slides.storage.sizes(f"slides/{deck['deck_id']}") == {}
