"""A page of another origin that knows RTCPeerConnection and fetch, and nothing of Tongtang."""

import functools
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.support.browser import chromium
from tests.support.office import Office
from tests.support.pages import eventually
from tests.support.serve import Served

pytestmark = pytest.mark.browser

PATIENCE_S = 90.0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The origin of another site: it serves `client.html` beside this file."""
    handler = functools.partial(_Quiet, directory=str(Path(__file__).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with chromium(tmp_path) as running:
        yield running


async def frames_of(page: Page) -> int:
    """Video frames decoded so far."""
    return int(await page.evaluate("client.framesDecoded()"))


async def test_a_page_of_another_origin_sends_and_receives(
    browser: Browser, served: Served, elsewhere: str
) -> None:
    office = Office(served)
    plan = office.plan_lesson(1)
    office.call("POST", f"/lessons/{plan.lesson_id}/start")

    def ticket(place: dict[str, str]) -> str:
        return str(office.call("POST", f"/lessons/{plan.lesson_id}/tickets", place)["token"])

    sender, viewer = await browser.new_page(), await browser.new_page()
    for page in (sender, viewer):
        await page.goto(f"{elsewhere}/client.html")
    endpoint = f"{served.url}/whip/{plan.lesson_id}"
    published = await sender.evaluate(
        "([url, token]) => client.publish(url, token)", [endpoint, ticket({"role": "lead"})]
    )
    assert published["status"] == 201
    seat = ticket({"seat_id": plan.seats[0].seat_id})
    viewed = await viewer.evaluate(
        "([url, token]) => client.view(url, token)",
        [f"{served.url}/whep/{plan.lesson_id}?source=lead", seat],
    )
    assert viewed["status"] == 201

    async def sees() -> bool:
        return await frames_of(viewer) >= 10

    took = await eventually("a picture in the player", sees, PATIENCE_S)
    print(f"measured: 10 frames {took:.2f} s after the player's answer")

    # Its candidates of now, then a new ICE session; the picture goes on through both.
    assert await sender.evaluate("client.trickle()") == 204
    assert await sender.evaluate("client.restartIce()") == 200
    before = await frames_of(viewer)

    async def sees_more() -> bool:
        return await frames_of(viewer) >= before + 15

    took = await eventually("the picture goes on after an ICE restart", sees_more, PATIENCE_S)
    print(f"measured: 15 frames {took:.2f} s after the ICE restart")
    assert await sender.evaluate("client.end()") == 200
    assert await viewer.evaluate("client.end()") == 200
    assert await viewer.evaluate("client.end()") == 404
