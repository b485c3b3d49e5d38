"""Places epochs on one clock: the server's monotonic one, in which packets arrived.

A sender report pairs RTP time with the *sender's own* wall clock, which may be seconds or hours off
(RFC 3550 §6.4.1). So it is used only between the tracks of one participant; what leads from that
clock to ours is one line per participant along the lowest values of arrival minus sender time: the
quickest packets were delayed least, and over a long lesson the slope is the drift between the two
machines (50 ppm are 0.2 s in an hour). Reports that contradict the arrival of the media are ignored.
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
MIN_DRIFT_SPAN_NS = 600_000_000_000
"""Shorter than this, jitter would pass for drift."""
DRIFT_WINDOW_NS = 120_000_000_000
MAX_SLOPE_ERROR = 500e-6


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an epoch lies on the monotonic clock."""

    start_mono_ns: int
    """When its first frame was captured, as far as that can be known from here."""
    time_scale: float
    """Seconds of ours that pass per second of the epoch's RTP clock: the drift between the two."""
    by: str
    """`reports` or `arrival`."""


@dataclass(frozen=True, slots=True)
class _SenderClock:
    """sender time in ns = origin_ns + elapsed ticks * ns_per_tick."""

    origin_ns: int
    ns_per_tick: float

    def at(self, ticks: int) -> int:
        return self.origin_ns + round(ticks * self.ns_per_tick)


@dataclass(frozen=True, slots=True)
class _Line:
    """Our clock minus a sender's: `base_ns` when the sender's read `origin_ns`, changing by `slope`."""

    origin_ns: int
    base_ns: int
    slope: float

    def at(self, sender_ns: int) -> int:
        return self.base_ns + round((sender_ns - self.origin_ns) * self.slope)


_Samples = list[tuple[int, int]]
"""(sender time, arrival minus sender time), nanoseconds."""


def place(epochs: Sequence[EpochTelemetry]) -> list[Placement]:
    """A placement for each epoch, in the same order."""
    by_arrival = [_lower_line(_media_samples(epoch)) for epoch in epochs]
    clocks = [_sender_clock(e, line) for e, line in zip(epochs, by_arrival, strict=True)]
    samples: dict[tuple[str, str], _Samples] = defaultdict(list)
    own: list[_Samples] = []
    for epoch, clock in zip(epochs, clocks, strict=True):
        own.append(_clock_samples(epoch, clock) if clock else [])
        samples[_sender(epoch)] += own[-1]
    lines = {sender: _lower_line(of_sender) for sender, of_sender in samples.items() if of_sender}
    placements = []
    for epoch, clock, arrival, mine in zip(epochs, clocks, by_arrival, own, strict=True):
        placement = Placement(arrival.at(0), 1.0 + arrival.slope, "arrival")
        if clock is not None:
            by_reports = _by_reports(epoch, clock, lines[_sender(epoch)], mine)
            apart_ns = abs(by_reports.start_mono_ns - placement.start_mono_ns)
            if apart_ns <= MAX_DISAGREEMENT_NS:
                placement = by_reports
        placements.append(placement)
    return placements


def _by_reports(
    epoch: EpochTelemetry, clock: _SenderClock, line: _Line, mine: _Samples
) -> Placement:
    start_ns = clock.origin_ns + line.at(clock.origin_ns)
    step_ns = low_percentile([offset - line.at(at) for at, offset in mine])
    if abs(step_ns) > MAX_CLOCK_STEP_NS:
        start_ns += step_ns
    scale = clock.ns_per_tick * epoch.header.clock_rate_hz / 1e9
    return Placement(start_ns, scale * (1.0 + line.slope), "reports")


def _lower_line(samples: _Samples) -> _Line:
    """Along the low percentiles of a few minutes each; level if there are too few of them."""
    origin_ns = min(at for at, _ in samples)
    slope = 0.0
    if max(at for at, _ in samples) - origin_ns >= MIN_DRIFT_SPAN_NS:
        windows: dict[int, _Samples] = defaultdict(list)
        for at, offset in samples:
            windows[(at - origin_ns) // DRIFT_WINDOW_NS].append((at, offset))
        points = [
            (sum(at for at, _ in w) / len(w) - origin_ns, low_percentile([y for _, y in w]))
            for w in windows.values()
        ]
        slope = _regression([x for x, _ in points], [y - points[0][1] for _, y in points])
        slope = slope if abs(slope) <= MAX_SLOPE_ERROR else 0.0
    level = [offset - round((at - origin_ns) * slope) for at, offset in samples]
    return _Line(origin_ns, low_percentile(level), slope)


def low_percentile(values: Sequence[int]) -> int:
    """The value that a tenth of `values` lies at or below."""
    return sorted(values)[int(LOW_PERCENTILE * (len(values) - 1))]


def _regression(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Least-squares slope; 0 if all `xs` are the same."""
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if not spread:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def _sender(epoch: EpochTelemetry) -> tuple[str, str]:
    return epoch.participant_id, epoch.header.boot_id


def _arrivals(epoch: EpochTelemetry) -> list[tuple[int, int]]:
    """(elapsed ticks, arrival) of packets that were quick, at least each segment's first."""
    marks: list[SegmentHeader | DelayRecord] = [s.header for s in epoch.segments]
    marks += epoch.delays
    return [(mark.rtp, mark.mono) for mark in marks]


def _media_samples(epoch: EpochTelemetry) -> _Samples:
    rate = epoch.header.clock_rate_hz
    return [
        (at_ns, mono - at_ns) for rtp, mono in _arrivals(epoch) for at_ns in (rtp * 10**9 // rate,)
    ]


def _clock_samples(epoch: EpochTelemetry, clock: _SenderClock) -> _Samples:
    pairs = [(r.rtp, r.mono) for r in epoch.reports if _is_believable(r, clock)]
    return [(clock.at(rtp), mono - clock.at(rtp)) for rtp, mono in pairs + _arrivals(epoch)]


def _is_believable(report: SenderReportRecord, clock: _SenderClock) -> bool:
    return abs(ntp_to_ns(report.ntp) - clock.at(report.rtp)) <= MAX_CLOCK_STEP_NS


def _sender_clock(epoch: EpochTelemetry, arrival: _Line) -> _SenderClock | None:
    """The sender's clock over this epoch, or None without a believable report."""
    nominal = 1e9 / epoch.header.clock_rate_hz
    believable = []
    for report in epoch.reports:
        media_ns = round(report.rtp * nominal)
        if abs(report.mono - media_ns - arrival.at(media_ns)) <= MAX_DISAGREEMENT_NS:
            believable.append(report)
    if not believable:
        return None
    slope = _slope(believable, nominal)
    origins = sorted(ntp_to_ns(r.ntp) - round(r.rtp * slope) for r in believable)
    return _SenderClock(origins[len(origins) // 2], slope)


def _slope(reports: Sequence[SenderReportRecord], nominal: float) -> float:
    """Least-squares ns per tick; nominal if the reports span too little or say something impossible."""
    ticks = [float(r.rtp) for r in reports]
    if (max(ticks) - min(ticks)) * nominal < MIN_SLOPE_SPAN_NS:
        return nominal
    base = ntp_to_ns(reports[0].ntp)
    slope = _regression(ticks, [float(ntp_to_ns(r.ntp) - base) for r in reports])
    return slope if abs(slope / nominal - 1) <= MAX_SLOPE_ERROR else nominal
