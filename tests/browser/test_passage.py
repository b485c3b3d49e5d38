"""Lessons through routers: addresses that change in mid-lesson, firewalls, and servers behind address translation."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.browser import chromium
from tests.support.coturn import TlsPair, turn_server
from tests.support.namespaces import Host
from tests.support.network import attendance_on, paths_of, plan_lesson_on
from tests.support.office import PlannedLesson, Seat
from tests.support.pages import Screen, enter_as_classroom, enter_as_lead, start_lesson, tab
from tests.support.ports import free_port
from tests.support.router import School, school_behind_router
from tests.support.serve import Served, serving
from tests.support.trust import trusting_home

pytestmark = pytest.mark.network

NEW_OUTER_ADDRESS_S = 3.0
NEW_INTERFACE_S = 8.0
TURN_SECRET = "willow-gate-7"


@dataclass(frozen=True)
class TurnPorts:
    plain: int
    tls: int


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    with school_behind_router() as made:
        yield made


@pytest.fixture(scope="module")
def turn_ports() -> TurnPorts:
    return TurnPorts(free_port(), free_port())


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, school: School, turn_ports: TurnPorts
) -> Iterator[Served]:
    """A server on the outside, which announces a relay over TLS."""
    settings = {
        "TONGTANG_TURN_URLS": f'["turns:{school.outside.ip}:{turn_ports.tls}?transport=tcp"]',
        "TONGTANG_TURN_SECRET": TURN_SECRET,
    }
    data_dir = tmp_path_factory.mktemp("served") / "data"
    prefix = school.outside.prefix
    with serving(data_dir, arguments=("--tls",), settings=settings, prefix=prefix) as server:
        yield server


@dataclass
class Room:
    """A live lesson whose lead and classroom sit behind the same router, each with a screen."""

    plan: PlannedLesson
    lead: Screen
    classroom: Screen

    @property
    def seat(self) -> Seat:
        return self.plan.seats[0]

    async def flows(self, deadline_s: float = 30.0) -> float:
        """Wait until new picture and sound arrive both ways; the seconds it took."""
        began = time.monotonic()
        await asyncio.gather(
            self.classroom.sees_and_hears(self.plan.lead_id, deadline_s),
            self.lead.sees_picture(self.seat.seat_id, deadline_s),
        )
        return time.monotonic() - began


@asynccontextmanager
async def lesson_in(
    browser: Browser, served: Served, server: Host, url: str
) -> AsyncIterator[Room]:
    plan = plan_lesson_on(server, served, 1)
    async with (
        tab(browser, served, url=url) as lead,
        tab(browser, served, url=url) as classroom,
    ):
        # A network that goes away for a moment makes the browser complain of requests that failed.
        for screen in (lead, classroom):
            screen.excuse("net::ERR_", "WebSocket connection")
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        room = Room(plan, lead, classroom)
        await room.flows()
        yield room
        assert [*lead.unexcused(), *classroom.unexcused()] == []


@pytest.fixture
async def inside(
    tmp_path: Path, camera: Path, microphone: Path, school: School, served: Served
) -> AsyncIterator[Browser]:
    """The browser of the school, which trusts the server's authority."""
    home = trusting_home(tmp_path / "home", served.data_dir / "tls" / "tongtang-ca.crt")
    async with chromium(
        tmp_path, camera=camera, microphone=microphone, host=school.inside, home=home
    ) as browser:
        yield browser


async def test_a_lesson_goes_on_with_a_new_outer_address_and_with_a_new_interface(
    school: School, served: Served, inside: Browser
) -> None:
    url = f"https://{school.outside.ip}:{served.https_port}"
    async with lesson_in(inside, served, school.outside, url) as room:
        school.change_outer_address()
        took = await room.flows(3 * NEW_OUTER_ADDRESS_S)
        print(f"measured: media again {took:.2f} s after the router's address changed")
        school.change_inner_address("192.168.77.3")
        took = await room.flows(3 * NEW_INTERFACE_S)
        print(f"measured: media again {took:.2f} s after the interface changed")
        rows = attendance_on(school.outside, served, room.plan.lesson_id)
        assert [row["participant_id"] for row in rows].count(room.seat.seat_id) == 1


async def test_a_lesson_where_only_https_and_a_relay_over_tls_are_let_out(
    school: School, served: Served, inside: Browser, turn_ports: TurnPorts, tmp_path: Path
) -> None:
    tls = served.data_dir / "tls"
    pair = TlsPair(turn_ports.tls, tls / "server.crt", tls / "server.key")
    url = f"https://{school.outside.ip}:{served.https_port}"
    school.let_out_only(served.https_port, turn_ports.tls)
    try:
        with turn_server(
            tmp_path,
            ip=school.outside.ip,
            port=turn_ports.plain,
            secret=TURN_SECRET,
            tls=pair,
            prefix=school.outside.prefix,
        ):
            began = time.monotonic()
            async with lesson_in(inside, served, school.outside, url) as room:
                print(f"measured: a lesson by TURN over TLS {time.monotonic() - began:.2f} s")
                for screen in (room.lead, room.classroom):
                    paths = await paths_of(screen)
                    assert [(path.local_type, path.relay_protocol) for path in paths] == [
                        ("relay", "tls")
                    ] * 2
    finally:
        school.let_everything_out()
