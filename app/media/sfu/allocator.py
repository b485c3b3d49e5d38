"""Which layer of each picture a subscriber gets, within its budget. Pure, time is an argument.

Sound is not in here: it is never paused for pictures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from app.media.port import PauseReason
from app.media.sfu.estimator import HIGH_LOSS, OVER_LOSS
from app.media.sfu.layer_choice import TOP_LAYER, LayerChoice

OVER_BUDGET = 1.10
OVER_BUDGET_S = 1.0
UP_MARGIN = 1.15
UP_AFTER_S = 3.0
FIRST_WAIT_S = 10.0
LAST_WAIT_S = 60.0
PROBATION_S = 5.0
"""A step up that must be undone within this time was a probe that failed."""
PROVEN_AFTER_S = 20.0
FLUSHED_S = 1.0
"""After a step down, until what is measured as sent was sent since."""
SETTLES_S = 2.5
"""After a step down, until the loss of what was sent since is known."""
WORSE_BY, MISJUDGED_S = 0.15, 60.0
"""Loss that grows by so much once it was judged not to come from what is sent does come from it."""

DOUBTS = 2
"""Steps down for loss, one after the other, that do not help: then it is not the full link's. One, if nothing waits."""
WATCHABLE_LOSS = 0.20
"""With retransmissions a picture is still worth its bits up to here."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture that the receiver may see."""

    key: str
    """The media section that carries it."""
    priority: int
    """Higher first."""
    costs: tuple[tuple[int, ...], ...]
    """Bits per second by spatial layer, low to high, and in it by temporal layer, cumulative. None is empty."""
    is_read: bool = False
    """Detail comes before frames: see `Source.is_read`."""

    def choices(self) -> tuple[LayerChoice, ...]:
        """From the least to the best; the last temporal layer of each spatial one is `TOP_LAYER`'s.

        A larger picture that is not read has half of its frames at least: a smaller one that moves is better.
        """
        return _choices(tuple(map(len, self.costs)), self.is_read)

    def cost(self, choice: LayerChoice | None) -> int:
        """Bits per second; 0 when paused."""
        if choice is None:
            return 0
        costs = self.costs[min(choice.spatial, len(self.costs) - 1)]
        return costs[min(choice.temporal, len(costs) - 1)]


@lru_cache(maxsize=256)
def _choices(temporal_layers: tuple[int, ...], is_read: bool) -> tuple[LayerChoice, ...]:
    """By the number of temporal layers in each spatial one; each has half of the frames of the next."""
    return tuple(
        LayerChoice(spatial, temporal)
        for spatial, count in enumerate(temporal_layers)
        for temporal in (*range(count - 1), TOP_LAYER.temporal)
        if is_read or spatial == 0 or temporal >= count - 2
    )


Choices = Mapping[str, LayerChoice | None]


@dataclass(frozen=True, slots=True)
class Budget:
    """Bits per second for pictures."""

    bitrate_bps: float
    least_bps: float
    """What the least of the most important picture may take, into the reserves."""

    def with_least(self, tiles: Sequence[Tile]) -> float:
        """The budget; `tiles` by priority."""
        least_cost = tiles[0].cost(tiles[0].choices()[0]) if tiles else 0
        return max(self.bitrate_bps, least_cost if least_cost <= self.least_bps else 0.0)


@dataclass(frozen=True, slots=True)
class LinkUse:
    """What became of the pictures lately."""

    sent_bps: float
    """With retransmissions, without padding."""
    media_bps: float
    """Without either."""
    loss: float | None
    """Share lost, or asked for in vain, 0..1; None if unknown."""
    least_loss: float = 0.0
    """Share lost without what may be chance."""
    is_whole: bool = False
    """The loss is over, though not for so long that `loss` would tell."""
    is_flowing: bool = False
    """As far as was just seen, nothing waits in front of the link."""


