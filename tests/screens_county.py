"""Pictures of what a county's admin does, for `make screenshots`."""

from datetime import date, timedelta

from playwright.async_api import Browser

from tests.screens_classroom_pc import shoot
from tests.support.office import ADMIN, Office
from tests.support.pages import Screen, sign_in, tab
from tests.support.serve import Served

SCHOOLS = ("云溪县实验小学", "石桥村小学", "柳湾村小学", "青坪教学点")
"""City, town, villages."""
PLAN = """课程,学科,主讲教师,教室,星期,周次,开始时间,时长,录制
合唱,音乐,李明,石桥村小学 三年级、柳湾村小学 三年级,一、三,每周,10:00,40,是
剪纸,美术,周婷,石桥村小学 五年级、青坪教学点 二三年级复式班,二,每周,14:00,40,是
科学实验,科学,李明,柳湾村小学 四年级,四,双周,9:00,40,否
"""


async def shoot_county(served: Served, browser: Browser) -> None:
    """A group's plan before it is taken over, and the server with the forecast that follows from it."""
    admin = Office(served, ADMIN)
    ids = {one["name"]: one["school_id"] for one in admin.call("GET", "/schools")["items"]}
    city, town, *villages = (ids[name] for name in SCHOOLS)
    first = date.today() + timedelta(days=7)
    days = {"first_day": f"{first}", "last_day": f"{first + timedelta(days=120)}"}
    term = admin.call("POST", "/terms", {"name": "下学期", **days})
    schools = {"city_id": city, "town_id": town, "village_ids": villages}
    group = admin.call("POST", "/school-groups", {"name": "第一结对组", **schools})
    async with tab(browser, served) as office:
        path = f"/terms/{term['id']}/groups/{group['id']}"
        await sign_in(office, served, ADMIN, path)
        sheet = {"name": "课程表.csv", "mimeType": "text/csv", "buffer": PLAN.encode()}
        await office.page.locator("input[type=file]").set_input_files(sheet)
        await office.sees("会这样排课")
        await shoot(office.page, "county-plan")
        await office.press("按这份排课")
        await office.sees("已排好")
        day_off = {"day": f"{first + timedelta(days=10)}", "name": "运动会"}
        admin.call("POST", f"/terms/{term['id']}/holidays", day_off)
        await _pages(office, admin, term["id"])
        await _dialogs(office)


async def _pages(office: Screen, admin: Office, term_id: str) -> None:
    """What is opened from the navigation, or one step behind it."""
    room = f"/classrooms/{admin.classroom_id('石桥村小学', '三年级')}"
    for name, path, words in (
        ("county-term", f"/terms/{term_id}", "运动会"),
        ("county-schools", "/schools", "石桥村小学"),
        ("county-roster", f"{room}/roster", "胡子涵"),
        ("county-consents", "/consents", "石桥村小学"),
        ("county-consent-sheet", f"{room}/consents", "胡子涵"),
        ("county-audit", "/audit", "登记放假"),
        ("county-server", "/server", "录像占用"),
    ):
        await office.page.goto(path)
        await office.sees(words)
        await shoot(office.page, name)


async def _dialogs(office: Screen) -> None:
    """What opens over a page: a lesson is changed, a guest comes, somebody's devices."""
    for name, path, button, within in (
        ("county-change-lesson", "/lessons", "调课：合唱", "换主讲教师"),
        ("county-guest", "/lessons", "客座教师：合唱", ""),
        ("county-devices", "/staff", "刘敏 登录的设备", ""),
    ):
        await office.page.goto(path)
        await office.page.get_by_role("button", name=button).first.click()
        dialog = office.page.get_by_role("dialog")
        await dialog.wait_for()
        if within:
            await dialog.get_by_label(within).check()
        await shoot(office.page, name)
