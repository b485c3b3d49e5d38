"""The Linux set-up file on a PC with the machine's own Chromium: nobody touches it, and its classroom is in."""

import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from app.schools.setup.render import Setup
from tests.support.browser import FAKE_DEVICES, find_chromium
from tests.support.lesson_peers import LessonPeer, lead_of
from tests.support.office import ADMIN, Office, Seat
from tests.support.pages import PROBE, Screen, eventually
from tests.support.ports import free_port
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served
from tests.support.waiting import until

pytestmark = pytest.mark.browser

BACK_S = 15.0
DEADLINE_S = 6 * BACK_S
POLICIES = Path("/etc/chromium")
SOUND_BLOCKED = "按任意键打开声音"
# Neither a hand that consents to camera and microphone nor a flag for sound: that is what the policy is for.
BROWSER = """#!/bin/sh
exec {chromium} --headless=new --no-sandbox --disable-gpu --allow-loopback-in-peer-connection --lang=zh-CN \\
    --remote-debugging-port={port} {devices} "$@"
"""


async def test_a_pc_after_its_set_up_is_in_its_lesson_without_a_hand_on_it(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allow_loopback(monkeypatch)
    admin = Office(served, ADMIN)
    # A classroom that nobody else plans lessons for on this server: they would call this PC in.
    classroom_id = admin.classroom_id("柳湾村小学", "四年级")
    office = Office(served)
    plan = office.plan_lesson_of([classroom_id])
    (seat,) = plan.seats
    code = admin.call("POST", f"/classrooms/{classroom_id}/pc-codes", {"kind": "card"})["code"]
    port = free_port()
    async with lead_of(office, plan) as lead:
        await until(lambda: lead.is_joined, what="the lead is in")
        office.call("POST", f"/lessons/{plan.lesson_id}/start")
        with pc_set_up(tmp_path, Setup(served.url, code), port):
            await _is_in_by_itself(lead, seat, port)
    rows = [row["participant_id"] for row in office.attendance(plan.lesson_id)]
    assert rows.count(seat.seat_id) == 1


async def _is_in_by_itself(lead: LessonPeer, seat: Seat, port: int) -> None:
    """After it is switched on, and after its browser was killed."""
    async with async_playwright() as playwright:
        async with connected(playwright, port) as pc:
            took = await lead.sees_picture(seat.seat_id, DEADLINE_S)
            print(f"measured: seen by the lead {took:.2f} s after the PC was switched on")
            await pc.page.context.add_init_script(PROBE)
            await pc.page.reload()
            await pc.sees_and_hears(lead.participant_id)
            assert SOUND_BLOCKED not in await pc.read("document.body.innerText")
        kill_browser(port)
        async with connected(playwright, port):
            took = await lead.sees_picture(seat.seat_id, DEADLINE_S)
            print(f"measured: seen again {took:.2f} s after its browser was back from a kill")


@contextlib.contextmanager
def pc_set_up(folder: Path, setup: Setup, port: int) -> Iterator[None]:
    """A PC on which the set-up was run, after its user has logged in; its policies where Chromium looks for them."""
    home, root, programs = folder / "home", folder / "root", folder / "bin"
    for one in (home, root, programs):
        one.mkdir()
    if not POLICIES.is_dir():
        pytest.skip("the machine's own Chromium does not look for policies in /etc/chromium")
    browser = programs / "chromium"
    devices = " ".join(FAKE_DEVICES)
    browser.write_text(BROWSER.format(chromium=find_chromium(), port=port, devices=devices))
    browser.chmod(0o755)
    script = folder / "tongtang-classroom.sh"
    script.write_bytes(setup.render("linux"))
    environment = {**os.environ, "HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["sh", script], env={**environment, "DESTDIR": str(root)}, check=True)
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    launcher = home / ".local/share/tongtang/classroom.sh"
    with_its_policies = f"mount --bind {root / 'etc/chromium'} {POLICIES} && exec {launcher}"
    process = subprocess.Popen(
        ["unshare", *as_root, "--mount", "sh", "-c", with_its_policies],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@asynccontextmanager
async def connected(playwright: Playwright, port: int) -> AsyncIterator[Screen]:
    """The one page of the PC's browser, once it runs."""
    browser: Browser | None = None

    async def runs() -> bool:
        nonlocal browser
        with contextlib.suppress(PlaywrightError):
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        return browser is not None and bool(browser.contexts[0].pages)

    await eventually("the PC's browser runs", runs, DEADLINE_S)
    assert browser is not None
    try:
        yield Screen.of(browser.contexts[0].pages[0])
    finally:
        with contextlib.suppress(PlaywrightError):
            await browser.close()


def kill_browser(port: int) -> None:
    """`kill -9` the browser process of this PC; its children go with it."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            arguments = path.read_bytes().split(b"\0")
            is_main = not any(one.startswith(b"--type=") for one in arguments)
            if is_main and f"--remote-debugging-port={port}".encode() in arguments:
                os.kill(int(path.parent.name), signal.SIGKILL)
