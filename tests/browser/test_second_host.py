"""A server and a browser on two hosts: the printed address, plain http, https with the local authority, a firewall."""

import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TypedDict

import pytest
import pytest_asyncio
from cryptography import x509
from playwright.async_api import Browser, Error

from tests.support.browser import chromium
from tests.support.namespaces import Host, two_hosts
from tests.support.network import paths_of, plan_lesson_on
from tests.support.office import PlannedLesson, Seat
from tests.support.pages import (
    Screen,
    call_up,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    start_lesson,
    tab,
)
from tests.support.serve import Served, serving
from tests.support.trust import trusting_home

pytestmark = pytest.mark.network

DOWNLOAD = """
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(opener.open(sys.argv[1], timeout=10).read().decode())
"""
SHOWN = """
import ssl, sys
print(ssl.get_server_certificate((sys.argv[1], int(sys.argv[2])), timeout=10))
"""
UDP_BLOCKED_S = 5.0
"""From the moment a firewall drops UDP until pictures flow over TCP."""


class Devices(TypedDict):
    camera: Path
    microphone: Path


@pytest.fixture(scope="module")
def devices(camera: Path, microphone: Path) -> Devices:
    return {"camera": camera, "microphone": microphone}


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    with two_hosts() as pair:
        yield pair


@pytest.fixture(scope="module")
def server_host(hosts: tuple[Host, Host]) -> Host:
    return hosts[0]


@pytest.fixture(scope="module")
def client_host(hosts: tuple[Host, Host]) -> Host:
    return hosts[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, server_host: Host) -> Iterator[Served]:
    """`serve --tls` on the server host."""
    data_dir = tmp_path_factory.mktemp("served") / "data"
    with serving(data_dir, arguments=("--tls",), prefix=server_host.prefix) as server:
        yield server


class Printed:
    """What `serve` says on the terminal to other computers."""

    def __init__(self, served: Served) -> None:
        line = served.printed("Other computers")
        self.https = re.findall(r"https://[^\s,]+", line)
        self.authority = re.findall(r"http://[^\s)]+/tongtang-ca\.crt", line)[0]
        self.http = self.authority.removesuffix("/tongtang-ca.crt")


@pytest.fixture(scope="module")
def printed(served: Served) -> Printed:
    return Printed(served)


@pytest.fixture(scope="module")
def school_home(
    tmp_path_factory: pytest.TempPathFactory, printed: Printed, client_host: Host
) -> Path:
    """The home of a school PC whose browser trusts the server's authority: its one file, downloaded and installed."""
    home = tmp_path_factory.mktemp("home")
    authority = home / "tongtang-ca.crt"
    authority.write_text(client_host.run(sys.executable, "-c", DOWNLOAD, printed.authority))
    return trusting_home(home, authority)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(
    tmp_path_factory: pytest.TempPathFactory,
    devices: Devices,
    client_host: Host,
    school_home: Path,
) -> AsyncIterator[Browser]:
    """The browser of that PC."""
    folder = tmp_path_factory.mktemp("school")
    async with chromium(folder, **devices, host=client_host, home=school_home) as browser:
        yield browser


@asynccontextmanager
async def screen_at(browser: Browser, served: Served, url: str) -> AsyncIterator[Screen]:
    """A tab at `url`; at the end it may not have complained."""
    async with tab(browser, served, url=url) as screen:
        yield screen
    assert screen.unexcused() == []


def read_certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


# --- the first visit ---------------------------------------------------------------------------------


async def test_plain_http_says_why_there_is_no_camera_and_where_there_is_one(
    served: Served, printed: Printed, client_host: Host, tmp_path: Path
) -> None:
    async with chromium(tmp_path, host=client_host) as browser:
        async with screen_at(browser, served, printed.http) as visitor:
            page = visitor.page
            await page.goto("/")
            await visitor.sees("这个网址不能使用摄像头和话筒")
            await visitor.sees("浏览器只在 https 网址上开放摄像头")
            secure = page.get_by_role("link", name=printed.https[0], exact=True)
            assert await secure.get_attribute("href") == printed.https[0]
            async with page.expect_download() as downloading:
                await page.get_by_role("link", name="下载并安装本校证书").click()
            download = await downloading.value
            assert download.suggested_filename == "tongtang-ca.crt"
            authority = read_certificate(await download.path())
        async with tab(browser, served, url=printed.https[0]) as stranger:
            with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
                await stranger.page.goto("/")
    shown_pem = tmp_path / "shown.crt"
    port = str(served.https_port)
    shown_pem.write_text(client_host.run(sys.executable, "-c", SHOWN, "10.77.0.1", port))
    shown = read_certificate(shown_pem)
    shown.verify_directly_issued_by(authority)
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {socket.gethostname().lower(), "localhost"} <= {*names.get_values_for_type(x509.DNSName)}
    addresses = names.get_values_for_type(x509.IPAddress)
    assert {ip_address("10.77.0.1"), ip_address("fd77::1")} <= {*addresses}


# --- a lesson over https -----------------------------------------------------------------------------


