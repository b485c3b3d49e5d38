"""The week of a county's admin and of a school's, by what stands on the screens: from signing in to a shared link."""

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from playwright.async_api import Locator

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, SCHOOL_ADMIN, Office
from tests.support.pages import COUNTY_ZONE, Screen
from tests.support.serve import Served
from tests.support.stored_recording import TITLE, serving_a_recording

pytestmark = [pytest.mark.browser, pytest.mark.recording]


@dataclass(frozen=True)
class Week:
    """What somebody has to do, in names that stand on the screens."""

    login: str
    title: str
    classroom: str
    teacher: str
    substitute: str
    substitute_login: str


COUNTY = Week(
    ADMIN, "合唱：春晓", "柳湾村小学 四年级", "陈静", "李明", "teacher2@example.org"
)  # fmt: skip
SCHOOL = Week(
    SCHOOL_ADMIN,
    "水彩：春天的田野",
    "云溪县实验小学 四年级一班",
    "李明",
    "周婷",
    "teacher3@example.org",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_a_recording(tmp_path_factory.mktemp("week") / "data") as server:
        yield server


async def test_two_admins_do_their_week(served: Served, open_tab: OpenTab) -> None:
    county = await open_tab()
    await _sign_in(county, served, COUNTY)
    await _do(county, served, COUNTY)
    # Reads the county's times elsewhere.
    school = await open_tab(time_zone="Europe/Berlin")
    await _sign_in(school, served, SCHOOL)
    await _add_classroom(school, *SCHOOL.classroom.split())
    await _do(school, served, SCHOOL)
    await school.page.get_by_role("link", name="人员").click()
    await school.sees("T003")
    assert await school.page.get_by_text("A001").count() == 0


async def _do(admin: Screen, served: Served, week: Week) -> None:
    await _plan(admin, week)
    await _move_to_now(admin, week)
    await _substitute(admin, week)
    await asyncio.to_thread(_teach, served, week)
    await _take_the_report(admin, week)
    await _share(admin)


async def _sign_in(admin: Screen, served: Served, week: Week) -> None:
    await admin.page.goto("/")
    await admin.page.get_by_role("link", name="用其他账号登录").click()
    await admin.page.get_by_label("工号、手机号或邮箱").fill(week.login)
    await admin.page.get_by_label("密码").fill(served.password)
    await admin.press("登录")


async def _add_classroom(admin: Screen, school: str, name: str) -> None:
    page = admin.page
    await page.get_by_role("link", name="学校与教室").click()
    await admin.press(f"给 {school} 添加教室")
    await page.get_by_label("教室名称").fill(name)
    await admin.press("保存")
    await admin.sees(name)


async def _plan(admin: Screen, week: Week) -> None:
    """For tomorrow at ten."""
    page = admin.page
    await page.get_by_role("link", name="课堂", exact=True).click()
    await page.get_by_role("link", name="新建课堂").click()
    await page.get_by_label("课题").fill(week.title)
    tomorrow = datetime.now(ZoneInfo(COUNTY_ZONE)) + timedelta(days=1)
    await page.get_by_label("开始时间").fill(f"{tomorrow:%Y-%m-%d}T10:00")
    await page.get_by_label("主讲教师").select_option(week.teacher)
    await page.get_by_role("checkbox", name=week.classroom).check()
    await admin.press("保存课堂")
    await _row(admin, week).get_by_text(week.classroom).wait_for()


async def _move_to_now(admin: Screen, week: Week) -> None:
    await admin.press(f"调课：{week.title}")
    now = datetime.now(ZoneInfo(COUNTY_ZONE))
    await admin.page.get_by_label("新的开始时间").fill(f"{now:%Y-%m-%dT%H:%M}")
    await assert_accessible(admin, "moving a lesson")
    await admin.press("改时间")
    row = _row(admin, week)
    await row.get_by_text(re.compile(r"已改时间，原定 .*10:00")).wait_for()
    await row.get_by_text(f"{now:%H:%M}").first.wait_for()


async def _substitute(admin: Screen, week: Week) -> None:
    await admin.press(f"调课：{week.title}")
    await admin.page.get_by_label("换主讲教师").check()
    await admin.page.get_by_label("换成哪位老师").select_option(week.substitute)
    await admin.press("换老师")
    await _row(admin, week).get_by_text(f"代课，原定 {week.teacher}").wait_for()


def _teach(served: Served, week: Week) -> None:
    """The teacher who stands in begins and ends: what comes of it is in the report."""
    teacher = Office(served, week.substitute_login)
    listed = teacher.call("GET", "/lessons")["items"]
    (lesson,) = (one["lesson_id"] for one in listed if one["title"] == week.title)
    for act in ("start", "end"):
        teacher.call("POST", f"/lessons/{lesson}/{act}")


async def _take_the_report(admin: Screen, week: Week) -> None:
    page = admin.page
    await page.get_by_role("link", name="考勤台账").click()
    row = page.get_by_role("row").filter(has_text=week.title)
    await row.get_by_text(week.substitute).wait_for()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载 Excel").click()
    file = await (await download.value).path()
    book = load_workbook(io.BytesIO(file.read_bytes()), read_only=True)
    header, *lines = book.worksheets[0].values
    (line,) = (one for one in lines if week.title in one)
    told = dict(zip(header, line, strict=True))
    assert f"{told['学校']} {told['教室']}" == week.classroom
    assert (told["主讲教师"], told["结果"]) == (week.substitute, "已上课")


async def _share(admin: Screen) -> None:
    page = admin.page
    await page.get_by_role("link", name="录像库").click()
    await page.get_by_role("link", name="回看", exact=True).click()
    await page.get_by_role("heading", name=TITLE).wait_for()
    await admin.press("分享")
    published = page.get_by_label("放进录像库，全县教师可看")
    if not await published.is_checked():
        await published.click()
    await admin.press("生成链接")
    address = await page.get_by_label("链接地址").input_value()
    assert "/s/" in address
    await admin.press("完成")


def _row(admin: Screen, week: Week) -> Locator:
    return admin.page.get_by_role("listitem").filter(has_text=week.title)