def allocate(tiles: Iterable[Tile], budget_bps: float) -> dict[str, LayerChoice | None]:
    """The least of each tile by priority, then the best that is left for each, by priority again."""
    order = sorted(tiles, key=lambda tile: -tile.priority)
    chosen: dict[str, LayerChoice | None] = {}
    left = budget_bps
    for tile in order:
        least = tile.choices()[0]
        chosen[tile.key] = least if tile.cost(least) <= left else None
        left -= tile.cost(chosen[tile.key])
    for tile in order:
        base = chosen[tile.key]
        if base is None:
            continue
        left += tile.cost(base)
        best = next(c for c in reversed(tile.choices()) if c == base or tile.cost(c) <= left)
        chosen[tile.key] = best
        left -= tile.cost(best)
    return chosen


def _rank(choice: LayerChoice | None) -> tuple[int, int]:
    return (-1, -1) if choice is None else (choice.spatial, choice.temporal)


def _lower(one: LayerChoice | None, other: LayerChoice | None) -> LayerChoice | None:
    return min(one, other, key=_rank)


class Verdict(Enum):
    """What an update led to."""

    NOTHING = "nothing"
    FITTED = "fitted"
    """Less is sent because the budget is less."""
    LOWERED = "lowered"
    """Less is sent because of it."""
    ALIEN = "alien"
    """It stayed as it was when less was sent: it does not come from what is sent."""


