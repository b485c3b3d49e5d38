"""The pure parts: slots, loss, missing packets, reception statistics."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import ParticipantId, PublicationId
from app.media.port import MediaPermissions, Reception, SlotGroup
from app.media.sfu.feedback import UPLINK_FLOOR_BPS, UplinkRate
from app.media.sfu.missing_packets import MAX_MISSING, MAX_REQUESTS, MissingPackets
from app.media.sfu.reception import Reception as Statistics
from app.media.sfu.slots import map_slots, slot_names

GROUPS = (SlotGroup("lead", 1), SlotGroup("stage", 3))


def permissions(**groups: str) -> MediaPermissions:
    """`permissions(stage="a b")`: camera and microphone of a and b in group stage."""
    return MediaPermissions(
        receive={
            PublicationId(f"{publisher}/{source}"): Reception("auto", group)
            for group, publishers in groups.items()
            for publisher in publishers.split()
            for source in ("camera", "microphone")
        }
    )


def mapped(*steps: MediaPermissions) -> dict[str, ParticipantId | None]:
    slots: dict[str, ParticipantId | None] = dict.fromkeys(slot_names(GROUPS))
    for step in steps:
        slots = map_slots(slots, step, GROUPS)
    return slots


def test_a_publisher_takes_the_first_free_slot_and_keeps_it() -> None:
    slots = mapped(permissions(stage="a b c"), permissions(stage="b c"), permissions(stage="d c b"))
    assert slots == {"lead.0": None, "stage.0": "d", "stage.1": "b", "stage.2": "c"}


def test_more_publishers_than_slots_wait_for_a_free_one() -> None:
    assert mapped(permissions(stage="a b c d"))["stage.2"] == "c"
    slots = mapped(permissions(stage="a b c d"), permissions(stage="a c d"))
    assert slots == {"lead.0": None, "stage.0": "a", "stage.1": "d", "stage.2": "c"}


def test_a_publisher_may_be_in_two_groups_and_an_unknown_group_is_ignored() -> None:
    both = MediaPermissions(
        receive={
            PublicationId("a/camera"): Reception("auto", "stage"),
            PublicationId("a/microphone"): Reception("off", "lead"),
            PublicationId("b/camera"): Reception("auto", "nowhere"),
        }
    )
    slots = mapped(both)
    assert slots == {"lead.0": "a", "stage.0": "a", "stage.1": None, "stage.2": None}


@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=8))
def test_nobody_has_two_slots_and_nobody_permitted_loses_one(steps: list[set[str]]) -> None:
    slots: dict[str, ParticipantId | None] = dict.fromkeys(slot_names(GROUPS))
    for step in steps:
        before = slots
        slots = map_slots(before, permissions(stage=" ".join(sorted(step))), GROUPS)
        holders = [holder for holder in slots.values() if holder]
        assert len(holders) == len(set(holders)) == min(3, len(step))
        for slot, holder in before.items():
            if holder in step:
                assert slots[slot] == holder


def test_the_remb_is_the_cap_until_the_publishers_own_link_loses() -> None:
    rate = UplinkRate()
    assert rate.update(0.0, 1_000_000) == 1_000_000
    assert rate.update(0.20, 1_000_000) == 900_000
    assert rate.update(0.05, 1_000_000) == 900_000
    assert rate.update(0.0, 1_000_000) == 972_000
    assert rate.update(0.0, 200_000) == 200_000
    for _ in range(50):
        lowest = rate.update(1.0, 200_000)
    assert lowest == UPLINK_FLOOR_BPS
    for _ in range(60):
        rate.update(0.0, 1_500_000)
    assert rate.update(0.0, 1_500_000) == 1_500_000


def test_a_gap_is_asked_for_after_two_packets_or_20_ms() -> None:
    missing = MissingPackets()
    missing.opened(10, 11, now=1.0)
    assert missing.due(highest=12, now=1.001) == [10]
    assert missing.due(highest=12, now=1.002) == []
    assert missing.due(highest=13, now=1.003) == [11]
    missing.opened(20, 20, now=2.0)
    assert 20 not in missing.due(highest=21, now=2.019)
    assert 20 in missing.due(highest=21, now=2.021)


def test_a_gap_is_asked_for_each_round_trip_and_given_up_after_ten() -> None:
    missing = MissingPackets()
    missing.opened(10, 10, now=0.0)
    asked = [step / 100 for step in range(300) if missing.due(20, step / 100)]
    assert len(asked) == MAX_REQUESTS
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert all(0.10 <= gap <= 0.125 for gap in gaps)
    assert missing.is_abandoned and len(missing) == 0


def test_the_round_trip_is_learned_from_answers() -> None:
    missing = MissingPackets()
    for index in range(0, 400, 2):
        missing.opened(index, index, now=float(index))
        missing.due(index + 2, float(index))
        assert missing.filled(index, index + 0.03)
    assert missing.rtt_s == pytest.approx(0.03, rel=0.05)


def test_nothing_older_than_a_keyframe_is_asked_for_and_a_flood_of_gaps_is_bounded() -> None:
    missing = MissingPackets()
    missing.opened(1, 5, now=0.0)
    missing.opened(8, 8, now=0.0)
    missing.forget_before(7)
    assert missing.due(20, 1.0) == [8]
    missing.opened(100, 100 + MAX_MISSING, now=0.0)
    assert len(missing) == 0 and missing.is_abandoned


@given(st.integers(0, 65_535), st.integers(1, 200_000), st.integers(0, 20))
def test_extended_numbers_follow_the_sender_over_every_wrap(
    start: int, count: int, late: int
) -> None:
    statistics = Statistics(1, 90_000)
    step = max(1, count // 300)
    base = None
    for number in range(start, start + count, step):
        index = statistics.index_of(number & 0xFFFF)
        base = index - number if base is None else base
        assert index - number == base
        statistics.received(index)
        assert statistics.index_of((number - late) & 0xFFFF) == index - late


def test_reports_count_what_is_missing() -> None:
    statistics = Statistics(1, 90_000)
    for number in range(100):
        if number % 4 != 1:
            statistics.received(statistics.index_of(65_500 + number & 0xFFFF))
    block = statistics.report(1.0)
    assert (block.packets_lost, block.fraction_lost) == (25, 64)
    assert block.highest_sequence_number == 0x10000 + (65_500 + 99) % 0x10000
    statistics.received(statistics.index_of(65_500 + 101 & 0xFFFF))
    assert statistics.report(2.0).packets_lost == 26
    assert statistics.report(3.0).fraction_lost == 0


def test_a_source_that_restarts_is_not_loss() -> None:
    statistics = Statistics(1, 90_000)
    for number in range(10):
        statistics.received(statistics.index_of(number))
    last = statistics.highest
    index = statistics.restarted(40_000, 1_024)
    assert index & 0xFFFF == 40_000 and index > last + 1_024
    statistics.received(index)
    assert statistics.report(1.0).packets_lost == 0


def test_jitter_of_an_even_stream_is_nothing() -> None:
    statistics = Statistics(1, 90_000)
    for number in range(50):
        statistics.received(statistics.index_of(number))
        statistics.timed(number * 3_000, number / 30)
    assert statistics.report(2.0).jitter == 0
    statistics.timed(50 * 3_000, 50 / 30 + 0.016)
    assert statistics.report(3.0).jitter == 90
