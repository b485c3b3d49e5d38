"""Apps over one journal, closed with the test."""

from collections.abc import AsyncIterator, Callable

import pytest

from app.ids import LessonId
from tests.media.memory_engine import MemoryEngine
from tests.media.reacting_app import App
from tests.support.journal import MemoryJournal


@pytest.fixture
async def open_app() -> AsyncIterator[Callable[..., App]]:
    apps: list[App] = []
    journal = MemoryJournal()

    def new(
        engines: list[MemoryEngine] | None = None,
        assigned: dict[LessonId, int] | None = None,
        boot_id: str = "boot_1",
    ) -> App:
        apps.append(
            App(
                engines or [MemoryEngine()],
                journal,
                assigned if assigned is not None else {},
                boot_id,
            )
        )
        return apps[-1]

    yield new
    for app in apps:
        await app.close()
