"""Who gets which layer within a budget, and when that changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.sfu.allocator import (
    FIRST_WAIT_S,
    LAST_WAIT_S,
    Allocator,
    Budget,
    LinkUse,
    Tile,
    Verdict,
    allocate,
)
from app.media.sfu.layer_choice import TOP_LAYER, LayerChoice

ALL = TOP_LAYER.temporal
LAYERS = ((60_000, 100_000), (240_000, 400_000), (600_000, 1_000_000))
LOW_BASE, LOW = LayerChoice(0, 0), LayerChoice(0, ALL)
MIDDLE_BASE, MIDDLE = LayerChoice(1, 0), LayerChoice(1, ALL)
TOP = LayerChoice(2, ALL)
LEAD = Tile("lead", 30, LAYERS)
STAGE = Tile("stage", 20, LAYERS)
THUMBNAIL = Tile("thumbnail", 10, LAYERS[:1])
SINGLE = Tile("lead", 30, ((800_000,),))
THINNED = ((40_000, 60_000, 100_000), (160_000, 240_000, 400_000), (400_000, 600_000, 1_000_000))
"""In three temporal layers: a quarter, a half and all of the frames."""
STEP_S = 0.2


class Bench:
    """An allocator on a fake clock; what is sent costs what was chosen."""

    def __init__(self, *tiles: Tile) -> None:
        self.tiles = tiles
        self.allocator = Allocator()
        self.now = 100.0
        self.verdicts: list[Verdict] = []

    @property
    def chosen(self) -> list[LayerChoice | None]:
        return [self.allocator.chosen[tile.key] for tile in self.tiles]

    @property
    def sent_bps(self) -> int:
        return sum(t.cost(self.allocator.chosen.get(t.key)) for t in self.tiles)

    def run(
        self,
        seconds: float,
        budget_bps: float,
        *,
        loss: float | None = 0.0,
        least_loss: float | None = None,
        is_whole: bool = False,
        is_flowing: bool = False,
        sent: float = 1.0,
    ) -> list[float]:
        """When the choice changed, in seconds from the beginning of the run."""
        begin, changes = self.now, []
        for _ in range(round(seconds / STEP_S)):
            before = dict(self.allocator.chosen)
            sent_bps = self.sent_bps * sent
            surely = (loss or 0.0) if least_loss is None else least_loss
            use = LinkUse(sent_bps, sent_bps, loss, surely, is_whole, is_flowing)
            budget = Budget(budget_bps, budget_bps)
            self.verdicts.append(self.allocator.update(self.tiles, budget, use, self.now))
            if self.allocator.chosen != before:
                changes.append(self.now - begin)
            self.now += STEP_S
        return changes


def test_least_of_everybody_comes_before_the_best_of_anybody() -> None:
    chosen = allocate((THUMBNAIL, STAGE, LEAD), 300_000)
    assert chosen == {"lead": LOW, "stage": LOW, "thumbnail": LOW}
    chosen = allocate((THUMBNAIL, STAGE, LEAD), 150_000)
    assert chosen == {"lead": LOW_BASE, "stage": LOW_BASE, "thumbnail": None}


def test_more_important_picture_goes_straight_to_its_highest_layer() -> None:
    chosen = allocate((STAGE, LEAD), 1_150_000)
    assert chosen == {"lead": TOP, "stage": LOW}


@pytest.mark.parametrize(
    ("budget_bps", "camera", "document"),
    [
        (70_000, LayerChoice(0, 1), LayerChoice(0, 1)),
        (200_000, LOW, MIDDLE_BASE),
        (300_000, LayerChoice(1, 1), LayerChoice(1, 1)),
        (500_000, MIDDLE, LayerChoice(2, 0)),
        (700_000, LayerChoice(2, 1), LayerChoice(2, 1)),
    ],
)
def test_camera_is_larger_only_if_it_moves_and_what_is_read_whenever_it_can_be(
    budget_bps: int, camera: LayerChoice, document: LayerChoice
) -> None:
    lead = Tile("lead", 30, THINNED)
    assert allocate((lead,), budget_bps) == {"lead": camera}
    assert allocate((replace(lead, is_read=True),), budget_bps) == {"lead": document}


def test_steps_down_leave_a_camera_half_of_its_frames_until_it_is_small() -> None:
    bench = Bench(Tile("lead", 30, THINNED))
    bench.run(5, 3_000_000)
    seen = []
    while bench.chosen != [None]:
        bench.run(3, bench.sent_bps / 1.2)
        seen += bench.chosen
    thin, thinner = LayerChoice(0, 1), LayerChoice(0, 0)
    assert seen == [LayerChoice(2, 1), MIDDLE, LayerChoice(1, 1), LOW, thin, thinner, None]


@given(
    st.lists(
        st.tuples(
            st.sampled_from((40, 30, 20, 10)),
            st.lists(
                st.lists(st.integers(1, 10**6), min_size=1, max_size=3), min_size=1, max_size=3
            ),
        ),
        max_size=10,
    ),
    st.integers(-50_000, 10**7),
)
def test_allocation_stays_within_the_budget_and_pauses_the_less_important_first(
    shapes: list[tuple[int, list[list[int]]]], budget_bps: int
) -> None:
    tiles = [
        Tile(str(n), priority, tuple(tuple(sorted(costs)) for costs in layers))
        for n, (priority, layers) in enumerate(shapes)
    ]
    chosen = allocate(tiles, budget_bps)
    assert sum(tile.cost(chosen[tile.key]) for tile in tiles) <= max(0, budget_bps)
    for tile in tiles:
        if chosen[tile.key] is None:
            # Nobody less important has what would have been enough for it.
            least = tile.cost(tile.choices()[0])
            others = (o for o in tiles if o.priority < tile.priority and chosen[o.key] is not None)
            assert all(o.cost(o.choices()[0]) < least for o in others)


def test_new_picture_is_placed_at_once_at_what_the_budget_allows() -> None:
    bench = Bench(LEAD)
    bench.run(STEP_S, 2_000_000)
    assert bench.chosen == [TOP]
    bench.tiles = (LEAD, STAGE)
    bench.run(STEP_S, 1_500_000)
    assert bench.chosen == [TOP, MIDDLE]


def test_screen_takes_from_the_lead_when_there_is_not_enough_for_both() -> None:
    bench = Bench(LEAD)
    bench.run(STEP_S, 1_100_000)
    bench.tiles = (LEAD, Tile("screen", 40, LAYERS))
    bench.run(STEP_S, 1_100_000)
    assert bench.chosen == [LOW, TOP]


def test_goes_down_a_second_after_the_budget_fell_below_what_is_sent() -> None:
    bench = Bench(LEAD)
    bench.run(5, 2_000_000)
    (at,) = bench.run(5, 450_000)
    assert bench.chosen == [MIDDLE] and 1.0 <= at <= 1.4


def test_a_tenth_over_the_budget_is_borne() -> None:
    bench = Bench(LEAD)
    bench.run(5, 1_050_000)
    assert bench.run(10, 950_000) == [] and bench.chosen == [TOP]


def test_goes_up_after_three_seconds_with_room_to_spare_and_not_within_ten_of_a_step_down() -> None:
    bench = Bench(LEAD)
    bench.run(5, 450_000)
    (at,) = bench.run(10, 1_200_000)
    assert bench.chosen == [TOP] and 3.0 <= at <= 3.4
    bench.run(20, 1_200_000)
    bench.run(2, 450_000)
    (at,) = bench.run(20, 1_200_000)
    assert FIRST_WAIT_S - 2 <= at <= FIRST_WAIT_S + 0.4


def test_no_room_to_spare_is_no_reason_to_go_up() -> None:
    bench = Bench(LEAD)
    bench.run(5, 450_000)
    assert bench.run(30, 1_100_000) == [0.0] or bench.chosen != [TOP]
    assert bench.allocator.is_limited


def test_step_up_that_hurts_is_undone_and_the_next_waits_twice_as_long() -> None:
    bench = Bench(LEAD)
    bench.run(5, 450_000)
    waits, down_at = [], 0.0
    for _ in range(5):
        while bench.chosen != [TOP]:
            bench.run(STEP_S, 1_200_000)
        waits.append(bench.now - down_at)
        while bench.chosen == [TOP]:
            bench.run(STEP_S, 450_000)
        down_at = bench.now
    doubled = [FIRST_WAIT_S * 2, FIRST_WAIT_S * 4, LAST_WAIT_S, LAST_WAIT_S]
    assert [round(wait) for wait in waits[1:]] == doubled


def test_least_important_picture_rests_first_and_comes_back_last() -> None:
    bench = Bench(LEAD, STAGE, THUMBNAIL)
    bench.run(5, 3_000_000)
    bench.run(2, 150_000)
    assert bench.chosen == [LOW_BASE, LOW_BASE, None]
    assert bench.allocator.reasons == {"thumbnail": "bandwidth"}
    bench.run(30, 3_000_000)
    assert bench.chosen == [TOP, TOP, LOW] and not bench.allocator.reasons


def test_last_picture_may_take_the_reserves() -> None:
    allocator = Allocator()
    for step in range(20):
        use = LinkUse(60_000.0 if step else 0.0, 60_000.0, 0.0)
        allocator.update((LEAD,), Budget(45_000, 65_000), use, step * STEP_S)
    assert allocator.chosen == {"lead": LOW_BASE}


def test_loss_that_sending_less_cures_takes_the_picture_down_to_what_came_through() -> None:
    bench = Bench(LEAD)
    bench.run(5, 3_000_000)
    bench.run(STEP_S, 3_000_000, loss=0.55)
    assert bench.chosen == [MIDDLE] and bench.verdicts[-1] is Verdict.LOWERED
    assert bench.run(8, 3_000_000, loss=0.01) == []


def test_loss_that_sending_less_does_not_cure_takes_no_more_and_gives_back_when_it_ends() -> None:
    bench = Bench(LEAD)
    bench.run(5, 3_000_000)
    bench.run(10, 3_000_000, loss=0.30)
    assert Verdict.ALIEN in bench.verdicts
    assert bench.chosen not in ([None], [TOP])
    (at,) = bench.run(2, 3_000_000, loss=0.05)
    assert at == 0.0 and bench.chosen == [TOP]


def test_one_step_down_in_vain_is_enough_where_nothing_waits_in_front_of_the_link() -> None:
    full, free = Bench(LEAD), Bench(LEAD)
    for bench in (full, free):
        bench.run(5, 3_000_000)
    full.run(4, 3_000_000, loss=0.15)
    free.run(4, 3_000_000, loss=0.15, is_flowing=True)
    assert Verdict.ALIEN not in full.verdicts and Verdict.ALIEN in free.verdicts
    assert free.verdicts.count(Verdict.LOWERED) == 1 and free.chosen == [TOP]


def test_picture_that_loses_too_much_to_be_watched_is_small_and_whole_again_at_once() -> None:
    bench = Bench(LEAD, THUMBNAIL)
    bench.run(5, 3_000_000)
    bench.run(15, 3_000_000, loss=0.30, is_flowing=True)
    assert bench.chosen == [MIDDLE, LOW_BASE]
    (at,) = bench.run(2, 3_000_000, loss=0.25, is_whole=True)
    assert at == 0.0 and bench.chosen == [TOP, LOW]
    assert bench.run(2, 3_000_000, loss=0.15) == [], "the window still tells of the loss"


def test_more_loss_by_chance_does_not_overturn_the_verdict_and_more_for_certain_does() -> None:
    bench = Bench(LEAD)
    bench.run(5, 3_000_000)
    bench.run(4, 3_000_000, loss=0.25, is_flowing=True)
    assert Verdict.ALIEN in bench.verdicts
    small = bench.chosen
    bench.run(1, 3_000_000, loss=0.45, least_loss=0.35)
    assert bench.chosen == small
    bench.run(3, 3_000_000, loss=0.45, least_loss=0.42)
    assert bench.chosen != small and bench.verdicts.count(Verdict.LOWERED) > 1


def test_single_layer_rests_for_loss_and_is_back_once_sound_alone_suffers_as_much() -> None:
    bench = Bench(SINGLE)
    bench.run(5, 3_000_000)
    bench.run(STEP_S, 3_000_000, loss=0.15)
    assert bench.chosen == [None] and bench.allocator.reasons == {"lead": "loss"}
    bench.run(4, 3_000_000, loss=0.15)
    assert bench.chosen == [SINGLE.choices()[0]]


def test_single_layer_that_caused_the_loss_rests_until_there_is_room() -> None:
    bench = Bench(SINGLE)
    bench.run(5, 3_000_000)
    bench.run(STEP_S, 3_000_000, loss=0.4)
    bench.run(60, 480_000, loss=0.0)
    assert bench.chosen == [None]
    bench.run(5, 1_000_000, loss=0.0)
    assert bench.chosen == [SINGLE.choices()[0]]


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abcd")),
            st.integers(-20_000, 3_000_000),
            st.floats(0, 3_000_000),
            st.one_of(st.none(), st.floats(0, 1)),
        ),
        max_size=50,
    )
)
def test_every_picture_has_one_of_its_own_choices_whatever_happens(
    steps: list[tuple[set[str], int, float, float | None]],
) -> None:
    allocator = Allocator()
    for number, (keys, budget_bps, sent_bps, loss) in enumerate(steps):
        tiles = [Tile(key, 10 * ord(key) % 40, LAYERS[: 1 + ord(key) % 3]) for key in sorted(keys)]
        use = LinkUse(sent_bps, sent_bps, loss)
        allocator.update(tiles, Budget(budget_bps, budget_bps), use, number * STEP_S)
        assert allocator.chosen.keys() == keys
        for tile in tiles:
            choice = allocator.chosen[tile.key]
            assert choice is None or choice in tile.choices()
            assert (choice is None) == (tile.key in allocator.reasons)