class Allocator:
    """Holds what each tile gets; goes down at once and up with care."""

    def __init__(self) -> None:
        self.chosen: dict[str, LayerChoice | None] = {}
        self.reasons: dict[str, PauseReason] = {}
        """Why each paused tile is paused."""
        self.is_limited = False
        """Only the budget is in the way of the best that there is."""
        self.is_best = False
        """Everything is as good as it can be."""
        self._shapes: dict[str, tuple[int, int]] = {}
        self._over_since: float | None = None
        self._better_since: float | None = None
        self._down_at = float("-inf")
        self._up_at: float | None = None
        self.wait_s = FIRST_WAIT_S
        """From a step down to the next one up; doubled by each that had to be undone."""
        self._loss_step: _LossStep | None = None
        self._doubts = 0
        """See `DOUBTS`."""
        self._is_loss_alien = False
        self._alien_loss = 0.0
        self._misjudged_at = float("-inf")
        self._before_loss: dict[str, LayerChoice | None] = {}

    def update(self, tiles: Sequence[Tile], budget: Budget, link: LinkUse, now: float) -> Verdict:
        """Every 200 ms: changes `chosen` and `reasons`."""
        order = sorted(tiles, key=lambda tile: -tile.priority)
        budget_bps = budget.with_least(order)
        self._follow(order, budget_bps)
        best_bps = sum(tile.cost(tile.choices()[-1]) for tile in order)
        self.is_limited = budget_bps < UP_MARGIN * best_bps
        verdict = Verdict.FITTED
        if not self._fit(order, budget_bps, link, now):
            verdict = self._react_to_loss(order, budget_bps, link, now)
            if verdict is Verdict.NOTHING:
                self._maybe_go_up(order, budget_bps, link, now)
        self.is_best = all(self.chosen[tile.key] == tile.choices()[-1] for tile in order)
        for key, choice in self.chosen.items():
            if choice is not None:
                self.reasons.pop(key, None)
            else:
                self.reasons.setdefault(key, "bandwidth")
        return verdict

    def link_opened(self) -> None:
        """It was found to carry more: what was learned before about steps up that failed is void."""
        self.wait_s = FIRST_WAIT_S
        self._down_at = float("-inf")

    # -- what there is

    def _follow(self, tiles: Sequence[Tile], budget_bps: float) -> None:
        """Forget tiles that left; place new ones, and those that changed their rank, within the budget at once."""
        shapes = {tile.key: (tile.priority, len(tile.costs)) for tile in tiles}
        new = {key for key, shape in shapes.items() if self._shapes.get(key) != shape}
        if not new and shapes.keys() == self._shapes.keys():
            return
        self._shapes = shapes
        wanted = allocate(tiles, budget_bps)
        held = {tile.key: self._within(tile) for tile in tiles}
        placed = {key: wanted[key] if key in new else held[key] for key in shapes}
        if self._cost(tiles, placed) > budget_bps:
            placed = {
                key: wanted[key] if key in new else _lower(held[key], wanted[key]) for key in shapes
            }
        self.chosen = placed
        self.reasons = {key: reason for key, reason in self.reasons.items() if key in shapes}
        self._before_loss = {k: c for k, c in self._before_loss.items() if k in shapes}

    def _within(self, tile: Tile) -> LayerChoice | None:
        """What the tile has, or the nearest below that there is."""
        held = self.chosen.get(tile.key)
        if held is None:
            return None
        below = [choice for choice in tile.choices() if _rank(choice) <= _rank(held)]
        return below[-1] if below else tile.choices()[0]

    @staticmethod
    def _cost(tiles: Sequence[Tile], chosen: Choices) -> int:
        return sum(tile.cost(chosen[tile.key]) for tile in tiles)

    # -- down

    def _fit(self, tiles: Sequence[Tile], budget_bps: float, link: LinkUse, now: float) -> bool:
        """Down to the budget, if more than that was sent for a second."""
        if link.sent_bps <= OVER_BUDGET * budget_bps or now - self._down_at < FLUSHED_S:
            self._over_since = None
            return False
        if self._over_since is None:
            self._over_since = now
        if now - self._over_since < OVER_BUDGET_S:
            return False
        self._over_since = None
        lowered = self._lowered(tiles, allocate(tiles, budget_bps))
        return self._go_down(lowered or self._one_step_down(tiles), "bandwidth", now)

    def _react_to_loss(
        self, tiles: Sequence[Tile], budget_bps: float, link: LinkUse, now: float
    ) -> Verdict:
        loss = link.loss
        if loss is None:
            return Verdict.NOTHING
        if loss <= OVER_LOSS:
            self._doubts, self._loss_step = 0, None
        if self._is_loss_alien and link.least_loss > self._alien_loss + WORSE_BY:
            self._is_loss_alien, self._misjudged_at = False, now
        elif self._is_loss_alien:
            is_watchable = loss <= WATCHABLE_LOSS or link.is_whole
            self._bear(tiles, budget_bps, is_watchable=is_watchable, now=now)
            if loss <= OVER_LOSS:
                self._is_loss_alien = False
                self._before_loss = {}
            return Verdict.NOTHING
        if loss <= HIGH_LOSS or now - self._down_at < SETTLES_S:
            return Verdict.NOTHING
        arriving_bps = link.media_bps * (1 - loss)
        target = allocate(tiles, arriving_bps)
        if self._is_doubtful(link, loss) and now - self._misjudged_at > MISJUDGED_S:
            self._is_loss_alien, self._alien_loss = True, loss
            if loss > WATCHABLE_LOSS:
                # The fewer packets to a picture, the more pictures are whole; so nobody rests for it.
                smaller = {tile.key: target[tile.key] or tile.choices()[0] for tile in tiles}
                self._go_down(self._lowered(tiles, smaller), "loss", now)
            return Verdict.ALIEN
        before, lowered = self.chosen, self._lowered(tiles, target)
        if not self._go_down(lowered or self._one_step_down(tiles), "loss", now):
            return Verdict.NOTHING
        if self._loss_step is None:
            self._before_loss = before
        self._loss_step = _LossStep(loss, arriving_bps)
        return Verdict.LOWERED

    def _is_doubtful(self, link: LinkUse, loss: float) -> bool:
        """Whether `DOUBTS` steps down did not help, or one after which nothing but sound was sent."""
        step = self._loss_step
        if step is None:
            return False
        # Had it been the link's own, this much would be left of it.
        own_loss = 1 - step.arriving_bps / max(link.media_bps, step.arriving_bps, 1.0)
        if own_loss >= step.loss / 2 or loss < (own_loss + step.loss) / 2:
            self._doubts = 0
            return False
        self._doubts += 1
        doubts = 1 if link.is_flowing else DOUBTS
        return self._doubts >= doubts or all(c is None for c in self.chosen.values())

    def _bear(
        self, tiles: Sequence[Tile], budget_bps: float, *, is_watchable: bool, now: float
    ) -> None:
        """Sending less does not help: give back what was taken, all of it once that can be watched."""
        restored = dict(self.chosen)
        for tile in tiles:
            before = self._before_loss.get(tile.key)
            held = self.chosen[tile.key]
            wanted = before if is_watchable else held or (before and tile.choices()[0])
            restored[tile.key] = max(held, wanted, key=_rank)
        if restored != self.chosen and self._cost(tiles, restored) <= budget_bps:
            self.chosen = restored
            self._up_at = now

    def _lowered(self, tiles: Sequence[Tile], target: Choices) -> dict[str, LayerChoice | None]:
        """Nothing better than it is and nothing better than `target`; empty if that changes nothing."""
        lowered = {t.key: _lower(self.chosen[t.key], target[t.key]) for t in tiles}
        return lowered if lowered != self.chosen else {}

    def _one_step_down(self, tiles: Sequence[Tile]) -> dict[str, LayerChoice | None]:
        """The least important tile that has anything to give: a temporal layer, a spatial one, or itself."""
        for tile in reversed(tiles):
            held = self.chosen[tile.key]
            below = [choice for choice in tile.choices() if _rank(choice) < _rank(held)]
            if below:
                return {**self.chosen, tile.key: below[-1]}
        for tile in reversed(tiles):
            if self.chosen[tile.key] is not None:
                return {**self.chosen, tile.key: None}
        return {}

    def _go_down(
        self, lowered: dict[str, LayerChoice | None], reason: PauseReason, now: float
    ) -> bool:
        if not lowered:
            return False
        if self._up_at is not None and now - self._up_at < PROBATION_S:
            self.wait_s = min(self.wait_s * 2, LAST_WAIT_S)
        self._up_at = None
        self._down_at = now
        self._better_since = None
        self.reasons.update(
            (key, reason)
            for key, choice in lowered.items()
            if choice is None and self.chosen[key] is not None
        )
        self.chosen = lowered
        return True

    # -- up

    def _maybe_go_up(
        self, tiles: Sequence[Tile], budget_bps: float, link: LinkUse, now: float
    ) -> None:
        if self._up_at is not None and now - self._up_at > PROVEN_AFTER_S:
            self.wait_s = FIRST_WAIT_S
        most_loss = WATCHABLE_LOSS if self._is_loss_alien else HIGH_LOSS
        is_hurt = link.loss is not None and link.loss > most_loss
        better = None if is_hurt else self._better(tiles, budget_bps)
        if better is None:
            self._better_since = None
            return
        if self._better_since is None:
            self._better_since = now
        if now - self._better_since >= UP_AFTER_S and now - self._down_at >= self.wait_s:
            self._better_since = None
            self._up_at = now
            self.chosen = better

    def _better(
        self, tiles: Sequence[Tile], budget_bps: float
    ) -> dict[str, LayerChoice | None] | None:
        """The most important improvement that the budget allows; None if it allows none."""
        if all(self.chosen[tile.key] == tile.choices()[-1] for tile in tiles):
            return None
        target = allocate(tiles, budget_bps / UP_MARGIN)
        for tile in sorted(tiles, key=lambda tile: self.chosen[tile.key] is not None):
            if _rank(target[tile.key]) > _rank(self.chosen[tile.key]):
                better = {**self.chosen, tile.key: target[tile.key]}
                if self._cost(tiles, better) <= budget_bps / UP_MARGIN:
                    return better
        if all(choice is None for choice in self.chosen.values()):
            # The alternative is no picture at all: no margin.
            least = {tile.key: allocate((tile,), budget_bps)[tile.key] for tile in tiles[:1]}
            if any(least.values()):
                first = tiles[0]
                return {**self.chosen, first.key: first.choices()[0]}
        return None


@dataclass(frozen=True, slots=True)
class _LossStep:
    loss: float
    arriving_bps: float
    """What came through before it."""
