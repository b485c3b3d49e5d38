"""Places epochs on one clock: the server's monotonic one, in which packets arrived.

A sender report pairs RTP time with the *sender's own* wall clock, which may be seconds or hours off
(RFC 3550 §6.4.1). So it is used only between the tracks of one participant; what leads from that
clock to ours is one offset per participant, a low percentile of arrival minus sender time: the
quickest packets were delayed least. Reports that contradict the arrival of the media are ignored.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.recording.sender_reports import ntp_to_ns
from app.recording.sidecar import DelayRecord, SegmentHeader, SenderReportRecord
from app.recording.telemetry import EpochTelemetry

LOW_PERCENTILE = 0.1
MAX_DISAGREEMENT_NS = 1_000_000_000
"""Between what the reports and what the arrivals say; beyond it the reports are wrong (phones, after a call)."""
MAX_CLOCK_STEP_NS = 250_000_000
"""An epoch this far from its participant's offset saw the sender's clock being set: it gets its own."""
MIN_SLOPE_SPAN_NS = 60_000_000_000
MAX_SLOPE_ERROR = 500e-6


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an epoch lies on the monotonic clock."""

    start_mono_ns: int
    """When its first frame was captured, as far as that can be known from here."""
    time_scale: float
    """Seconds that pass per second of the epoch's RTP clock: the drift between sound card and clock."""
    by: str
    """`reports` or `arrival`."""


@dataclass(frozen=True, slots=True)
class _SenderClock:
    """sender time in ns = origin_ns + elapsed ticks * ns_per_tick."""

    origin_ns: int
    ns_per_tick: float

    def at(self, ticks: int) -> int:
        return self.origin_ns + round(ticks * self.ns_per_tick)


def place(epochs: Sequence[EpochTelemetry]) -> list[Placement]:
    """A placement for each epoch, in the same order."""
    arrivals = [_arrival_start_ns(epoch) for epoch in epochs]
    clocks = [_sender_clock(e, start) for e, start in zip(epochs, arrivals, strict=True)]
    samples: dict[tuple[str, str], list[int]] = defaultdict(list)
    own: list[list[int]] = []
    for epoch, clock in zip(epochs, clocks, strict=True):
        own.append(_offset_samples(epoch, clock) if clock else [])
        samples[_sender(epoch)] += own[-1]
    placements = []
    for epoch, clock, arrival_ns, mine in zip(epochs, clocks, arrivals, own, strict=True):
        placements.append(_place_one(clock, arrival_ns, mine, samples[_sender(epoch)], epoch))
    return placements


def _place_one(
    clock: _SenderClock | None,
    arrival_ns: int,
    mine: list[int],
    participants: list[int],
    epoch: EpochTelemetry,
) -> Placement:
    if clock is None:
        return Placement(arrival_ns, 1.0, "arrival")
    offset_ns, own_offset_ns = low_percentile(participants), low_percentile(mine)
    if abs(own_offset_ns - offset_ns) > MAX_CLOCK_STEP_NS:
        offset_ns = own_offset_ns
    start_ns = clock.origin_ns + offset_ns
    if abs(start_ns - arrival_ns) > MAX_DISAGREEMENT_NS:
        return Placement(arrival_ns, 1.0, "arrival")
    scale = clock.ns_per_tick * epoch.header.clock_rate_hz / 1e9
    return Placement(start_ns, scale, "reports")


def low_percentile(values: Sequence[int]) -> int:
    """The value that a tenth of `values` lies at or below."""
    return sorted(values)[int(LOW_PERCENTILE * (len(values) - 1))]


def _sender(epoch: EpochTelemetry) -> tuple[str, str]:
    return epoch.participant_id, epoch.header.boot_id


def _arrivals(epoch: EpochTelemetry) -> list[tuple[int, int]]:
    """(elapsed ticks, arrival) of packets that were quick, at least each segment's first."""
    marks: list[SegmentHeader | DelayRecord] = [s.header for s in epoch.segments]
    marks += epoch.delays
    return [(mark.rtp, mark.mono) for mark in marks]


def _arrival_start_ns(epoch: EpochTelemetry) -> int:
    rate = epoch.header.clock_rate_hz
    return low_percentile([mono - rtp * 10**9 // rate for rtp, mono in _arrivals(epoch)])


def _offset_samples(epoch: EpochTelemetry, clock: _SenderClock) -> list[int]:
    pairs = [(r.rtp, r.mono) for r in epoch.reports] + _arrivals(epoch)
    return [mono - clock.at(rtp) for rtp, mono in pairs]


def _sender_clock(epoch: EpochTelemetry, arrival_start_ns: int) -> _SenderClock | None:
    """The sender's clock over this epoch, or None without a believable report."""
    rate = epoch.header.clock_rate_hz
    nominal = 1e9 / rate
    believable = [
        r
        for r in epoch.reports
        if abs(r.mono - round(r.rtp * nominal) - arrival_start_ns) <= MAX_DISAGREEMENT_NS
    ]
    if not believable:
        return None
    slope = _slope(believable, nominal)
    origins = sorted(ntp_to_ns(r.ntp) - round(r.rtp * slope) for r in believable)
    return _SenderClock(origins[len(origins) // 2], slope)


def _slope(reports: Sequence[SenderReportRecord], nominal: float) -> float:
    """Least-squares ns per tick; nominal if the reports span too little or say something impossible."""
    ticks = [r.rtp for r in reports]
    if (max(ticks) - min(ticks)) * nominal < MIN_SLOPE_SPAN_NS:
        return nominal
    base = ntp_to_ns(reports[0].ntp)
    times = [ntp_to_ns(r.ntp) - base for r in reports]
    mean_ticks, mean_time = sum(ticks) / len(ticks), sum(times) / len(times)
    spread = sum((t - mean_ticks) ** 2 for t in ticks)
    together = sum((t - mean_ticks) * (n - mean_time) for t, n in zip(ticks, times, strict=True))
    slope = together / spread
    return slope if abs(slope / nominal - 1) <= MAX_SLOPE_ERROR else nominal
