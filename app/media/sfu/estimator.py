"""How much a subscriber's link carries: REMB, packet trains and a loss rule. Pure, time is an argument.

`DownlinkEstimator` is all that the rest knows, so that one fed by transport-wide feedback can take its place.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

START_BPS = 2_000_000
"""Before the receiver has said anything: most links carry a lesson, and a bad one says so within a second."""
FLOOR_BPS = 10_000
CEILING_BPS = 50_000_000
REMB_LIFE_S = 5.0
FIRST_REMB_SETTLES_S = 2.0
REMB_TRUST = 0.85
REMB_FALL, REMB_FULL = 0.97, 0.8
"""A REMB that falls below these shares of the one before, and of what is sent, has seen the link full."""
MAX_REMB_SENDERS = 64

LOW_LOSS = 0.02
HIGH_LOSS = 0.10
OVER_LOSS = 0.05
"""Loss that hurt is over when it is so low: around `HIGH_LOSS` chance alone would end it and bring it back."""
GROWTH = 1.05
"""Per update of 200 ms, while what is sent tests the estimate."""
TESTING_SHARE = 0.75
DRAINS_S = 1.0
"""What still queues in front of a link, and the report on it."""
SETTLES_S = 3.0
"""After it was lowered by what came through, until it may fall by its own rule."""
LAST_TRAINS = 3
UNMEASURED = 1.1
"""Times what was measured: so far the loss rule may grow where no REMB says better."""
DELAYED_SHARE = 0.7
"""Of what was measured, with each report of packets that wait."""
LOSS_WINDOW_S = 2.0
MIN_WINDOW_PACKETS = 20
CHANCE = 1.5
"""Standard deviations by which a count of lost packets may be too high."""
WHOLE_BY_CHANCE = 0.01
"""How probable it may be that a run of packets without a loss is luck."""


@dataclass(frozen=True, slots=True)
class SentRates:
    """Payload bits per second sent to one subscriber over the last second."""

    audio_bps: int
    video_bps: Mapping[int, int]
    """By SSRC, with its retransmissions and padding."""
    padding_bps: int = 0
    """With what was repeated unasked."""
    resent_bps: int = 0
    """Because the receiver asked. Both are part of `video_bps`."""

    @property
    def total_bps(self) -> int:
        return self.audio_bps + sum(self.video_bps.values())

    @property
    def unpadded_bps(self) -> int:
        return self.total_bps - self.padding_bps

    @property
    def media_bps(self) -> int:
        """What is sent for the first time: receivers report the loss of this alone."""
        return self.unpadded_bps - self.resent_bps


class DownlinkEstimator(Protocol):
    """What one subscriber's link carries, from what the receiver reports."""

    @property
    def bitrate_bps(self) -> int:
        """For sound and pictures together, as of the last update."""
        ...

    def reported(self, expected: int, lost: int, since: float, now: float) -> None:
        """The receiver lost `lost` of `expected` packets of one stream since it last spoke of it."""
        ...

    def remb_received(
        self, sender_ssrc: int, ssrcs: tuple[int, ...], bitrate_bps: int, now: float
    ) -> None:
        """The receiver's own estimate for `ssrcs`."""
        ...

    def loss(self, now: float) -> float | None:
        """Share lost in the last 2 s, 0..1; None if too little was reported to tell.

        A browser reports on sound every 5 s: what was lost that long ago counts only where pictures tell too little.
        """
        ...

    def least_loss(self, now: float) -> float:
        """The same without what may be chance; 0 if too little was reported to tell."""
        ...

    def is_whole(self, now: float) -> bool:
        """Whether so many packets came through without a loss that the loss of the last 2 s is over."""
        ...

    def begin_anew(self, now: float) -> None:
        """Less is sent from now on: reports on what was sent before, and on what still queues, do not count."""
        ...

    def lower_to(self, bitrate_bps: float, now: float) -> None:
        """As `begin_anew`, because of loss; this much came through."""
        ...

    def measured(self, bitrate_bps: int, *, is_bound: bool) -> None:
        """A packet train came through as fast as this (see `packet_train`); `is_bound`: and no faster."""
        ...

    def delayed(self) -> None:
        """Packets wait in front of the link: it carries less than was measured or guessed."""
        ...

    def suppose(self, bitrate_bps: float) -> None:
        """Try so much: nothing is reported that would say more. A REMB still holds."""
        ...

    def undo_lowering(self) -> None:
        """Sending less did not help: the present loss says nothing about the link's rate."""
        ...

    def update(self, sent: SentRates, now: float) -> None:
        """Every 200 ms."""
        ...


