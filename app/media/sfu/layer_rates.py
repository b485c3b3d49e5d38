"""What a layer costs, by temporal layer."""

WINDOW_S = 0.5
TEMPORAL_LAYERS = 4
"""VP8's temporal id has two bits."""


class LayerRates:
    """Bitrates of one received stream over its last two windows of half a second."""

    __slots__ = ("_bytes", "_previous", "_since", "_started_at", "cumulative_bps")

    def __init__(self) -> None:
        self.cumulative_bps: tuple[int, ...] = (0,)
        """Entry `t`: everything up to temporal layer `t`; one entry if there are no others."""
        self._bytes = [0] * TEMPORAL_LAYERS
        self._previous = [0] * TEMPORAL_LAYERS
        self._started_at: float | None = None
        """Of the window before this one."""
        self._since: float | None = None

    def received(self, size_bytes: int, temporal_id: int) -> None:
        """Count a packet."""
        self._bytes[temporal_id] += size_bytes

    def update(self, now: float) -> None:
        """Close the window if it is over; call every 20 ms or so."""
        since = self._since
        if since is None:
            self._since = self._started_at = now
            return
        if now - since < WINDOW_S:
            return
        assert self._started_at is not None
        elapsed_s = now - self._started_at
        totals, total = [], 0
        for previous, current in zip(self._previous, self._bytes, strict=True):
            total += previous + current
            totals.append(int(total * 8 / elapsed_s))
        while len(totals) > 1 and totals[-1] == totals[-2]:
            totals.pop()
        self.cumulative_bps = tuple(totals)
        self._started_at, self._since = since, now
        self._previous, self._bytes = self._bytes, [0] * TEMPORAL_LAYERS
