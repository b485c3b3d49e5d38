"""axe finds nothing to complain about on any page, and no page writes errors to its console."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import OpenTab
from tests.support.accessibility import (
    assert_accessible,
    assert_accessible_in_both_languages,
    is_loaded,
)
from tests.support.office import ADMIN, TEACHER, Office
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    press_on_card,
    show,
    sign_in,
    start_lesson,
)
from tests.support.serve import ROOT, Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

WITHOUT_ACCOUNT = ("/c", "/c/:code", "/p", "/p/:code", "/g/:token")
OF_ADMINS = (
    "/terms",
    "/terms/:id",
    "/terms/:term/groups/:group",
    "/ledger",
    "/rosters",
    "/audit",
    "/access-log",
    "/data",
    "/server",
    "/recordings/interrupted",
    "/classrooms/:id/consents/form",
    "/classrooms/:id/consents/notice",
)
"""Pages that need nothing but their address: both languages."""
VISITED: dict[str, tuple[str, str]] = {
    "/": ("test_accessibility", "home"),
    "/sign-in": ("test_accessibility", "sign-in"),
    "/lessons": ("test_accessibility", "lessons"),
    "/lessons/new": ("test_accessibility", "new lesson"),
    "/lessons/:id/materials": ("test_accessibility", "materials"),
    "/lessons/:id/attendance": ("test_accessibility", "attendance"),
    "/lessons/:id/join": ("test_accessibility", "PreJoin"),
    "/lessons/:id/lead": ("test_accessibility", "lead"),
    "/lessons/:id/classroom": ("test_accessibility", "classroom"),
    "/lessons/:id/console": ("test_console", "console"),
    "/wall": ("test_cockpit", "wall"),
    "/lessons/:id/projector": ("test_accessibility", "projector"),
    "/recordings": ("test_accessibility", "recordings"),
    "/recordings/:id": ("test_accessibility", "replay"),
    "/s/:token": ("test_share", "shared clip"),
    "/classroom-health": ("test_accessibility", "state of classrooms"),
    "/account": ("test_staff", "account"),
    "/staff": ("test_staff", "staff"),
    "/schools": ("test_staff", "schools"),
    "/welcome/:token": ("test_staff", "welcome"),
    "/classrooms/:id/roster": ("test_staff", "roster"),
    "/consents": ("test_share", "consents"),
    "/classrooms/:id/consents": ("test_share", "consent sheet"),
    "/classroom": ("test_classroom_pc", "a classroom's home page"),
    "/classroom-pcs": ("test_classroom_pc", "the list of classroom PCs"),
    "/classroom-pcs/:id": ("test_classroom_pc", "the set-up of a classroom's PC ({language})"),
}
"""The others, each with the test that comes by on its way, and what it calls the page."""


def test_every_page_is_visited() -> None:
    routes = re.findall(r'^  \["([^"]+)", lazy', (ROOT / "web/src/routes.tsx").read_text(), re.M)
    assert sorted([*WITHOUT_ACCOUNT, *OF_ADMINS, *VISITED]) == sorted(routes)
    for route, (module, name) in VISITED.items():
        test = (Path(__file__).parent / f"{module}.py").read_text()
        assert re.search(rf'assert_accessible\w*\(\w+, f?"{re.escape(name)}"\)', test), route


async def test_the_lesson_pages(served: Served, open_tab: OpenTab) -> None:
    plan = Office(served).plan_lesson(1, recorded=True)
    (seat,) = plan.seats
    lead, classroom = await open_tab(), await open_tab()
    await sign_in(lead, served, TEACHER, f"/lessons/{plan.lesson_id}/join?role=lead")
    await lead.button("进入课堂").wait_for()
    await lead.sees("说句话，绿条会动")
    await assert_accessible(lead, "PreJoin")
    await lead.press("进入课堂")

    await enter_as_classroom(classroom, served, seat, plan.lesson_id)
    await start_lesson(lead)
    await lead.sees_picture(seat.seat_id)
    await classroom.sees_picture(plan.lead_id)
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

    await lead.press("下课")
    await lead.press("确定下课")
    await classroom.page.context.close()
    await lead.page.get_by_role("link", name="看考勤").click()
    await lead.page.get_by_role("table").wait_for()
    await assert_accessible(lead, "attendance")


async def test_the_office_pages(served: Served, open_tab: OpenTab) -> None:
    teacher = await open_tab()
    page = teacher.page
    await page.goto("/")
    await teacher.sees("我来上课")
    await assert_accessible(teacher, "home")
    await show(teacher, "/sign-in")
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

    await show(teacher, "/recordings")
    watch = page.get_by_role("link", name="回看", exact=True).first
    await watch.wait_for()
    await assert_accessible(teacher, "recordings")
    await watch.click()
    await teacher.button("播放").wait_for()
    await assert_accessible(teacher, "replay")


async def test_the_pages_of_admins_and_guests(served: Served, open_tab: OpenTab) -> None:
    stranger, admin = await open_tab(), await open_tab()
    await sign_in(admin, served, ADMIN, OF_ADMINS[0])
    named = await _plan_a_term(admin, served)
    # Codes that nobody gave out.
    stranger.excuse("404")
    await stranger.page.goto(WITHOUT_ACCOUNT[0])
    for route in WITHOUT_ACCOUNT:
        await _visit(stranger, route, named)
    await show(stranger, f"/lessons/{named['lessons']}/projector")
    await stranger.sees("教室窗口没有打开")
    await assert_accessible(stranger, "projector")
    await stranger.page.context.close()
    for route in OF_ADMINS:
        await _visit(admin, route, named)
    await show(admin, "/ledger")
    await admin.page.get_by_label("查看方式").select_option("图表")
    await admin.sees("计划时间去了哪里")
    await admin.page.get_by_text("用表格查看").first.click()
    await assert_accessible(admin, "ledger as charts")
    await show(admin, "/classroom-health")
    await admin.sees("给这间教室配对一台电脑。")
    await assert_accessible_in_both_languages(admin, "state of classrooms")
    await show(admin, "/staff")
    await admin.press("刘敏 登录的设备")
    await admin.button("全部退出登录").wait_for()
    await assert_accessible(admin, "where somebody is signed in")


async def _visit(screen: Screen, route: str, named: dict[str, str]) -> None:
    """`named`: what stands in an address behind this word."""
    await show(screen, re.sub(r"(\w+)/:\w+", lambda at: f"{at[1]}/{named[at[1]]}", route))
    await is_loaded(screen)
    await assert_accessible_in_both_languages(screen, route)


async def _plan_a_term(admin: Screen, served: Served) -> dict[str, str]:
    """A term with a course and a day off, a lesson with a guest's link, and what `_visit` has to know of them."""
    office = Office(served, ADMIN)
    days = {"first_day": "2035-03-05", "last_day": "2035-03-09"}
    term = office.call("POST", "/terms", {"name": "春季学期", **days})["id"]
    city, town, *villages = (one["school_id"] for one in office.call("GET", "/schools")["items"])
    schools = {"city_id": city, "town_id": town, "village_ids": villages}
    group = office.call("POST", "/school-groups", {"name": "第一结对组", **schools})["id"]
    sheet = (
        "课程,学科,主讲教师,教室,星期,周次,开始时间,时长,录制\n"
        "合唱,音乐,陈静,石桥村小学 三年级,三,每周,10:00,40,是\n"
    )
    planned = await admin.page.request.post(
        f"/api/v1/terms/{term}/groups/{group}/plan",
        data=sheet.encode(),
        headers={"X-Requested-With": "tongtang"},
    )
    assert planned.ok, await planned.text()
    office.call("POST", f"/terms/{term}/holidays", {"day": "2035-03-08", "name": "运动会"})
    # On a day when no other test wants its classroom.
    lesson = Office(served).plan_lesson(1, in_min=3 * 1440).lesson_id
    # So that the access log has a row.
    office.attendance(lesson)
    invited = office.call("POST", f"/lessons/{lesson}/guest", {"name": "何老师"})
    return {
        "terms": term,
        "groups": group,
        "classrooms": office.classroom_id("石桥村小学", "三年级"),
        "lessons": lesson,
        "c": "00000000",
        "p": "00000000",
        "g": invited["url"].rpartition("/")[2],
    }
