"""One subscriber's link: what it carries, which layers go over it, and what fills it up. Pure, time is an argument."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.media.sfu.allocator import Allocator, Budget, LinkUse, Tile, Verdict
from app.media.sfu.estimator import (
    HIGH_LOSS,
    TESTING_SHARE,
    DownlinkEstimator,
    RembEstimator,
    SentRates,
)
from app.media.sfu.layer_choice import LayerChoice
from app.media.sfu.link_ceiling import LinkCeiling
from app.media.sfu.packet_train import PacketTrains
from app.media.sfu.padding import HURT_DELAY_S, PaddingClimb

DECISION_INTERVAL_S = 0.2
AT_EASE_INTERVAL_S = 2.0
"""A link that loses nothing, lacks nothing and is not tested by what is sent is looked at less often."""
ESTIMATE_SHARE = 0.95
RESERVE_BPS = 10_000
AUDIO_PEAK_S = 10.0
"""Sound pauses between words; what it needed lately is kept free for it."""
REPEAT_WINDOW_S = 2.0
REPEAT_SHARE = 0.08
"""Packets asked for again and again, of all that are sent: the link swallows the answers too."""
RESEND_SHARE = 0.5
LEAST_RESEND_BPS = 30_000
TRY_SHARE = 1.2
TWICE_SHARE = 0.8
"""Of the estimate, with the base layers of all pictures twice: more would be in the way of what is sent once."""
ROUND_TRIPS = 128
"""A minute or so of reports."""
USUAL_TRIPS = 16
STILLS_FROM_BPS, STILLS_UNTIL_BPS = 50_000, 40_000
"""Estimates from and until which a link carries stills beside the sound."""
JUST_NOW_S = 2.5
"""The report that tells of loss also tells of the round trip."""
SILENCE_S = 12.0
"""Browsers report on sound alone every 5 s; some of those are lost."""
OPENS_S = 4.0
"""The least layers suffice until the link was measured, or for this long: most reports come within 1.5 s."""


class Downlink:
    """Decides for one subscriber, five times a second."""

    def __init__(self, estimator: DownlinkEstimator | None = None) -> None:
        self.estimator = estimator if estimator is not None else RembEstimator()
        self.allocator = Allocator()
        self.padding_bps = 0
        """To be sent besides sound and pictures."""
        self.interval_s = DECISION_INTERVAL_S
        """Until the next decision, if the receiver complains of nothing before."""
        self.train_octets = 0
        """To be sent at once, with a sender report behind it; then call `train_sent`."""
        self._tiles: Sequence[Tile] = ()
        self._unpadded_bps = 0
        """Sent for the pictures and sound of the last update."""
        self._ceiling = LinkCeiling()
        self._climb = PaddingClimb()
        self._trains = PacketTrains()
        self.carries_stills = True
        """There is room for a small picture every few seconds where a moving one rests."""
        self.is_opening = True
        """Nothing is known of the link: the least layers suffice."""
        self._opened_at: float | None = None
        self._last_report = 0
        self._resend_limit_bps = LEAST_RESEND_BPS
        self._rests_since = 0.0
        self._audio: deque[tuple[float, int]] = deque()
        """The highest of late, then the highest after it, and so on."""
        self._repeats: deque[tuple[float, int]] = deque(maxlen=512)
        self._packets: deque[tuple[float, int]] = deque(maxlen=64)
        self._round_trips: deque[tuple[float, float]] = deque(maxlen=ROUND_TRIPS)

    def asked_again(self, count: int, now: float) -> None:
        """The receiver asked for `count` packets for the second time or more."""
        if count:
            self._repeats.append((now, count))

    def train_sent(self, octets: int, report: int, now: float) -> None:
        """`octets` of padding left at once, behind them the sender report with these middle 32 bits of NTP time."""
        self._trains.sent(octets, report, self.estimator.bitrate_bps, now)

    def round_trip(self, rtt_s: float, report: int, now: float) -> bool:
        """A report of the receiver came back this long after ours. False if ours stood behind a train."""
        trips = self._round_trips
        if self._trains.is_behind(report):
            found = self._trains.answered(report, rtt_s - self._usual_s(), now)
            if found is not None:
                self.estimator.measured(found.bitrate_bps, is_bound=found.is_bound)
                self._ceiling.passed(found.bitrate_bps)
                self._ceiling.answered(now, has_waited=False)
                if self._trains.is_confirmed:
                    self.allocator.link_opened()
            return False
        if report == self._last_report:
            # Of another stream, which answers it as well.
            return True
        self._last_report = report
        trips.append((now, rtt_s))
        if self._surely_waiting_s() > HURT_DELAY_S:
            self.estimator.delayed()
        self._ceiling.answered(now, has_waited=rtt_s - self._usual_s() > HURT_DELAY_S)
        return True

    def _waiting_s(self) -> float:
        """What waits in front of the link: how much longer the last round trip took than the quickest of late."""
        if not self._round_trips:
            return 0.0
        return self._round_trips[-1][1] - min(rtt_s for _, rtt_s in self._round_trips)

    def _usual_s(self) -> float:
        """What a round trip takes that meets no queue: not the quickest, where machines or radio are unsteady."""
        trips = sorted(rtt_s for _, rtt_s in list(self._round_trips)[-USUAL_TRIPS:])
        return trips[len(trips) // 4]

    def _surely_waiting_s(self) -> float:
        """By two reports in turn: one may have met a busy machine."""
        return min(rtt_s for _, rtt_s in list(self._round_trips)[-2:]) - self._usual_s()

    def _open(self, tiles: Sequence[Tile], now: float) -> Sequence[Tile]:
        """The tiles, with their least layers only until the link was measured or had time enough to be."""
        if self._opened_at is None and tiles:
            self._opened_at = now
        began_at = now if self._opened_at is None else self._opened_at
        self.is_opening = not self._trains.has_measured and now - began_at < OPENS_S
        return [replace(t, costs=t.costs[:1]) for t in tiles] if self.is_opening else tiles

    @property
    def budget(self) -> Budget:
        """The estimate without what sound needed lately, and a reserve. May be negative."""
        estimate_bps, audio_bps = self.estimator.bitrate_bps, self._audio_peak_bps
        return Budget(
            ESTIMATE_SHARE * estimate_bps - audio_bps - RESERVE_BPS, float(estimate_bps - audio_bps)
        )

    @property
    def chosen(self) -> Mapping[str, LayerChoice | None]:
        """What each tile gets; None: nothing."""
        return self.allocator.chosen

    @property
    def resend_limit_bps(self) -> int:
        """For each picture's retransmissions: more would drown a link that loses because it is full."""
        return self._resend_limit_bps

    def carries_sound_twice(self, now: float, *, is_twice: bool) -> bool:
        """Whether nothing speaks against it, if pictures make room; `is_twice`: lately it was so already.

        It begins only on a link that was just seen to flow: a full one loses less once pictures have stepped down.
        """
        ceiling = self._ceiling
        if is_twice:
            return not ceiling.is_silent(now, SILENCE_S) and ceiling.allows(
                self._audio_peak_bps, now
            )
        return self._is_flowing(now) and ceiling.allows(2 * self._audio_peak_bps, now)

    def _is_flowing(self, now: float) -> bool:
        """Whether nothing waits in front of the link, as far as was just seen."""
        return not self._ceiling.is_waiting(now) and not self._ceiling.is_silent(now, JUST_NOW_S)

    def carries_base_twice(self, now: float) -> bool:
        """Whether there is room left for the base layers of all pictures once more, as of the last update."""
        if self.is_opening or self.allocator.is_limited:
            return False
        twice_bps = self._unpadded_bps + sum(
            tile.cost(LayerChoice(choice.spatial, 0))
            for tile in self._tiles
            if (choice := self.chosen[tile.key]) is not None
        )
        is_in_estimate = twice_bps <= TWICE_SHARE * self.estimator.bitrate_bps
        return is_in_estimate and self._ceiling.allows(twice_bps, now)

    @property
    def _audio_peak_bps(self) -> int:
        """What sound needed lately."""
        return self._audio[0][1] if self._audio else 0

    def update(
        self, tiles: Sequence[Tile], sent: SentRates, video_packets: int, now: float
    ) -> None:
        """Decide. `video_packets` were sent since the last time, without retransmissions.

        `chosen`, `padding_bps` and `train_octets` hold until the next time.
        """
        self._heard(sent.audio_bps, now)
        self._packets.append((now, video_packets))
        self.estimator.update(sent, now)
        self._ceiling.arrived(sent.total_bps * (1 - (self.estimator.loss(now) or 0.0)), now)
        if self._trains.is_lost(now):
            self.estimator.delayed()
        is_simulcast = any(len(tile.costs) > 1 for tile in tiles)
        tiles = self._open(tiles, now)
        loss = self._harm(now)
        video_bps = sent.unpadded_bps - sent.audio_bps
        link = LinkUse(
            video_bps,
            sent.media_bps - sent.audio_bps,
            loss,
            self.estimator.least_loss(now),
            self.estimator.is_whole(now),
            self._is_flowing(now),
        )
        match self.allocator.update(tiles, self.budget, link, now):
            case Verdict.FITTED:
                self.estimator.begin_anew(now)
            case Verdict.LOWERED:
                self.estimator.lower_to(sent.media_bps * (1 - (loss or 0.0)), now)
                self._ceiling.lowered(now)
                self._repeats.clear()
            case Verdict.ALIEN:
                self.estimator.undo_lowering()
                self._ceiling.lowered_in_vain()
            case Verdict.NOTHING:
                pass
        self._maybe_try(tiles, sent, loss, now)
        least_bps = STILLS_UNTIL_BPS if self.carries_stills else STILLS_FROM_BPS
        self.carries_stills = self.estimator.bitrate_bps >= least_bps
        wanted_bps = self._climb.update(
            self.allocator.is_limited,
            self.estimator.bitrate_bps - sent.audio_bps,
            video_bps,
            (loss, self._waiting_s()),
            now,
        )
        self.padding_bps = max(0, int(wanted_bps - video_bps))
        if self._trains.has_measured and self._is_resting(tiles):
            # The trains tell enough, and what is left of the link is for stills.
            self.padding_bps = 0
        self.train_octets = self._trains.due(
            (self.is_opening and is_simulcast) or self.allocator.is_limited,
            self.estimator.bitrate_bps,
            self._surely_waiting_s() if self._round_trips else None,
            now,
        )
        most_bps = min(self.estimator.bitrate_bps, sent.media_bps) - sent.audio_bps
        self._resend_limit_bps = max(LEAST_RESEND_BPS, int(RESEND_SHARE * most_bps))
        is_limited = self.is_opening or self.allocator.is_limited
        self._tiles, self._unpadded_bps = tiles, sent.unpadded_bps
        lacks_nothing = self.allocator.is_best and not is_limited and not self.padding_bps
        is_tested = sent.total_bps >= TESTING_SHARE * self.estimator.bitrate_bps
        is_at_ease = lacks_nothing and not loss and not is_tested
        self.interval_s = AT_EASE_INTERVAL_S if is_at_ease else DECISION_INTERVAL_S

    def _heard(self, audio_bps: int, now: float) -> None:
        audio = self._audio
        while audio and audio[-1][1] <= audio_bps:
            audio.pop()
        audio.append((now, audio_bps))
        while now - audio[0][0] > AUDIO_PEAK_S:
            audio.popleft()

    def _is_resting(self, tiles: Sequence[Tile]) -> bool:
        return bool(tiles) and all(choice is None for choice in self.chosen.values())

    def _maybe_try(
        self, tiles: Sequence[Tile], sent: SentRates, loss: float | None, now: float
    ) -> None:
        """Where all pictures rest and too little is reported for the estimate to grow, the step up is the probe."""
        if not self._is_resting(tiles) or (loss is not None and loss > HIGH_LOSS):
            self._rests_since = now
        elif now - self._rests_since >= self.allocator.wait_s / 2:
            self._rests_since = now
            first = max(tiles, key=lambda tile: tile.priority)
            least_bps = first.cost(first.choices()[0])
            self.estimator.suppose(sent.audio_bps + TRY_SHARE * least_bps + RESERVE_BPS)

    def _harm(self, now: float) -> float | None:
        """The loss, or as much where answers to NACKs are lost as often.

        Over a link with room to spare for the best of every picture, what may be chance does not hurt.
        """
        loss = self.estimator.loss(now)
        is_wide = not self.allocator.is_limited
        if loss is not None and is_wide and loss > HIGH_LOSS >= self.estimator.least_loss(now):
            loss = HIGH_LOSS
        repeats = _recent(self._repeats, now)
        packets = _recent(self._packets, now)
        if repeats > REPEAT_SHARE * packets and packets:
            return max(loss or 0.0, min(1.0, repeats / packets * 1.25))
        return loss


def _recent(counted: deque[tuple[float, int]], now: float) -> int:
    while counted and now - counted[0][0] > REPEAT_WINDOW_S:
        counted.popleft()
    return sum(count for _, count in counted)
