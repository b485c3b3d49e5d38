"""What a layer costs, by temporal layer."""

WINDOW_S = 0.5
TEMPORAL_LAYERS = 4
"""VP8's temporal id has two bits."""
RISE, FALL = 0.5, 0.2
"""How much of the last measurement counts: a picture that begins to move soon costs what it costs."""


class LayerRates:
    """Bitrates of one received stream over its last two windows of half a second."""

    __slots__ = ("_bytes", "_previous", "_since", "_started_at", "cumulative_bps", "typical_bps")

    def __init__(self) -> None:
        self.cumulative_bps: tuple[int, ...] = (0,)
        """Entry `t`: everything up to temporal layer `t`; one entry if there are no others."""
        self.typical_bps: tuple[int, ...] = ()
        """The same, evened out, and kept while the layer is off; empty before its first second."""
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
        if totals[-1]:
            self._even_out(totals)
        self._started_at, self._since = since, now
        self._previous, self._bytes = self._bytes, [0] * TEMPORAL_LAYERS

    def _even_out(self, totals: list[int]) -> None:
        before = self.typical_bps
        count = max(len(before), len(totals))
        new = [totals[min(t, len(totals) - 1)] for t in range(count)]
        old = [before[min(t, len(before) - 1)] for t in range(count)] if before else new
        self.typical_bps = tuple(
            int(b + (n - b) * (RISE if n > b else FALL)) for b, n in zip(old, new, strict=True)
        )
