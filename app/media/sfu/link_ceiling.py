"""How much a link carries, as far as it was seen to be full. Pure, time is an argument.

An estimate tells less of a narrow link: it is low as well where little was sent, or where packets are lost by chance.
A link that is full shows it: our reports wait in front of it or do not come through at all, or what it loses becomes
less when less is sent.
"""

from collections import deque

MEMORY_S = 60.0
"""Links change: what was seen so long ago is worth another try."""
LATELY_S = 3.0
"""A report that waited tells of what was sent up to so long before."""
CALM_S = 4.0
"""After such a report, until what is lost is not the full link's any more."""
MARGIN = 1.1
"""What is measured as arrived may still have waited in part."""


class LinkCeiling:
    """The most that came through while the link was full; infinite as long as it was not."""

    def __init__(self) -> None:
        self._bitrate_bps = float("inf")
        self._seen_at = self._waited_at = float("-inf")
        self._answered_at: float | None = None
        self._has_waited = False
        self._is_by_loss = False
        self._arrived: deque[tuple[float, float]] = deque()

    # -- what is seen

    def arrived(self, bitrate_bps: float, now: float) -> None:
        """So much came through over the last second. Call with every decision."""
        arrived = self._arrived
        arrived.append((now, bitrate_bps))
        while now - arrived[0][0] > LATELY_S:
            arrived.popleft()
        if not self.is_waiting(now):
            self.passed(min(bps for _, bps in arrived))

    def answered(self, now: float, *, has_waited: bool) -> None:
        """A report of ours was answered; `has_waited`: it stood in front of the link with others.

        One may have met a busy machine: two in turn tell that the link is full.
        """
        self._answered_at = now
        if has_waited:
            self._waited_at = now
            if self._has_waited:
                self._full(now, is_by_loss=False)
        self._has_waited = has_waited

    def lowered(self, now: float) -> None:
        """So much was lost that less is sent from now on."""
        self._full(now, is_by_loss=True)

    def lowered_in_vain(self) -> None:
        """As much is lost as before: by chance, and not because the link is full."""
        if self._is_by_loss:
            self._bitrate_bps = float("inf")

    def passed(self, bitrate_bps: float) -> None:
        """So much passed and did not wait."""
        self._bitrate_bps = max(self._bitrate_bps, bitrate_bps)

    def _full(self, now: float, *, is_by_loss: bool) -> None:
        if self._arrived:
            self._bitrate_bps = max(bps for _, bps in self._arrived)
            self._seen_at, self._is_by_loss = now, is_by_loss

    # -- what follows

    def is_waiting(self, now: float) -> bool:
        """Whether packets may have waited until a moment ago."""
        return now - self._waited_at < CALM_S

    def is_silent(self, now: float, seconds: float) -> bool:
        """Whether nothing of ours was answered for so long, by a receiver that does answer."""
        return self._answered_at is not None and now - self._answered_at > seconds

    def allows(self, bitrate_bps: float, now: float) -> bool:
        """Whether nothing that was seen speaks against sending so much in all."""
        if now - self._seen_at > MEMORY_S:
            self._bitrate_bps = float("inf")
        return bitrate_bps * MARGIN <= self._bitrate_bps
