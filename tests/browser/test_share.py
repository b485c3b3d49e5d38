"""A teacher gives a lesson away and takes it back, as teacher, admin and stranger see it."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, TEACHER
from tests.support.pages import Screen, eventually, sign_in
from tests.support.replays import ELEMENTS
from tests.support.serve import Served
from tests.support.stored_recording import serving_a_recording

pytestmark = [pytest.mark.browser, pytest.mark.recording]

AGREED = "石桥村小学 三年级"
PASSPHRASE = "春天的风"
GONE_WITHIN_S = 30.0
"""Three times what is promised."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_a_recording(tmp_path_factory.mktemp("shared") / "data") as server:
        yield server


async def test_publish_share_a_part_with_a_passphrase_and_revoke(
    served: Served, open_tab: OpenTab
) -> None:
    admin = await open_tab()
    await _consents(admin, served)

    teacher = await open_tab()
    await sign_in(teacher, served, TEACHER, "/recordings")
    watch = teacher.page.get_by_role("link", name="回看", exact=True)
    await watch.wait_for()
    await assert_accessible(teacher, "library")
    await watch.click()
    address = await _share(teacher)

    stranger = await open_tab()
    # The passphrase is guessed wrong on purpose, and the link ends while its page is open.
    stranger.excuse("403", "410")
    await _unlock(stranger, address)
    await stranger.press("播放")

    async def moves() -> bool:
        found = await stranger.page.evaluate(ELEMENTS)
        return bool(found) and any(one["decoded"] > 0 and one["at"] > 0.1 for one in found)

    await eventually("the clip plays", moves)
    await assert_accessible(stranger, "shared clip")
    shown = await stranger.page.locator("body").inner_text()
    assert "石桥村小学" in shown and "青坪教学点" not in shown

    await teacher.press("收回")
    await teacher.press("确定收回")
    took_s = await stranger.sees("这个链接不能看了", GONE_WITHIN_S)
    print(
        f"measured: a page that plays says {took_s:.1f} s after the link was revoked that it ended"
    )
    assert await stranger.page.locator("video, audio").count() == 0
    await teacher.sees("看过 1 次")
    await _delete(admin)


async def _consents(admin: Screen, served: Served) -> None:
    """One classroom agrees to be seen by others."""
    await sign_in(admin, served, ADMIN, "/consents")
    await admin.page.get_by_role("link", name=f"登记：{AGREED}").wait_for()
    await assert_accessible(admin, "consents")
    await admin.page.get_by_role("link", name=f"登记：{AGREED}").click()
    for purpose in ("全县可看", "公开链接"):
        await admin.page.get_by_role("button", name=f"全部学生：{purpose}").click()
    await assert_accessible(admin, "consent sheet")
    await admin.page.get_by_role("button", name="保存").click()
    await admin.sees("这间教室现在：同意录制 · 全县可看 · 公开链接")


async def _share(teacher: Screen) -> str:
    """Publish the recording and make a link to a part of it; its address."""
    page = teacher.page
    await teacher.press("分享")
    await teacher.sees("先放进录像库，才能生成分享链接。")
    await page.get_by_label("放进录像库，全县教师可看").click()
    await page.get_by_label("其中一段").check()
    await page.get_by_label("从（分:秒）").fill("0:05")
    await page.get_by_label("到（分:秒）").fill("0:70")
    await page.get_by_label("口令（可不填）").fill(PASSPHRASE)
    await teacher.press("生成链接")
    await teacher.sees("请填写这节课里的时间")
    await page.get_by_label("到（分:秒）").fill("0:11")
    await teacher.press("生成链接")
    address = await page.get_by_label("链接地址").input_value()
    await assert_accessible(teacher, "sharing")
    return address


async def _unlock(stranger: Screen, address: str) -> None:
    page = stranger.page
    await page.goto(address)
    await stranger.sees("这段录像需要口令")
    await assert_accessible(stranger, "locked link")
    for passphrase, answer in (("夏天的雨", "口令不对"), (PASSPHRASE, "主讲：陈静")):
        await page.get_by_label("口令").fill(passphrase)
        await page.keyboard.press("Enter")
        await stranger.sees(answer)


async def _delete(admin: Screen) -> None:
    """By hand, and the row that is left."""
    await admin.page.goto("/recordings")
    await admin.page.get_by_role("link", name="回看", exact=True).wait_for()
    await admin.page.get_by_label("课题或主讲教师").fill("没有这节课")
    await admin.press("搜索")
    await admin.sees("没有找到这样的录像")
    await admin.press("清除条件")
    await admin.page.get_by_role("button", name="删除").click()
    await admin.press("确定删除")
    await admin.sees("还没有录像")
    await admin.page.get_by_text("删除记录").click()
    await admin.sees("刘敏 删除")
    await assert_accessible(admin, "library, with what was deleted")