@dataclass(frozen=True, slots=True)
class _Report:
    at: float
    expected: int
    lost: int
    is_recent: bool
    """It tells of no more than the time that counts."""


@dataclass(slots=True)
class _Remb:
    bitrate_bps: int
    ssrcs: frozenset[int]
    at: float
    first_at: float
    is_settled: bool = False
    has_fallen: bool = False


class RembEstimator:
    """min(REMB younger than 5 s, loss rule), at least 10 kbit/s; what a train has measured counts instead of a lower
    REMB until that falls, or packets wait.

    Browsers leave sound out of their REMB (libwebrtc counts video only), so what is sent of it is added. The REMBs
    of several senders are added up as well: aiortc makes one for each track. A picture that no REMB covers yet
    counts as it is sent.
    """

    def __init__(self) -> None:
        self._reports: deque[_Report] = deque(maxlen=512)
        self._rembs: dict[int, _Remb] = {}
        self._last_remb_bps: int | None = None
        self._measured_bps: int | None = None
        self._bound_bps = float("inf")
        self._trains: deque[int] = deque(maxlen=LAST_TRAINS)
        self._is_told = False
        """Something was said that is better than the first guess."""
        self._sent_bps = 0
        self._loss_rule_bps = float(START_BPS)
        self._before_lowering_bps: float | None = None
        self._lowered_at = self._counts_from = float("-inf")
        self._is_loss_alien = False
        self._bitrate_bps = START_BPS

    @property
    def bitrate_bps(self) -> int:
        return self._bitrate_bps

    # -- what the receiver says

    def reported(self, expected: int, lost: int, since: float, now: float) -> None:
        if expected > 0 and now >= self._counts_from:
            self._reports.append(_Report(now, expected, lost, now - since <= LOSS_WINDOW_S))

    def remb_received(
        self, sender_ssrc: int, ssrcs: tuple[int, ...], bitrate_bps: int, now: float
    ) -> None:
        before = self._rembs.get(sender_ssrc)
        if before is None:
            if len(self._rembs) >= MAX_REMB_SENDERS:
                return
            self._rembs[sender_ssrc] = _Remb(bitrate_bps, frozenset(ssrcs), now, now)
            return
        before.has_fallen = bitrate_bps < REMB_FALL * before.bitrate_bps
        # The first one only repeats what has arrived so far; the receiver raises it from there.
        if bitrate_bps < before.bitrate_bps or now - before.first_at > FIRST_REMB_SETTLES_S:
            before.is_settled = True
        before.bitrate_bps, before.ssrcs, before.at = bitrate_bps, frozenset(ssrcs), now

    def loss(self, now: float) -> float | None:
        expected, lost = self._counted(now)
        return lost / expected if expected >= MIN_WINDOW_PACKETS else None

    def least_loss(self, now: float) -> float:
        expected, lost = self._counted(now)
        if not lost or expected < MIN_WINDOW_PACKETS:
            return 0.0
        # Of lost packets, some dozens at most, the standard deviation is about the root of their number.
        return lost / expected * max(0.0, 1 - CHANCE / sqrt(lost))

    def is_whole(self, now: float) -> bool:
        loss, clean = self.loss(now), 0
        for report in reversed(self._reports):
            if report.is_recent:
                if report.lost:
                    break
                clean += report.expected
        return loss is not None and (1 - loss) ** clean <= WHOLE_BY_CHANCE

    def _counted(self, now: float) -> tuple[int, int]:
        """Packets (expected, lost) of late."""
        while self._reports and now - self._reports[0].at > LOSS_WINDOW_S:
            self._reports.popleft()
        expected = lost = old_expected = old_lost = 0
        for report in self._reports:
            if report.is_recent:
                expected += report.expected
                lost += report.lost
            else:
                old_expected += report.expected
                old_lost += report.lost
        if expected >= MIN_WINDOW_PACKETS:
            return expected, lost
        return expected + old_expected, lost + old_lost

    def begin_anew(self, now: float) -> None:
        self._reports.clear()
        self._counts_from = now + DRAINS_S

    def lower_to(self, bitrate_bps: float, now: float) -> None:
        self.begin_anew(now)
        self._lowered_at = now
        if self._before_lowering_bps is None:
            self._before_lowering_bps = self._loss_rule_bps
        self._loss_rule_bps = max(min(self._loss_rule_bps, bitrate_bps), FLOOR_BPS)
        self._forget_trains()

    def measured(self, bitrate_bps: int, *, is_bound: bool) -> None:
        # What is in the way of a train makes the link look slower, never faster.
        self._trains.append(bitrate_bps)
        best_bps = max(self._trains)
        self._bound_bps = UNMEASURED * best_bps if is_bound else float("inf")
        if not self._is_told:
            self._loss_rule_bps = min(self._loss_rule_bps, float(best_bps))
            self._is_told = True
        self._measured_bps = best_bps
        self._loss_rule_bps = min(max(self._loss_rule_bps, best_bps), CEILING_BPS)

    def _forget_trains(self) -> None:
        self._measured_bps = None
        self._trains.clear()

    def delayed(self) -> None:
        if self._measured_bps is not None:
            self._measured_bps = int(self._measured_bps * DELAYED_SHARE)
            self._trains.clear()
        elif not self._is_told:
            self._is_told = True
            self._loss_rule_bps = min(self._loss_rule_bps, DELAYED_SHARE * self._sent_bps)

    def suppose(self, bitrate_bps: float) -> None:
        self._loss_rule_bps = min(max(self._loss_rule_bps, bitrate_bps), CEILING_BPS)

    def undo_lowering(self) -> None:
        if self._before_lowering_bps is not None:
            self._loss_rule_bps = max(self._loss_rule_bps, self._before_lowering_bps)
            self._before_lowering_bps = None
        self._is_loss_alien = True

    # -- the estimate

    def update(self, sent: SentRates, now: float) -> None:
        self._sent_bps = sent.total_bps
        if any(
            remb.has_fallen and remb.bitrate_bps < REMB_FULL * _arriving_bps(remb, sent)
            for remb in self._rembs.values()
        ):
            self._forget_trains()
        remb_bps = self._remb_bps(sent, now)
        if remb_bps is not None:
            self._is_told = True
        if remb_bps is None and self._last_remb_bps is not None:
            # It fell silent because no picture flows: go on from what it said last.
            self._loss_rule_bps = min(self._loss_rule_bps, self._last_remb_bps)
        self._last_remb_bps = remb_bps
        loss = self.loss(now)
        if remb_bps is not None and loss is not None and loss < LOW_LOSS:
            # What loss has taken away, the receiver knows better once nothing is lost any more.
            self._loss_rule_bps = max(self._loss_rule_bps, REMB_TRUST * remb_bps)
        self._update_loss_rule(sent.total_bps, now)
        estimate = self._loss_rule_bps
        if remb_bps is not None:
            estimate = min(estimate, max(remb_bps, self._measured_bps or 0))
        else:
            estimate = min(estimate, self._bound_bps)
        self._bitrate_bps = max(FLOOR_BPS, int(estimate))

    def _remb_bps(self, sent: SentRates, now: float) -> int | None:
        self._rembs = {k: r for k, r in self._rembs.items() if now - r.at <= REMB_LIFE_S}
        settled = [
            remb
            for remb in self._rembs.values()
            if remb.is_settled or not _repeats_what_arrives(remb, sent)
        ]
        if not settled:
            return None
        covered = frozenset[int]().union(*(remb.ssrcs for remb in settled))
        uncovered = sum(bps for ssrc, bps in sent.video_bps.items() if ssrc not in covered)
        return sum(remb.bitrate_bps for remb in settled) + uncovered + sent.audio_bps

    def _update_loss_rule(self, sent_bps: int, now: float) -> None:
        loss = self.loss(now)
        if loss is None:
            return
        if loss < LOW_LOSS:
            self._before_lowering_bps = None
        if loss <= OVER_LOSS:
            self._is_loss_alien = False
        # Sending far less than the estimate proves nothing about it, neither way.
        if sent_bps < TESTING_SHARE * self._loss_rule_bps:
            return
        if loss < LOW_LOSS:
            self._loss_rule_bps = min(self._loss_rule_bps * GROWTH, CEILING_BPS)
        elif loss > HIGH_LOSS and not self._is_loss_alien and now - self._lowered_at > SETTLES_S:
            self._loss_rule_bps = max(self._loss_rule_bps * (1 - loss / 2), FLOOR_BPS)


def _arriving_bps(remb: _Remb, sent: SentRates) -> int:
    """Of the streams that it is about."""
    return sum(bps for ssrc, bps in sent.video_bps.items() if ssrc in remb.ssrcs)


def _repeats_what_arrives(remb: _Remb, sent: SentRates) -> bool:
    return remb.bitrate_bps >= 0.9 * _arriving_bps(remb, sent)
