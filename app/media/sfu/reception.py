"""What a receiver of RTP keeps about one source: RFC 3550 §6.4.1, appendices A.1, A.3 and A.8."""

from collections.abc import Iterable

from app.media.wire.rtcp import ReportBlock

MAX_DROPOUT = 3_000
"""A jump forward of more packets than this is a new sequence (RFC 3550 A.1)."""


class Reception:
    """Sequence numbers, loss and jitter of one SSRC."""

    __slots__ = (
        "_base",
        "_clock_rate_hz",
        "_expected_prior",
        "_jitter",
        "_last_sr",
        "_last_sr_arrival",
        "_received_prior",
        "_transit",
        "expected",
        "fraction_lost",
        "highest",
        "packets_rebuilt",
        "packets_received",
        "packets_recovered",
        "ssrc",
    )

    def __init__(self, ssrc: int, clock_rate_hz: int) -> None:
        self.ssrc = ssrc
        self.highest = -1
        """Highest extended sequence number, -1 before the first packet."""
        self.packets_received = 0
        self.packets_recovered = 0
        """Of those, the ones that came only when they were asked for again."""
        self.packets_rebuilt = 0
        """Lost, and made again from redundant audio."""
        self.fraction_lost = 0.0
        """Share of packets lost between the last two reports, 0..1."""
        self.expected = 0
        """How many packets that share is of."""
        self._clock_rate_hz = clock_rate_hz
        self._base = 0
        self._expected_prior = 0
        self._received_prior = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._last_sr = 0
        self._last_sr_arrival = 0.0

    def index_of(self, sequence_number: int) -> int:
        """The extended sequence number nearest to the highest one seen.

        The first one starts a cycle in, so that late packets from before it stay positive.
        """
        highest = self.highest
        if highest < 0:
            return sequence_number + 0x10000
        return highest + ((sequence_number - highest + 0x8000) & 0xFFFF) - 0x8000

    def received(self, index: int) -> None:
        """Count a packet that is not a duplicate."""
        if self.highest < 0:
            self._base = index
        self.packets_received += 1
        if index > self.highest:
            self.highest = index

    def rebuilt(self) -> None:
        """The packet counted last did not come over the link: to the sender it stays lost."""
        self.packets_received -= 1
        self.packets_rebuilt += 1

    def restarted(self, sequence_number: int, distance: int) -> int:
        """The source began again: the index of its packet, over `distance` beyond all others."""
        floor = self.highest + distance + 1
        index = floor + ((sequence_number - floor) & 0xFFFF)
        self._base = index - self.packets_received
        self._expected_prior = self._received_prior = self.packets_received
        self._transit = None
        self.highest = index - 1
        return index

    def timed(self, rtp_timestamp: int, now: float) -> None:
        """Update the jitter with a packet that came in order (RFC 3550 A.8)."""
        transit = now * self._clock_rate_hz - rtp_timestamp
        previous, self._transit = self._transit, transit
        if previous is not None:
            change = abs(transit - previous)
            # A wrapped timestamp, or a clock that jumped, is no jitter.
            if change < self._clock_rate_hz * 10:
                self._jitter += (change - self._jitter) / 16

    def sender_report(self, ntp_timestamp: int, now: float) -> None:
        self._last_sr = (ntp_timestamp >> 16) & 0xFFFFFFFF
        self._last_sr_arrival = now

    @property
    def packets_expected(self) -> int:
        """By the sequence numbers seen so far."""
        return self.highest - self._base + 1 if self.highest >= 0 else 0

    @property
    def jitter_s(self) -> float:
        return self._jitter / self._clock_rate_hz

    def report(self, now: float) -> ReportBlock:
        """The report block for the time since the last call; updates `fraction_lost`."""
        expected = self.packets_expected
        expected_now = expected - self._expected_prior
        lost_now = expected_now - (self.packets_received - self._received_prior)
        self._expected_prior = expected
        self._received_prior = self.packets_received
        self.expected = max(0, expected_now)
        self.fraction_lost = max(0.0, lost_now / expected_now) if expected_now > 0 else 0.0
        delay = int((now - self._last_sr_arrival) * 65_536) if self._last_sr else 0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(self.fraction_lost * 256)),
            packets_lost=expected - self.packets_received,
            highest_sequence_number=max(0, self.highest - 0x10000) & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            last_sr=self._last_sr,
            delay_since_last_sr=min(delay, 0xFFFFFFFF),
        )


def mean_fraction_lost(receptions: Iterable[Reception]) -> float:
    """Share of packets lost between the last two reports over several sources, 0..1."""
    expected = lost = 0.0
    for reception in receptions:
        expected += reception.expected
        lost += reception.fraction_lost * reception.expected
    return lost / expected if expected else 0.0
