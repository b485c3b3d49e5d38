"""Lessons through routers: addresses that change in mid-lesson, firewalls, and servers behind address translation."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import chromium
from tests.support.coturn import TlsPair, turn_server
from tests.support.namespaces import Host
from tests.support.network import MediaPath, attendance_on, paths_of, plan_lesson_on
from tests.support.office import ADMIN, ONSITE, PlannedLesson, Seat
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    sign_in,
    start_lesson,
    tab,
)
from tests.support.ports import free_port
from tests.support.router import School, school_behind_router
from tests.support.serve import Served, serving
from tests.support.trust import trusting_home

pytestmark = pytest.mark.network

NEW_OUTER_ADDRESS_S = 3.0
NEW_INTERFACE_S = 8.0
SECOND_SERVER_IP = "10.77.0.8"
TURN_SECRET = "willow-gate-7"
RELAY_ONLY = """
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct: (target, [configuration], newTarget) =>
      Reflect.construct(target, [{ ...configuration, iceTransportPolicy: "relay" }], newTarget),
  });
"""


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
    """A server on the outside, which announces a relay; whether any answers is for the test to arrange."""
    ip = school.outside.ip
    settings = {
        "TONGTANG_TURN_URLS": f'["turn:{ip}:{turn_ports.plain}?transport=udp", '
        f'"turns:{ip}:{turn_ports.tls}?transport=tcp"]',
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
    browser: Browser, served: Served, server: Host, url: str, *, script: str = ""
) -> AsyncIterator[Room]:
    """`script` runs in both pages before their own."""
    plan = plan_lesson_on(server, served, 1)
    async with (
        tab(browser, served, url=url) as lead,
        tab(browser, served, url=url) as classroom,
    ):
        # A network that goes away for a moment makes the browser complain of requests that failed.
        for screen in (lead, classroom):
            screen.excuse("net::ERR_", "WebSocket connection")
            if script:
                await screen.page.add_init_script(script)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        room = Room(plan, lead, classroom)
        await room.flows()
        yield room
        assert [*lead.unexcused(), *classroom.unexcused()] == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inside(
    tmp_path_factory: pytest.TempPathFactory,
    camera: Path,
    microphone: Path,
    school: School,
    served: Served,
) -> AsyncIterator[Browser]:
    """The browser of the school, which trusts the server's authority."""
    folder = tmp_path_factory.mktemp("inside")
    async with browser_on(school.inside, served, folder, camera, microphone) as browser:
        yield browser


@pytest.fixture
def relay(school: School, served: Served, turn_ports: TurnPorts, tmp_path: Path) -> Iterator[None]:
    """coturn beside the server, with its secret and certificate."""
    tls = served.data_dir / "tls"
    with turn_server(
        tmp_path,
        ip=school.outside.ip,
        port=turn_ports.plain,
        secret=TURN_SECRET,
        tls=TlsPair(turn_ports.tls, tls / "server.crt", tls / "server.key"),
        prefix=school.outside.prefix,
    ):
        yield


@asynccontextmanager
async def browser_on(
    host: Host, served: Served, tmp_path: Path, camera: Path, microphone: Path
) -> AsyncIterator[Browser]:
    home = trusting_home(tmp_path / "home", served.data_dir / "tls" / "tongtang-ca.crt")
    async with chromium(
        tmp_path, camera=camera, microphone=microphone, host=host, home=home
    ) as browser:
        yield browser


async def test_a_lesson_goes_on_when_router_pc_and_server_get_new_addresses(
    school: School, served: Served, inside: Browser
) -> None:
    server = school.outside
    url = f"https://{server.ip}:{served.https_port}"
    async with lesson_in(inside, served, server, url) as room:
        school.change_outer_address()
        took = await room.flows(9 * NEW_OUTER_ADDRESS_S)
        print(f"measured: media again {took:.2f} s after the router's address changed")
        school.change_inner_address("192.168.77.3")
        took = await room.flows(3 * NEW_INTERFACE_S)
        print(f"measured: media again {took:.2f} s after the interface changed")
        rows = attendance_on(server, served, room.plan.lesson_id)
        assert [row["participant_id"] for row in rows].count(room.seat.seat_id) == 1

        server.run("ip", "address", "add", f"{SECOND_SERVER_IP}/24", "dev", "cable")

        async def is_opened() -> bool:
            lines = served.tail(200).splitlines()
            return any("media addresses" in one and SECOND_SERVER_IP in one for one in lines)

        print(f"measured: a new address is opened after {await eventually('it', is_opened):.2f} s")
        school.block(server.ip, served.media_port)
        try:
            print(f"measured: media by the new address after {await room.flows(60.0):.2f} s")
            for path in [*await paths_of(room.lead), *await paths_of(room.classroom)]:
                assert path.server_ip == SECOND_SERVER_IP
        finally:
            school.let_everything_out()