async def read_pairing_code(lead: Screen, seat: Seat) -> str:
    """What the lead reads out over the phone."""
    await press_on_card(lead, seat, "显示配对码")
    dialog = lead.page.get_by_role("dialog")
    code = await dialog.get_by_role("status").inner_text()
    await dialog.get_by_role("button", name="关闭").first.click()
    return code


async def type_pairing_code(classroom: Screen, code: str) -> None:
    await classroom.page.get_by_label("配对码").fill(code)
    await classroom.page.get_by_role("button", name="进入", exact=True).click()


async def test_a_pc_pairs_over_https_and_has_its_lesson_though_udp_is_dropped_in_the_middle(
    served: Served,
    printed: Printed,
    server_host: Host,
    school: Browser,
    devices: Devices,
    tmp_path: Path,
) -> None:
    lesson = plan_lesson_on(server_host, served, 1)
    (seat,) = lesson.seats
    async with (
        chromium(tmp_path, **devices, host=server_host) as staff_room,
        screen_at(staff_room, served, served.url) as lead,
        screen_at(school, served, printed.http) as classroom,
    ):
        # Without an account the PC may not read lessons, and over https it has no ticket yet: the code is enough.
        classroom.excuse("/api/v1/lessons/")
        await enter_as_lead(lead, served, lesson)
        code = await read_pairing_code(lead, seat)
        # Over http the PC may come in, but learns at the door why it would not be seen, and the way out.
        await classroom.page.goto("/")
        await type_pairing_code(classroom, code)
        await classroom.button("进入课堂").wait_for()
        await classroom.sees("这个网址不能使用摄像头和话筒")
        await classroom.page.get_by_role("link", name="下载并安装本校证书").wait_for()
        await classroom.page.get_by_role("link", name=printed.https[0]).click()
        await classroom.page.get_by_role("link", name="输入配对码").click()
        assert await classroom.page.evaluate("isSecureContext")
        await type_pairing_code(classroom, code)
        await classroom.press("进入课堂")
        await start_lesson(lead)
        took = await classroom.sees_and_hears(lesson.lead_id)
        print(f"measured: lead seen and heard on the second host {took:.2f} s")
        print(
            f"measured: second host seen by the lead {await lead.sees_picture(seat.seat_id):.2f} s"
        )
        await call_up(lead, classroom, seat)
        print(f"measured: second host heard by the lead {await lead.hears(seat.seat_id):.2f} s")
        for path in await paths_of(classroom):
            assert path.server_ip in (server_host.ip, server_host.ip6)
        await _goes_on_without_udp(served, server_host, lesson, lead, classroom)
        await lead.press("下课")
        await lead.press("确定下课")
        for screen in (lead, classroom):
            await screen.sees("下课了")
        await classroom.sees("主讲教师结束了这节课。")


async def _goes_on_without_udp(
    served: Served, server_host: Host, lesson: PlannedLesson, lead: Screen, classroom: Screen
) -> None:
    for screen in (lead, classroom):
        await travels_by(screen, "udp")
    server_host.drop_udp(served.media_port)
    try:
        began = time.monotonic()
        for screen in (lead, classroom):
            await travels_by(screen, "tcp")
        await see_each_other(lesson, lead, classroom)
        print(f"measured: media again over TCP {time.monotonic() - began:.2f} s after the block")
        await classroom.page.reload()
        took = await classroom.sees_and_hears(lesson.lead_id)
        print(f"measured: a page that never had UDP sees and hears after {took:.2f} s")
        await travels_by(classroom, "tcp")
        await see_each_other(lesson, lead, classroom)
    finally:
        server_host.pass_everything()


async def travels_by(screen: Screen, protocol: str) -> float:
    """Wait until both connections of this page are up and use `protocol`; the seconds it took."""

    async def both() -> bool:
        return [path.protocol for path in await paths_of(screen)] == [protocol, protocol]

    return await eventually(f"media by {protocol}", both, 9 * UDP_BLOCKED_S)


async def see_each_other(lesson: PlannedLesson, lead: Screen, room: Screen) -> None:
    await room.sees_and_hears(lesson.lead_id)
    await lead.sees_picture(lesson.seats[0].seat_id)


# --- a network without IPv4 --------------------------------------------------------------------------


async def test_a_lesson_over_ipv6_alone(
    served: Served, printed: Printed, hosts: tuple[Host, Host], school: Browser
) -> None:
    """The last one here: its host has no IPv4 afterwards."""
    (url,) = [url for url in printed.https if "[fd77::1]" in url]
    lesson = plan_lesson_on(hosts[0], served, 1)
    hosts[1].forget_ipv4()
    async with screen_at(school, served, url) as lead, screen_at(school, served, url) as room:
        await enter_as_lead(lead, served, lesson)
        await enter_as_classroom(room, served, lesson.seats[0], lesson.lesson_id)
        await start_lesson(lead)
        await see_each_other(lesson, lead, room)
        for screen in (lead, room):
            assert {path.server_ip for path in await paths_of(screen)} == {"fd77::1"}
