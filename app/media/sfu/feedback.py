"""Rates and pauses decided from loss: pure, time is an argument."""

from collections import deque
from enum import Enum

HIGH_LOSS = 0.10
LOW_LOSS = 0.02
UPLINK_FLOOR_BPS = 50_000
UPLINK_GROWTH = 1.08
"""Per second; what browsers' own receivers grow by."""

LOSS_WINDOW_S = 2.0
MIN_WINDOW_PACKETS = 20
FIRST_PROBE_AFTER_S = 5.0
LAST_PROBE_AFTER_S = 60.0
PROVEN_AFTER_S = 20.0
"""A resumed video that went well for this long is forgiven its pauses."""


class UplinkRate:
    """The REMB for one publisher: its cap, lowered by what its own link loses."""

    __slots__ = ("_bitrate_bps",)

    def __init__(self) -> None:
        self._bitrate_bps = float("inf")

    def update(self, fraction_lost: float, cap_bps: int) -> int:
        """Once a second, with the share of video packets lost in it; bits per second to allow."""
        rate = min(self._bitrate_bps, float(cap_bps))
        if fraction_lost > HIGH_LOSS:
            rate *= 1 - fraction_lost / 2
        elif fraction_lost < LOW_LOSS:
            rate *= UPLINK_GROWTH
        self._bitrate_bps = min(max(rate, UPLINK_FLOOR_BPS), float(cap_bps))
        return int(self._bitrate_bps)


class _State(Enum):
    FLOWING = "flowing"
    PAUSED = "paused"
    PROBING = "probing"


class LossPause:
    """Whether a subscriber's video rests: over 10 % loss for 2 s; tried again after a wait.

    The wait doubles with each probe that fails, from 5 s to 60 s. Sound is never paused.
    """

    def __init__(self) -> None:
        self._state = _State.FLOWING
        self._reports: deque[tuple[float, int, int]] = deque(maxlen=512)
        self._high_since: float | None = None
        self._changed_at = 0.0
        self._wait_s = FIRST_PROBE_AFTER_S

    @property
    def is_paused(self) -> bool:
        return self._state is _State.PAUSED

    def report(self, expected: int, lost: int, now: float) -> None:
        """The receiver said it lost `lost` of `expected` packets since it last spoke."""
        if expected > 0:
            self._reports.append((now, expected, lost))

    def loss(self, now: float) -> float | None:
        """Share lost in the last 2 s; None if too little was reported to tell."""
        while self._reports and now - self._reports[0][0] > LOSS_WINDOW_S:
            self._reports.popleft()
        expected = sum(entry[1] for entry in self._reports)
        if expected < MIN_WINDOW_PACKETS:
            return None
        return sum(entry[2] for entry in self._reports) / expected

    def update(self, now: float) -> bool:
        """Decide; call some times a second. True if `is_paused` changed."""
        loss = self.loss(now)
        match self._state:
            case _State.PAUSED:
                return self._maybe_resume(loss, now)
            case _State.FLOWING | _State.PROBING:
                return self._maybe_pause(loss, now)

    def _maybe_pause(self, loss: float | None, now: float) -> bool:
        if loss is None or loss <= HIGH_LOSS:
            # No news is no proof: a link that swallows the reports as well stays suspect.
            if loss is not None:
                self._high_since = None
                if self._state is _State.PROBING and now - self._changed_at > PROVEN_AFTER_S:
                    self._state = _State.FLOWING
                    self._wait_s = FIRST_PROBE_AFTER_S
            return False
        if self._high_since is None:
            self._high_since = now
        if now - self._high_since < LOSS_WINDOW_S:
            return False
        if self._state is _State.PROBING:
            self._wait_s = min(self._wait_s * 2, LAST_PROBE_AFTER_S)
        self._state = _State.PAUSED
        self._high_since = None
        self._changed_at = now
        self._reports.clear()
        return True

    def _maybe_resume(self, loss: float | None, now: float) -> bool:
        # What is still reported is sound: while that suffers, a probe cannot go well.
        if loss is not None and loss > HIGH_LOSS:
            self._changed_at = max(self._changed_at, now - self._wait_s / 2)
            return False
        if now - self._changed_at < self._wait_s:
            return False
        self._state = _State.PROBING
        self._changed_at = now
        self._reports.clear()
        return True