def ways(paths: list[MediaPath]) -> list[tuple[str, str]]:
    return [(path.local_type, path.relay_protocol) for path in paths]


@pytest.mark.usefixtures("relay")
async def test_a_lesson_reaches_pages_that_have_nothing_but_the_relay(
    school: School, served: Served, inside: Browser, turn_ports: TurnPorts
) -> None:
    url = f"https://{school.outside.ip}:{served.https_port}"
    # A browser that waited for its first UDP answer stays with the relay over TLS.
    school.block(school.outside.ip, turn_ports.tls)
    try:
        async with lesson_in(inside, served, school.outside, url, script=RELAY_ONLY) as room:
            for screen in (room.lead, room.classroom):
                assert ways(await paths_of(screen)) == [("relay", "udp")] * 2
    finally:
        school.let_everything_out()


@pytest.mark.usefixtures("relay")
async def test_a_lesson_where_only_https_and_a_relay_over_tls_are_let_out(
    school: School, served: Served, inside: Browser, turn_ports: TurnPorts
) -> None:
    url = f"https://{school.outside.ip}:{served.https_port}"
    school.let_out_only(served.https_port, turn_ports.tls)
    try:
        began = time.monotonic()
        async with lesson_in(inside, served, school.outside, url) as room:
            print(f"measured: a lesson by TURN over TLS {time.monotonic() - began:.2f} s")
            for screen in (room.lead, room.classroom):
                assert ways(await paths_of(screen)) == [("relay", "tls")] * 2
    finally:
        school.let_everything_out()


async def test_a_link_test_says_what_the_firewall_blocks_and_the_office_reads_it(
    school: School, served: Served, inside: Browser
) -> None:
    plan = plan_lesson_on(school.outside, served, 1)
    (seat,) = plan.seats
    url = f"https://{school.outside.ip}:{served.https_port}"
    async with tab(inside, served, url=url) as teacher, tab(inside, served, url=url) as admin:
        path = f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}"
        await sign_in(teacher, served, ONSITE[seat.school], path)
        await teacher.press("测试网络")
        print(f"measured: verdict after {await teacher.sees('媒体可以直接到达服务器'):.2f} s")
        figures = await teacher.page.get_by_role("status").filter(has_text="kbit/s").inner_text()
        print(f"measured: {figures}")
        rate = re.search(r"试传 (\d+) kbit/s", figures)
        assert rate is not None
        assert int(rate[1]) > 0
        school.block_udp(served.media_port)
        try:
            await teacher.press("测试网络")
            took = await teacher.sees("学校防火墙挡住了 UDP，将改用 TCP，画面可能卡顿")
            print(f"measured: verdict where UDP is blocked after {took:.2f} s")
        finally:
            school.let_everything_out()
        await sign_in(admin, served, ADMIN, "/lessons/new")
        await admin.sees("网络测试：防火墙挡住 UDP，只能用 TCP。")
        assert [*teacher.unexcused(), *admin.unexcused()] == []


async def test_a_server_behind_one_to_one_nat_announces_the_address_that_reaches_it(
    tmp_path: Path, camera: Path, microphone: Path
) -> None:
    with school_behind_router() as site:
        server, outside = site.inside, site.outside
        settings = {"TONGTANG_PUBLIC_IPS": f'["{site.outer_ip}"]'}
        data_dir, prefix = tmp_path / "data", server.prefix
        with serving(data_dir, arguments=("--tls",), settings=settings, prefix=prefix) as served:
            site.open_to_the_outside(served.https_port, served.media_port)
            url = f"https://{site.outer_ip}:{served.https_port}"
            async with (
                browser_on(outside, served, tmp_path, camera, microphone) as browser,
                lesson_in(browser, served, server, url) as room,
            ):
                for path in [*await paths_of(room.lead), *await paths_of(room.classroom)]:
                    assert (path.protocol, path.server_ip) == ("udp", site.outer_ip)
