"""The roll call on the attendance page: ticked on a phone, kept without a network, corrected, accessible."""

from typing import Any

import pytest
from playwright.async_api import Locator

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, ONSITE, TEACHER, Office, PlannedLesson
from tests.support.pages import Screen, sign_in
from tests.support.serve import Served

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def read_roll(office: Office, plan: PlannedLesson) -> Any:
    (seat,) = plan.seats
    return office.call("GET", f"/lessons/{plan.lesson_id}/seats/{seat.seat_id}/roll-call")


def key_of(screen: Screen, pupil: str, key: str) -> Locator:
    return screen.page.get_by_role("group", name=pupil).get_by_role("button", name=key, exact=True)


async def test_a_roll_is_ticked_on_a_phone_that_loses_its_network(
    served: Served, open_tab: OpenTab
) -> None:
    plan = Office(served).plan_lesson(1)
    (seat,) = plan.seats
    admin = Office(served, ADMIN)
    first, second, *others = [one["name"] for one in read_roll(admin, plan)["pupils"]]
    phone = await open_tab()
    await phone.page.set_viewport_size(PHONE)
    path = f"/lessons/{plan.lesson_id}/attendance"
    await sign_in(phone, served, ONSITE[seat.school], path)
    await phone.page.get_by_role("button", name=f"点名和更正：{seat.name}").click()
    await phone.sees("还没有点名")
    await key_of(phone, first, "缺").click()
    await key_of(phone, second, "迟到").click()
    await phone.sees(f"还有 {len(others)} 人没点")
    await phone.press("其余全到")
    await phone.sees(f"实到 {len(others) + 1} 人，名单 {len(others) + 2} 人")
    await phone.sees("已保存")
    assert read_roll(admin, plan)["head_count"] == len(others) + 1
    await assert_accessible(phone, "roll call")

    phone.excuse("ERR_INTERNET_DISCONNECTED")
    await phone.page.context.set_offline(True)
    await key_of(phone, first, "到").click()
    await phone.sees("有 1 项还没存到服务器")
    await assert_accessible(phone, "roll call, offline")
    await phone.page.context.set_offline(False)
    await phone.sees("已保存")
    roll = read_roll(admin, plan)
    assert [one["mark"] for one in roll["pupils"][:2]] == ["present", "late"]

    await phone.page.get_by_label("更正的原因").fill("家长来电")
    await key_of(phone, second, "早退").click()
    await phone.sees("已保存")
    await phone.page.get_by_text("更正记录").click()
    await phone.sees(f"{second}：迟到 改为 迟到并早退")
    await phone.sees("原因：家长来电")
    overflow = await phone.read("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0

    lead = await open_tab()
    await sign_in(lead, served, TEACHER, path)
    await lead.sees(f"实到 {len(others) + 2} 人")
    await lead.sees("学生姓名只有本校教师和管理员能看到")
    text = await lead.read("document.body.innerText")
    assert not any(name in text for name in (first, second, *others))
