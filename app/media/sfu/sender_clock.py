"""A publisher's clock beside ours."""

CLOCK_JUMP_S = 2.0


class SenderClock:
    """The offset between a publisher's NTP clock and ours: one for all its tracks, for lip sync."""

    __slots__ = ("_offset_s",)

    def __init__(self) -> None:
        self._offset_s: float | None = None

    def observe(self, ntp_s: float, arrival: float) -> None:
        """A sender report of time `ntp_s` arrived. The quickest report is the truest."""
        offset = arrival - ntp_s
        current = self._offset_s
        if current is None or offset < current or offset - current > CLOCK_JUMP_S:
            self._offset_s = offset

    def to_steady(self, ntp_s: float) -> float:
        """`ntp_s` on our monotonic clock."""
        return ntp_s + (self._offset_s or 0.0)
