"""What a teacher does before a lesson, on the pages: plan it, and rehearse."""

from datetime import datetime, timedelta

import pytest

from tests.browser.conftest import OpenTab
from tests.support.office import TEACHER
from tests.support.pages import sign_in_by_hand
from tests.support.serve import Served

pytestmark = pytest.mark.browser

TITLE = "春天在哪里"


async def test_a_teacher_plans_a_lesson_and_rehearses(served: Served, open_tab: OpenTab) -> None:
    teacher = await open_tab()
    page = teacher.page
    await sign_in_by_hand(teacher, served, TEACHER)
    await page.get_by_role("link", name="新建课堂").click()
    await teacher.press("保存课堂")
    await teacher.sees("请填写课题。")
    await teacher.sees("请至少选一间教室。")
    await page.get_by_label("课题").fill(TITLE)
    await page.get_by_role("checkbox", name="石桥村小学 三年级").check()
    await teacher.sees("已选 1 间")
    await page.get_by_label("开始时间").fill(f"{datetime.now() + timedelta(days=1):%Y-%m-%dT10:00}")
    await teacher.press("保存课堂")
    await page.wait_for_url("**/lessons")
    planned = page.get_by_role("listitem").filter(has_text=TITLE)
    await planned.get_by_text("石桥村小学 三年级").wait_for()
    await planned.get_by_role("link", name="进入授课").wait_for()
    assert await planned.get_by_text("会录制").count() == 0

    await teacher.press("演练")
    await teacher.press("进入课堂")
    await teacher.sees("不录制")
    # Both are in: what can be done with them has taken the place of a pairing code.
    await page.get_by_role("button", name="请上讲台").nth(1).wait_for()
    assert await page.get_by_text("模拟教室", exact=True).count() == 2
