"""A link in one word, from what both ends report: pure, time is an argument."""

from dataclasses import dataclass

from app.media.port import LinkQuality, PauseReason

WORSE_AFTER_S = 3.0
BETTER_AFTER_S = 8.0
SILENT_IS_LOST_S = 8.0
"""Even a link without media carries connectivity checks, every 2.5 s to 6 s."""
FAIR_LOSS, POOR_LOSS = 0.03, 0.10
FAIR_RTT_S, POOR_RTT_S = 0.4, 0.8
EASE = 0.7
"""A link is called better only below this share of what made it worse."""

_ORDER: tuple[LinkQuality, ...] = ("good", "fair", "poor", "lost")


@dataclass(frozen=True, slots=True)
class LinkReading:
    """What is known of a link at one moment. Loss: shares of packets, 0..1, before repair; None: too few to tell."""

    is_connected: bool
    """Some connection of the participant stands."""
    is_broken: bool = False
    """Some other one had stood and does not any more."""
    loss_up: float | None = None
    loss_down: float | None = None
    rtt_s: float | None = None
    pause: PauseReason | None = None
    """Why some video is held back; `loss` if both are true."""
    silent_s: float = 0.0
    """Since anything authenticated was heard."""


def classify(reading: LinkReading, *, ease: float = 1.0) -> LinkQuality:
    """The word for one reading; `ease` scales the thresholds of loss and round trip."""
    if not reading.is_connected or reading.silent_s >= SILENT_IS_LOST_S:
        return "lost"
    loss = max(reading.loss_up or 0.0, reading.loss_down or 0.0)
    rtt_s = reading.rtt_s or 0.0
    if reading.is_broken or reading.pause == "loss":
        return "poor"
    if loss > POOR_LOSS * ease or rtt_s > POOR_RTT_S * ease:
        return "poor"
    # Too narrow for every picture, or only not proven wider yet: that alone is not poor.
    if reading.pause or loss > FAIR_LOSS * ease or rtt_s > FAIR_RTT_S * ease:
        return "fair"
    return "good"


class QualityMeter:
    """The word that is told: a worse one when it has lasted 3 s, a better one after 8 s.

    So a link that flaps changes its word at most twice in 11 s, whatever it does.
    """

    def __init__(self) -> None:
        self.quality: LinkQuality | None = None
        """None: never connected so far."""
        self._candidate: LinkQuality | None = None
        self._since = 0.0

    def update(self, reading: LinkReading, now: float) -> bool:
        """Take a reading, some seconds after the last one. True if `quality` changed."""
        if self.quality is None:
            if reading.is_connected:
                self.quality = classify(reading)
            return reading.is_connected
        candidate = self._next(reading, self.quality)
        if candidate == self.quality:
            self._candidate = None
            return False
        is_worse = _ORDER.index(candidate) > _ORDER.index(self.quality)
        if self._candidate is None or is_worse is not self._was_worse(self.quality):
            self._since = now
        self._candidate = candidate
        if now - self._since < self._patience_s(is_worse):
            return False
        self.quality, self._candidate = candidate, None
        return True

    @staticmethod
    def _next(reading: LinkReading, quality: LinkQuality) -> LinkQuality:
        plain = classify(reading)
        if _ORDER.index(plain) >= _ORDER.index(quality):
            return plain
        # Better: but by how much, only the stricter thresholds say.
        eased = classify(reading, ease=EASE)
        return min(eased, quality, key=_ORDER.index)

    def _was_worse(self, quality: LinkQuality) -> bool:
        assert self._candidate is not None
        return _ORDER.index(self._candidate) > _ORDER.index(quality)

    def _patience_s(self, is_worse: bool) -> float:
        # Who comes back from nowhere need not prove it for long.
        return WORSE_AFTER_S if is_worse or self.quality == "lost" else BETTER_AFTER_S
