"""One whole server and one browser for all tests here, and no complaint from any page left unread."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from pytest_asyncio import is_async_test

from tests.support.browser import chromium, write_camera, write_microphone
from tests.support.office import Office, PlannedLesson, Seat
from tests.support.pages import (
    COUNTY_ZONE,
    Screen,
    enter_as_classroom,
    enter_as_lead,
    start_lesson,
    tab,
)
from tests.support.serve import Served
from tests.support.stored_recording import serving_a_recording

_HERE = Path(__file__).parent

HAS_FAILED = pytest.StashKey[bool]()

OpenTab = Callable[..., Awaitable[Screen]]


@dataclass(frozen=True)
class Meeting:
    """A live lesson with its lead and its classrooms on their screens."""

    plan: PlannedLesson
    lead: Screen
    classrooms: tuple[Screen, ...]

    @property
    def seats(self) -> tuple[Seat, ...]:
        """In the order of `classrooms`."""
        return self.plan.seats


Meet = Callable[[int], Awaitable[Meeting]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share an event loop, as they share what lives on it: the browser."""
    for item in items:
        if _HERE in item.path.parents and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[HAS_FAILED] = True
    return report


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo server with a recording to watch; a module that needs another, or kills it, makes its own."""
    with serving_a_recording(tmp_path_factory.mktemp("served") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every camera sees: a coloured picture with a moving bar and a flash each 2 s."""
    return write_camera(tmp_path_factory.mktemp("camera") / "cam.y4m", (60, 120, 200))


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every microphone hears: a tone, loud each 2 s."""
    return write_microphone(tmp_path_factory.mktemp("microphone") / "mic.wav", 440.0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(
    tmp_path_factory: pytest.TempPathFactory, camera: Path, microphone: Path
) -> AsyncIterator[Browser]:
    """Everybody's PC: cookies, storage and network are each tab's own. A module may have one with other devices."""
    folder = tmp_path_factory.mktemp("browser")
    async with chromium(folder, camera=camera, microphone=microphone) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(
    browser: Browser, served: Served, request: pytest.FixtureRequest
) -> AsyncIterator[OpenTab]:
    """Opens tabs of separate people; at the end none of their pages may have complained.

    Where the test failed, its report says what was on their screens.
    """
    screens: list[Screen] = []
    async with AsyncExitStack() as stack:

        async def open_one(
            *, locale: str = "zh-CN", time_zone: str = COUNTY_ZONE, of: Browser = browser
        ) -> Screen:
            opened = tab(of, served, locale=locale, time_zone=time_zone)
            screen = await stack.enter_async_context(opened)
            screens.append(screen)
            return screen

        yield open_one
        if request.node.stash.get(HAS_FAILED, False):
            for number, screen in enumerate(screens, 1):
                print(f"--- tab {number}: {await screen.describe()}")
    complaints = [one for screen in screens for one in screen.unexcused()]
    assert complaints == []


@pytest.fixture
def meet(served: Served, open_tab: OpenTab) -> Meet:
    """`await meet(2)`: a new lesson, live, with its lead and two classrooms in it."""

    async def make(classrooms: int) -> Meeting:
        plan = Office(served).plan_lesson(classrooms)
        lead = await open_tab()
        await enter_as_lead(lead, served, plan)
        screens = []
        for seat in plan.seats:
            screens.append(await open_tab())
            await enter_as_classroom(screens[-1], served, seat, plan.lesson_id)
        await start_lesson(lead)
        return Meeting(plan, lead, tuple(screens))

    return make
