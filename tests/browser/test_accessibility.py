"""axe finds nothing to complain about on any page (zh-CN), and no page writes errors to its console."""

import asyncio
import re

import pytest

from tests.browser.conftest import Meet, OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, TEACHER, Office
from tests.support.pages import eventually, press_on_card, sign_in
from tests.support.serve import Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

SAMPLE_READY_S = 180.0
"""The demo's finished lesson is played and recorded at the first start."""


async def test_the_office_pages(served: Served, open_tab: OpenTab) -> None:
    teacher = await open_tab()
    page = teacher.page
    await page.goto("/")
    await teacher.sees("我来上课")
    await assert_accessible(teacher, "home")
    await page.goto("/sign-in")
    await teacher.button("登录").wait_for()
    await assert_accessible(teacher, "sign-in")

    await sign_in(teacher, served, TEACHER)
    await teacher.sees("即将上课")
    await assert_accessible(teacher, "lessons")
    await page.get_by_role("link", name="课件", exact=True).first.click()
    await teacher.button("上传课件").wait_for()
    await assert_accessible(teacher, "materials")
    await page.go_back()
    await page.get_by_role("link", name="新建课堂").click()
    await teacher.button("保存课堂").wait_for()
    await page.get_by_role("checkbox").first.wait_for()
    await assert_accessible(teacher, "new lesson")


async def test_the_lesson_pages(served: Served, meet: Meet, open_tab: OpenTab) -> None:
    preview = await open_tab()
    waiting = Office(served).plan_lesson(1)
    await sign_in(preview, served, TEACHER, f"/lessons/{waiting.lesson_id}/join?role=lead")
    await preview.button("进入课堂").wait_for()
    await preview.sees("说句话，绿条会动")
    await assert_accessible(preview, "PreJoin")
    await preview.page.context.close()

    meeting = await meet(1)
    lead, (classroom,), (seat,) = meeting.lead, meeting.classrooms, meeting.seats
    await lead.sees_picture(seat.seat_id)
    await classroom.sees_picture(meeting.plan.lead_id)
    await assert_accessible(lead, "lead")
    await assert_accessible(classroom, "classroom")
    await press_on_card(lead, seat, "请上讲台")
    await classroom.button("接受").wait_for()
    await assert_accessible(classroom, "classroom, called up")
    await assert_accessible(lead, "lead, waiting for a classroom")
    await classroom.press("接受")
    await lead.sees_and_hears(seat.seat_id)
    await assert_accessible(classroom, "classroom, on stage")
    await assert_accessible(lead, "lead, with a classroom on stage")


async def test_the_pages_after_a_lesson(served: Served, open_tab: OpenTab) -> None:
    office = Office(served)

    async def is_available() -> bool:
        listed = await asyncio.to_thread(office.call, "GET", "/recordings")
        return any(one["state"] == "available" for one in listed["items"])

    await eventually("the sample lesson can be watched", is_available, SAMPLE_READY_S)
    teacher = await open_tab()
    page = teacher.page
    await sign_in(teacher, served, TEACHER, "/recordings")
    watch = page.get_by_role("link", name="回看", exact=True).first
    await watch.wait_for()
    await assert_accessible(teacher, "recordings")
    await watch.click()
    await teacher.button("播放").wait_for()
    await assert_accessible(teacher, "replay")

    await page.goto("/lessons")
    await page.get_by_role("link", name=re.compile("考勤")).first.click()
    await page.get_by_role("table").wait_for()
    await assert_accessible(teacher, "attendance")

    admin = await open_tab()
    await sign_in(admin, served, ADMIN, "/ledger")
    await admin.page.get_by_label("查看方式").select_option("图表")
    await admin.sees("计划时间去了哪里")
    await admin.page.get_by_text("用表格查看").first.click()
    await assert_accessible(admin, "ledger as charts")
    await admin.page.goto("/classroom-health")
    await admin.sees("给这间教室配对一台电脑。")
    await assert_accessible(admin, "state of classrooms")
