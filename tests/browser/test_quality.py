"""What the server measures stands on the screens of a real lesson."""

import pytest

from tests.browser.conftest import Meet
from tests.browser.test_accessibility import assert_accessible
from tests.support.pages import card

pytestmark = pytest.mark.browser


async def test_quality_and_data_used_appear_on_the_screens(meet: Meet) -> None:
    meeting = await meet(1)
    lead, (classroom,), (seat,) = meeting.lead, meeting.classrooms, meeting.seats
    await lead.sees_picture(seat.seat_id)
    on_card = card(lead, seat).get_by_text("网络良好", exact=True)
    await on_card.wait_for()
    took = await classroom.sees("网络良好")
    print(f"the classroom sees the word {took:.1f} s after the lead")
    await lead.page.get_by_role("status").get_by_text("网络良好").wait_for()
    took = await classroom.sees("本节课已用流量")
    print(f"and the data used {took:.1f} s later")
    await assert_accessible(lead, "lead, with the quality of links")
    await assert_accessible(classroom, "classroom, with its data used")
