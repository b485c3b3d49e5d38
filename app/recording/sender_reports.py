"""Which sender reports are worth keeping: the first ones, then the quickest of each 30 s."""

from collections.abc import Iterator

from app.media.wire.rtp import timestamp_delta
from app.recording.sidecar import SenderReportRecord

EARLY_REPORTS = 4
WINDOW_NS = 30_000_000_000
_MAX_PENDING = 8


class SenderReportSelection:
    """Thins the reports of one SSRC to what the sidecar needs; time is an argument."""

    def __init__(self) -> None:
        self._pending: list[tuple[int, int, int]] = []
        self._seen = 0
        self._best: tuple[int, int, int] | None = None
        self._best_delay = 0
        self._window_ends_ns = 0
        self._last_timestamp: int | None = None
        self._elapsed = 0

    def add(self, ntp: int, rtp_timestamp: int, arrival_ns: int) -> None:
        """Take a report; `ntp` is the 64-bit timestamp, `rtp_timestamp` 32 bits."""
        self._seen += 1
        report = (ntp, rtp_timestamp, arrival_ns)
        if self._seen <= EARLY_REPORTS:
            self._pending.append(report)
            del self._pending[:-_MAX_PENDING]
            return
        delay = arrival_ns - ntp_to_ns(ntp)
        if self._best is None or delay < self._best_delay:
            self._best, self._best_delay = report, delay
        if not self._window_ends_ns:
            self._window_ends_ns = arrival_ns + WINDOW_NS

    def take(self, now_ns: int, rtp_base: int) -> Iterator[SenderReportRecord]:
        """The reports to write by `now_ns`, placed relative to the epoch's first timestamp."""
        if self._best is not None and now_ns >= self._window_ends_ns:
            self._pending.append(self._best)
            self._best, self._window_ends_ns = None, 0
        pending, self._pending = self._pending, []
        for ntp, rtp_timestamp, arrival_ns in pending:
            if self._last_timestamp is None:
                self._elapsed = timestamp_delta(rtp_timestamp, rtp_base)
            else:
                self._elapsed += timestamp_delta(rtp_timestamp, self._last_timestamp)
            self._last_timestamp = rtp_timestamp
            yield SenderReportRecord(ntp, self._elapsed, arrival_ns)


def ntp_to_ns(ntp: int) -> int:
    """Nanoseconds since 1900 of a 64-bit NTP timestamp, RFC 3550 §4."""
    return ntp * 1_000_000_000 >> 32
