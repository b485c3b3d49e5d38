"""An on-site teacher's phone, as the console of a classroom."""

import re

from tests.support.pages import Screen

PHONE = {"width": 390, "height": 844}


async def connect_phone(classroom: Screen, phone: Screen) -> None:
    """From the key on the classroom's screen to the console on the phone."""
    await classroom.press("连接手机")
    digits = classroom.page.get_by_role("dialog").locator("output")
    code = re.sub(r"\D", "", await digits.inner_text())
    await classroom.page.get_by_role("img", name=re.compile("二维码")).wait_for()
    await phone.page.set_viewport_size(PHONE)
    await phone.page.goto(f"/p/{code}")
    await phone.button("请慢一点").wait_for()
    await classroom.sees("1 部手机正用作教师控制台")
    await classroom.press("关闭")
