"""An admin adds a school, a classroom and a teacher; the teacher comes in by the link and plans with them."""

import time

import pyotp
import pytest
from playwright.async_api import FilePayload

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, Office
from tests.support.pages import sign_in
from tests.support.serve import Served

pytestmark = pytest.mark.browser


def sheet(text: str) -> FilePayload:
    return {"name": "名单.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


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

    await page.goto("/rosters")
    await page.get_by_role("link", name="竹林小学 一年级 的学生名单").click()
    await admin.sees("还没有名单")
    await assert_accessible(admin, "an empty roster")
    upload = page.get_by_label("上传名单")
    await upload.set_input_files(sheet("学号,姓名\n1,王小花\n1,李强\n"))
    await admin.sees("第 3 行：学号和前面的重复")
    await assert_accessible(admin, "a sheet with a wrong line")
    await admin.press("关闭")
    await upload.set_input_files(sheet("学号,姓名\n1,王小花\n2,李强\n"))
    await admin.sees("新增：王小花、李强")
    await admin.press("按这份名单改")
    await admin.sees("共 2 人")
    await assert_accessible(admin, "roster")

    await page.goto("/ledger")
    await page.get_by_label("教室", exact=True).select_option("竹林小学 一年级")
    await admin.sees("这段时间没有上过的课")
    await assert_accessible(admin, "an empty ledger")

    await page.goto("/staff")
    await admin.press("添加人员")
    await page.get_by_label("姓名", exact=True).fill("孙丽")
    await page.get_by_label("账号：工号").fill("teacher1@example.org，T777")
    await page.get_by_label("学校", exact=True).select_option("竹林小学")
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


async def test_an_admin_signs_in_in_two_steps(served: Served, open_tab: OpenTab) -> None:
    office = Office(served, ADMIN)
    draft = {"name": "何芳", "logins": ["A777"], "roles": ["admin"], "school_id": None}
    url = office.call("POST", "/staff", draft)["invitation"]["url"]
    admin = await open_tab()
    page = admin.page
    await page.goto(url)
    await page.get_by_label("新密码").fill(served.password)
    await page.get_by_label("再输一遍").fill(served.password)
    await admin.press("设好密码并登录")

    await page.get_by_role("link", name="我的账号").click()
    await admin.sees("这台设备")
    await admin.press("打开两步验证")
    totp = pyotp.TOTP(await page.locator("code").inner_text())
    await assert_accessible(admin, "account, switching two-step sign-in on")
    await page.get_by_label("验证器上的 6 位数字").fill(totp.now())
    await admin.press("确认")
    await admin.button("关闭两步验证").wait_for()
    await assert_accessible(admin, "account")

    await admin.press("退出登录")
    admin.excuse("401")
    await page.goto("/sign-in")
    await page.get_by_label("工号、手机号或邮箱").fill("A777")
    await page.get_by_label("密码").fill(served.password)
    await admin.press("登录")
    digits = page.get_by_label("验证器上的 6 位数字")
    await digits.fill("000000")
    await admin.press("登录")
    await admin.sees("验证器上的数字不对")
    # The one that switched it on was used: the next one counts already.
    await digits.fill(totp.at(time.time() + 30))
    await admin.press("登录")
    await page.get_by_role("link", name="我的账号").wait_for()
