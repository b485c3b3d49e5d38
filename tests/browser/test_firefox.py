"""The product's pages in Firefox, as the lead and as a classroom."""

from pathlib import Path

import pytest

from tests.support.firefox import enter_as_classroom, enter_as_lead, firefox
from tests.support.office import Office
from tests.support.serve import Served

pytestmark = pytest.mark.firefox


async def test_a_lesson_between_two_pages_in_firefox(served: Served, tmp_path: Path) -> None:
    lesson = Office(served).plan_lesson(1)
    (seat,) = lesson.seats
    async with firefox(tmp_path) as session:
        lead, classroom = await session.open_tab(served.url), await session.open_tab(served.url)
        await enter_as_lead(lead, served, lesson)
        await enter_as_classroom(classroom, served, seat, lesson.lesson_id)
        await lead.press("开始上课")
        print(f"measured: the lead after {await classroom.sees_and_hears(lesson.lead_id):.2f} s")
        print(f"measured: the classroom after {await lead.sees_picture(seat.seat_id):.2f} s")
        await lead.press("请上讲台")
        await classroom.press("接受")
        print(f"measured: the classroom heard after {await lead.hears(seat.seat_id):.2f} s")
        await lead.press("下课")
        await lead.press("确定下课")
        await classroom.sees("下课了")
