"""An admin adds a school, a classroom and a teacher; the teacher comes in by the link and plans with them."""

import pytest

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN
from tests.support.pages import sign_in
from tests.support.serve import Served

pytestmark = pytest.mark.browser


async def test_a_new_school_and_a_new_teacher(served: Served, open_tab: OpenTab) -> None:
    admin = await open_tab()
    page = admin.page
    await sign_in(admin, served, ADMIN)
    await page.get_by_role("link", name="学校与教室").click()
    await admin.press("添加学校")
    await page.get_by_label("学校名称").fill("竹林小学")
    await admin.press("保存")
    await admin.press("给 竹林小学 添加教室")
    await admin.press("保存")
    await admin.sees("请填写名称")
    await page.get_by_label("教室名称").fill("一年级")
    await assert_accessible(admin, "adding a classroom")
    await page.keyboard.press("Enter")
    await admin.sees("一年级")
    await assert_accessible(admin, "schools")

    await page.goto("/staff")
    await admin.press("添加人员")
    await page.get_by_label("姓名", exact=True).fill("孙丽")
    await page.get_by_label("账号：工号").fill("teacher1@example.org，T777")
    await page.get_by_label("学校").select_option("竹林小学")
    await assert_accessible(admin, "adding a person")
    admin.excuse("409")
    await admin.press("保存")
    await admin.sees("这个账号已经有人用了")
    await page.get_by_label("账号：工号").fill("T777")
    await admin.press("保存")
    link = await page.get_by_label("把这个链接发给本人").input_value()
    await assert_accessible(admin, "invitation")
    await admin.press("关闭")
    await page.get_by_label("姓名或账号").fill("t777")
    await admin.press("搜索")
    await admin.sees("还没有设密码")
    assert await page.get_by_role("button", name="停用 孙丽").count() == 1
    await assert_accessible(admin, "staff")

    teacher = await open_tab()
    await teacher.page.goto(link)
    await teacher.sees("孙丽，您好")
    await assert_accessible(teacher, "welcome")
    await teacher.page.get_by_label("新密码").fill("seven green apples")
    await teacher.page.get_by_label("再输一遍").fill("seven green pears")
    await teacher.press("设好密码并登录")
    await teacher.sees("两次输入的不一样")
    await teacher.page.get_by_label("再输一遍").fill("seven green apples")
    await teacher.press("设好密码并登录")
    await teacher.page.get_by_role("link", name="新建课堂").click()
    await teacher.sees("竹林小学 一年级")

    teacher.excuse("410")
    await teacher.page.goto(link)
    await teacher.sees("这个链接不能用了")
    await assert_accessible(teacher, "an invitation that is over")
    await admin.press("停用 孙丽")
    await admin.press("确定停用")
    await admin.press("恢复 孙丽")
    await page.get_by_role("button", name="停用 孙丽").wait_for()
