"""Counting heads and telling a correction from a first entry."""

from hypothesis import given
from hypothesis import strategies as st

from app.attendance.roll_call.roll import Replaced, Roll, RollChange, replaced
from app.ids import PupilId

LI, WU, HE = PupilId("pup_li"), PupilId("pup_wu"), PupilId("pup_he")
mark = st.sampled_from(("present", "late", "left_early", "late_and_left_early", "absent"))
pupil = st.sampled_from((LI, WU, HE))
rolls = st.builds(
    Roll, st.dictionaries(pupil, mark), st.one_of(st.none(), st.integers(min_value=0, max_value=50))
)
changes = st.builds(
    RollChange,
    st.dictionaries(pupil, st.one_of(st.none(), mark)),
    st.booleans(),
    st.one_of(st.none(), st.integers(min_value=0, max_value=50)),
)


def test_whoever_came_counts_however_late_and_nobody_counted_is_not_zero() -> None:
    assert Roll().head_count is None
    assert Roll({LI: "present", WU: "late_and_left_early", HE: "absent"}).head_count == 2
    assert Roll({LI: "absent"}).head_count == 0


def test_a_typed_count_goes_before_the_ticks_until_it_is_taken_back() -> None:
    roll = RollChange({LI: "present"}, sets_count=True, typed_count=19).of(Roll())
    assert roll.head_count == 19
    assert RollChange({WU: "present"}).of(roll).head_count == 19
    assert RollChange(sets_count=True).of(roll).head_count == 1


def test_filling_in_is_no_correction_and_replacing_or_taking_back_is() -> None:
    before = Roll({LI: "absent", WU: "present"}, 18)
    change = RollChange({LI: "late", WU: None, HE: "present"}, sets_count=True, typed_count=19)
    assert replaced(Roll(), before) == ()
    assert replaced(before, change.of(before)) == (
        Replaced(LI, "absent", "late"),
        Replaced(WU, "present", None),
        Replaced(None, "18", "19"),
    )


@given(roll=rolls, change=changes)
def test_a_change_that_comes_twice_does_no_harm(roll: Roll, change: RollChange) -> None:
    once = change.of(roll)
    assert change.of(once) == once
    assert replaced(once, change.of(once)) == ()
