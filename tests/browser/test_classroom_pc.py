"""A classroom's own PC: paired once, it is in its lessons by itself, whatever happens to browser and server."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, StorageState

from tests.support.accessibility import assert_accessible, assert_accessible_in_both_languages
from tests.support.browser import chromium, write_camera_before
from tests.support.lesson_peers import lead_of
from tests.support.office import ADMIN, Office, PlannedLesson
from tests.support.pages import Screen, eventually, sign_in, tab
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served, serving

pytestmark = pytest.mark.browser

BACK_S = 15.0
"""How soon a PC must be back after its browser was killed or its server restarted."""
DEADLINE_S = 6 * BACK_S
CLASSROOM = ("柳湾村小学", "三年级")
"""Not one of the school whose classrooms are always in the demo's own lesson."""
HOUR_MS = 3_600_000
OFFLINE = "连不上服务器，正在自动重试…"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server of this test's own, to be killed."""
    with serving(tmp_path / "data") as server:
        yield server


async def test_a_paired_pc_is_in_its_lessons_by_itself(
    served: Served,
    browser: Browser,
    tmp_path: Path,
    microphone: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allow_loopback(monkeypatch)
    office = Office(served)
    classroom_id = office.classroom_id(*CLASSROOM)
    first = office.plan_lesson_of([classroom_id])
    (seat,) = first.seats
    async with tab(browser, served) as admin, lead_of(office, first) as lead:
        card = write_camera_before(tmp_path / "card.y4m", await _print_card(admin, served))
        async with chromium(tmp_path, camera=card, microphone=microphone) as school:
            disk = await _is_paired_and_called_in(school, served, office, first)
            async with tab(school, served, disk=disk) as pc:
                pc.excuse("/api/v1/", "ERR_CONNECTION_REFUSED")
                await pc.page.goto("/classroom")
                took = await pc.sees_and_hears(first.lead_id, DEADLINE_S)
                print(f"measured: back {took:.2f} s after its browser was started again")
                await lead.sees_picture(seat.seat_id)
                await _act(office, first, "end")
                await pc.press("回到教室页面")
                await pc.sees("这几天没有课")
                rows = office.attendance(first.lesson_id)
                assert [row["participant_id"] for row in rows].count(seat.seat_id) == 1
                await _checks_its_devices(pc)
                await _survives_a_restart(pc, served)
                second = office.plan_lesson_of([classroom_id], title="小星星")
                await _ask_now(pc)
                await pc.sees("课堂还没有开始")
                await _follows_a_lesson_that_moves(pc, served, second)
                await _is_put_out(pc, admin)
                await eventually("the seat is given up", lambda: _has_left(office, second))
                await _type_code(pc, served, classroom_id)
                await pc.sees("课堂还没有开始")


async def _is_paired_and_called_in(
    school: Browser, served: Served, office: Office, plan: PlannedLesson
) -> StorageState:
    """By the card, before the lesson starts; what the PC has on its disk when its power is cut in the lesson."""
    async with tab(school, served) as pc:
        await _show_card(pc)
        await pc.sees("课堂还没有开始")
        await _sends_nothing_while_it_waits(pc, office, plan)
        await _act(office, plan, "start")
        took = await pc.sees_and_hears(plan.lead_id)
        print(f"measured: a waiting PC sees and hears {took:.2f} s after the start")
        return await pc.page.context.storage_state()


async def _act(office: Office, plan: PlannedLesson, act: str) -> None:
    """The lead's `start` or `end`."""
    await asyncio.to_thread(office.call, "POST", f"/lessons/{plan.lesson_id}/{act}")


async def _print_card(admin: Screen, served: Served) -> bytes:
    """What the card on the wall shows to a camera (PNG)."""
    await sign_in(admin, served, ADMIN, "/classroom-pcs")
    await admin.page.get_by_role("link", name=" ".join(CLASSROOM)).click()
    await admin.press("生成配对码")
    qr = admin.page.get_by_role("img", name="配对网址的二维码")
    await qr.wait_for()
    picture = await qr.screenshot()
    for language, other in (("zh-CN", "English"), ("en", "中文")):
        await assert_accessible(admin, f"the set-up of a classroom's PC ({language})")
        paper = await admin.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, f"one sheet ({language})"
        await admin.page.get_by_role("button", name=other).click()
    return picture


async def _show_card(pc: Screen) -> None:
    """Nothing is typed: the PC reads the card with its own camera."""
    pc.excuse("/api/v1/classroom/")
    await pc.page.goto("/classroom")
    await pc.sees("这台电脑是哪间教室的？")
    await assert_accessible_in_both_languages(pc, "a PC without a classroom")
    await pc.press("用摄像头扫卡片")


async def _type_code(pc: Screen, served: Served, classroom_id: str) -> None:
    """Somebody reads a code out over the phone, somebody else types it into the PC."""
    path = f"/classrooms/{classroom_id}/pc-codes"
    code = Office(served, ADMIN).call("POST", path, {"kind": "spoken"})["code"]
    await pc.page.get_by_label("配对码").fill(f"{code[:4]} {code[4:]}")
    await pc.press("进入")


async def _sends_nothing_while_it_waits(pc: Screen, office: Office, plan: PlannedLesson) -> None:
    """Its camera is open and it could receive, and not a packet of media goes either way."""
    await pc.sees("摄像头开")
    (seat,) = plan.seats

    async def is_connected() -> bool:
        connections = await _connections(office, plan, seat.seat_id)
        return "connected" in [one["state"] for one in connections]

    await eventually("the waiting PC is connected", is_connected)
    streams = await pc.streams()
    assert [streams.sent(kind).packets for kind in ("video", "audio")] == [0, 0]
    (connection,) = await _connections(office, plan, seat.seat_id)
    assert connection["connection"] == "subscribe"
    assert sum(one["packets_sent"] for one in connection["outbound_rtp"]) == 0


async def _connections(office: Office, plan: PlannedLesson, who: str) -> list[dict[str, Any]]:
    """The peer connections of a place, as the engine counts them."""
    stats = await asyncio.to_thread(office.call, "GET", f"/lessons/{plan.lesson_id}/media-stats")
    found = [one["connections"] for one in stats["participants"] if one["participant_id"] == who]
    return found[0] if found else []


async def _survives_a_restart(pc: Screen, served: Served) -> None:
    served.kill("app")
    await _ask_now(pc)
    await pc.sees(OFFLINE)
    offline = pc.page.get_by_text(OFFLINE)
    await offline.wait_for(state="hidden", timeout=DEADLINE_S * 1000)


async def _checks_its_devices(pc: Screen) -> None:
    """Camera and microphone open while somebody looks at them, and not a moment longer."""
    await pc.press("检查摄像头和声音")
    await pc.sees("说句话，绿条会动")
    await assert_accessible_in_both_languages(pc, "a classroom's home page")
    await pc.press("关闭检查")
    await pc.button("检查摄像头和声音").wait_for()


async def _follows_a_lesson_that_moves(pc: Screen, served: Served, plan: PlannedLesson) -> None:
    """Out of the room where it waits, and in again when the lesson is moved back."""
    for by_ms, words in ((HOUR_MS, "后自动进入课堂"), (-HOUR_MS, "课堂还没有开始")):
        _move(served, plan, by_ms)
        await _ask_now(pc)
        await pc.sees(words)


def _move(served: Served, plan: PlannedLesson, by_ms: int) -> None:
    """As an office's own program on the database would: there is no page for it."""
    with contextlib.closing(sqlite3.connect(served.data_dir / "tongtang.db")) as database:
        database.execute(
            "UPDATE lesson SET starts_at_ms = starts_at_ms + ?, ends_at_ms = ends_at_ms + ?"
            " WHERE lesson_id = ?",
            (by_ms, by_ms, plan.lesson_id),
        )
        database.commit()


async def _is_put_out(pc: Screen, admin: Screen) -> None:
    """The PC is removed from the list, and told."""
    await admin.page.goto("/classroom-pcs")
    remove = admin.page.get_by_role("button", name="移除")
    await remove.wait_for()
    await assert_accessible_in_both_languages(admin, "the list of classroom PCs")
    await remove.click()
    await admin.press("确定移除")
    took = await pc.sees("学校或管理员把它从教室电脑中移除了")
    print(f"measured: a removed PC says so after {took:.2f} s")


async def _has_left(office: Office, plan: PlannedLesson) -> bool:
    """The one who came in has gone again."""
    (row,) = await asyncio.to_thread(office.attendance, plan.lesson_id)
    return row["spans"][-1]["to"] is not None


async def _ask_now(pc: Screen) -> None:
    """Not at its next turn: as when the network is back."""
    await pc.page.evaluate("dispatchEvent(new Event('online'))")
