"""A whole lesson in real browsers: who sees and hears whom."""

import asyncio

import pytest

from tests.browser.conftest import OpenTab
from tests.support.office import Office
from tests.support.pages import (
    Screen,
    call_up,
    enter_as_classroom,
    enter_as_lead,
    press_on_card,
    start_lesson,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

CALL_UP_S = 1.0
"""What a call-up may take from accept to sight and sound."""


async def test_lead_and_two_classrooms_meet(served: Served, open_tab: OpenTab) -> None:
    lesson = Office(served).plan_lesson(2)
    lead, first, second = [await open_tab() for _ in range(3)]
    await enter_as_lead(lead, served, lesson)
    for screen, seat in zip((first, second), lesson.seats, strict=True):
        await enter_as_classroom(screen, served, seat, lesson.lesson_id)
    await start_lesson(lead)
    for screen in (first, second):
        took = await screen.sees_and_hears(lesson.lead_id)
        print(f"measured: lead seen and heard {took:.2f} s")
    for seat in lesson.seats:
        print(f"measured: classroom seen {await lead.sees_picture(seat.seat_id):.2f} s")
