"""One live lesson for all tests of a module: each leaves it as it found it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from playwright.async_api import Browser

from tests.browser.conftest import Meeting
from tests.support.office import Office
from tests.support.pages import enter_as_classroom, enter_as_lead, start_lesson, tab
from tests.support.serve import Served


@asynccontextmanager
async def one_meeting(served: Served, browser: Browser, classrooms: int) -> AsyncIterator[Meeting]:
    """As `meet`, and it lasts; at its end none of its pages may have complained."""
    plan = Office(served).plan_lesson(classrooms)
    async with AsyncExitStack() as stack:
        lead = await stack.enter_async_context(tab(browser, served))
        await enter_as_lead(lead, served, plan)
        rooms = []
        for seat in plan.seats:
            rooms.append(await stack.enter_async_context(tab(browser, served)))
            await enter_as_classroom(rooms[-1], served, seat, plan.lesson_id)
        await start_lesson(lead)
        yield Meeting(plan, lead, tuple(rooms))
    assert [one for screen in (lead, *rooms) for one in screen.unexcused()] == []
