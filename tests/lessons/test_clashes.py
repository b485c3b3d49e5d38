"""Who is in whose way: pure, in minutes."""

from app.ids import ClassroomId, UserId
from app.lessons.clashes import Booking, find_clashes

ROOM = {ClassroomId("cls_1"): "River school Class 1"}
MINUTE_MS = 60_000


def booking(key: str, begins: int, ends: int, lead: str = "a", room: bool = False) -> Booking:
    return Booking(
        key, f"Lesson {key}", begins * MINUTE_MS, ends * MINUTE_MS, UserId(lead), f"Ms {lead}",
        ROOM if room else {},
    )  # fmt: skip


def told(wanted: list[Booking], booked: list[Booking]) -> list[tuple[str, str, str, str]]:
    clashes = find_clashes(wanted, booked)
    return [(one.wanted.key, one.booked.key, one.kind, one.name) for one in clashes]


def test_a_lesson_that_begins_as_another_one_ends_is_no_clash() -> None:
    booked = [booking("before", 0, 40), booking("after", 80, 120)]
    assert told([booking("new", 40, 80)], booked) == []


def test_a_minute_too_many_at_either_end_is_a_clash_that_names_teacher_and_lesson() -> None:
    booked = [booking("before", 0, 40), booking("after", 80, 120)]
    assert told([booking("new", 39, 81)], booked) == [
        ("new", "before", "teacher", "Ms a"),
        ("new", "after", "teacher", "Ms a"),
    ]


def test_a_classroom_is_in_the_way_by_its_name_whoever_teaches() -> None:
    found = told([booking("new", 10, 20, "b", room=True)], [booking("old", 0, 40, "a", room=True)])
    assert found == [("new", "old", "classroom", "River school Class 1")]


def test_a_short_lesson_within_a_long_one_does_not_hide_it_from_the_next() -> None:
    booked = [booking("long", 0, 100), booking("short", 10, 20)]
    assert told([booking("new", 50, 60)], booked) == [("new", "long", "teacher", "Ms a")]


def test_wanted_lessons_are_in_each_others_way_and_booked_ones_are_not_asked_about() -> None:
    booked = [booking("x", 0, 40), booking("y", 20, 60)]
    wanted = [booking("first", 100, 140), booking("second", 120, 160)]
    assert told(wanted, booked) == [("second", "first", "teacher", "Ms a")]
