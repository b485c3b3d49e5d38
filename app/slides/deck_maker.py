"""The job that makes pages of an uploaded file: file -> (PDF) -> pictures -> storage -> rows."""

import asyncio
import json
import logging
import tempfile
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.db.models import Deck
from app.ids import DeckId
from app.jobs.child_process import ChildProcessFailed, child_process_lines
from app.jobs.port import ClaimedJob, Progress
from app.slides.formats import SlideFormat
from app.slides.limits import RENDER_PAGE_S, RENDER_TOTAL_S
from app.slides.office import OfficeFailed, office_program, pdf_of
from app.slides.render_job import (
    DAMAGED,
    RENDITION_MIME,
    TOO_HEAVY,
    RenderedPage,
    RenderJob,
    file_name,
)
from app.slides.repository import Decks, folder_of, original_key
from app.storage.port import ObjectNotFound, Storage
from app.storage.store_failures import store_failures

log = logging.getLogger(__name__)

PPTX_UNSUPPORTED = "pptx_unsupported"
RENDER = "app.slides.render"


class _Unshowable(Exception):
    """Nothing can be made of this file, also not later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeckMaker:
    """Done again from the start after a death on the way: pages replace pages."""

    def __init__(self, decks: Decks, storage: Storage) -> None:
        self._decks = decks
        self._storage = storage

    async def run_job(self, job: ClaimedJob, progress: Progress) -> None:
        """A job's `Handler`; its subject is the deck."""
        deck = await self._decks.find(DeckId(job.subject_id))
        if deck is None or deck.state != "preparing":
            return
        failure: str | None = None
        with store_failures(), tempfile.TemporaryDirectory(prefix="tongtang-slides-") as folder:
            try:
                await self._make_pages(deck, Path(folder), progress)
            except ObjectNotFound:
                failure = DAMAGED
            except _Unshowable as reason:
                failure = reason.code
        await self._decks.finish(DeckId(deck.deck_id), failure)
        log.info("slides: %s is %s", deck.deck_id, failure or "ready")

    async def _make_pages(self, deck: Deck, folder: Path, progress: Progress) -> None:
        deck_id = DeckId(deck.deck_id)
        path = folder / f"slides.{deck.format}"
        await self._storage.fetch(original_key(deck_id), path)
        if deck.format == SlideFormat.PPTX:
            path = await _converted(path, folder)
        job = RenderJob(str(path), path.suffix == ".pdf", str(folder))
        lines = child_process_lines(RENDER, json.dumps(asdict(job)).encode())
        try:
            async with asyncio.timeout(RENDER_TOTAL_S), aclosing(lines):
                while (said := await _next_line(lines)) is not None:
                    page = _page(said)
                    if page.number == 1:
                        await self._decks.opened(deck_id, page.page_count)
                    if not await self._keep(deck_id, page, folder):
                        return
                    await progress(page.number / page.page_count)
        except (TimeoutError, ChildProcessFailed) as error:
            log.warning("slides: %s was too much: %s", deck_id, error)
            raise _Unshowable(TOO_HEAVY) from error

    async def _keep(self, deck_id: DeckId, page: RenderedPage, folder: Path) -> bool:
        """False if nobody wants the deck any more."""
        stored = {}
        for name in page.renditions:
            path = folder / file_name(page.number, name)
            key = f"{folder_of(deck_id)}/{path.name}"
            stored[name] = await self._storage.put_file(key, path, RENDITION_MIME)
            await asyncio.to_thread(path.unlink)
        size = (page.width, page.height)
        if await self._decks.add_page(deck_id, page.number, size, stored):
            return True
        for one in stored.values():
            await self._storage.delete(one.key)
        return False


async def _next_line(lines: Any) -> bytes | None:
    """What the process says next; None at its end. TimeoutError if one page takes it too long."""
    async with asyncio.timeout(RENDER_PAGE_S):
        line: bytes | None = await anext(lines, None)
        return line


def _page(line: bytes) -> RenderedPage:
    said = json.loads(line)
    if "failure" in said:
        raise _Unshowable(said["failure"])
    return RenderedPage(**said)


async def _converted(path: Path, folder: Path) -> Path:
    program = office_program()
    if program is None:
        raise _Unshowable(PPTX_UNSUPPORTED)
    workplace = folder / "office"
    await asyncio.to_thread(workplace.mkdir)
    try:
        return await pdf_of(program, path, workplace)
    except OfficeFailed as error:
        log.warning("slides: LibreOffice: %s", error)
        raise _Unshowable(DAMAGED) from error
