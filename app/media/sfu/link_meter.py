"""One participant's link measured over all its connections, past and present."""

from app.media.port import LinkQuality, LinkSample, PauseReason
from app.media.sfu.counter_sum import CounterSum
from app.media.sfu.participant import Participant
from app.media.sfu.quality import LinkReading, QualityMeter
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState

IP_UDP_HEADER_BYTES = 28
"""IPv4 (20) and UDP (8); with sound alone they are a quarter of what a link carries."""
FEWEST_PACKETS = 20
_BROKEN = (TransportState.DISCONNECTED, TransportState.FAILED)


class LinkMeter:
    """Outlives the participant's connections, and the participant; `measure` it every 2 s."""

    def __init__(self, now: float) -> None:
        self.bytes_sent = 0
        """To the participant, in IP packets with media, since the first measurement."""
        self.bytes_received = 0
        self.told_at = float("-inf")
        self._quality = QualityMeter()
        self._transports = CounterSum(
            "bytes_sent", "packets_sent", "bytes_received", "packets_received"
        )
        self._uplink = CounterSum("packets_expected", "packets_received", "packets_recovered")
        self._downlink = CounterSum("packets_reported", "packets_reported_lost")
        self._up: tuple[int, ...] = (0, 0, 0)
        self._down: tuple[int, ...] = (0, 0)
        self._measured_at = now

    @property
    def quality(self) -> LinkQuality | None:
        return self._quality.quality

    def measure(
        self, participant: Participant | None, now: float
    ) -> tuple[LinkSample, bool] | None:
        """The time since the last measurement, and whether the quality changed. None: never connected so far."""
        transports = transports_of(participant) if participant is not None else []
        elapsed_s = max(now - self._measured_at, 0.001)
        self._measured_at = now
        up_bytes, down_bytes = self._count_bytes(transports)
        reading = LinkReading(
            is_connected=any(one.state is TransportState.CONNECTED for one in transports),
            is_broken=any(one.state in _BROKEN for one in transports),
            loss_up=self._loss_up(participant),
            loss_down=self._loss_down(participant),
            rtt_s=_round_trip_s(participant),
            pause=_pause(participant),
            silent_s=min((one.silent_s(now) for one in transports), default=0.0),
        )
        is_changed = self._quality.update(reading, now)
        if self._quality.quality is None:
            return None
        sample = LinkSample(
            quality=self._quality.quality,
            loss_up=round(reading.loss_up or 0.0, 3),
            loss_down=round(reading.loss_down or 0.0, 3),
            rtt_ms=round((reading.rtt_s or 0.0) * 1_000),
            bitrate_up_bps=int(up_bytes * 8 / elapsed_s),
            bitrate_down_bps=int(down_bytes * 8 / elapsed_s),
            is_paused=reading.pause is not None,
        )
        return sample, is_changed

    def _count_bytes(self, transports: list[PeerTransport]) -> tuple[int, int]:
        totals = self._transports.observe(one.stats for one in transports)
        sent = totals[0] + totals[1] * IP_UDP_HEADER_BYTES
        received = totals[2] + totals[3] * IP_UDP_HEADER_BYTES
        new = received - self.bytes_received, sent - self.bytes_sent
        self.bytes_sent, self.bytes_received = sent, received
        return new

    def _loss_up(self, participant: Participant | None) -> float | None:
        receptions = participant.receptions() if participant is not None else []
        before, self._up = self._up, self._uplink.observe(receptions)
        expected, received, recovered = (b - a for a, b in zip(before, self._up, strict=True))
        return _share(expected - received + recovered, expected)

    def _loss_down(self, participant: Participant | None) -> float | None:
        peers = participant.subscribing_peers() if participant is not None else []
        before, self._down = self._down, self._downlink.observe(peers)
        expected, lost = (b - a for a, b in zip(before, self._down, strict=True))
        return _share(lost, expected)


def transports_of(participant: Participant) -> list[PeerTransport]:
    """The transports of the participant's connections."""
    publishing = [peer.transport for peer in participant.publishing_peers()]
    return publishing + [peer.transport for peer in participant.subscribing_peers()]


def _pause(participant: Participant | None) -> PauseReason | None:
    pauses = participant.paused.values() if participant is not None else ()
    reasons = [pause.reason for pause in pauses]
    return "loss" if "loss" in reasons else next(iter(reasons), None)


def _round_trip_s(participant: Participant | None) -> float | None:
    peer = participant.subscribing if participant is not None else None
    return peer.round_trip_time_s if peer is not None else None


def _share(lost: int, expected: int) -> float | None:
    return min(max(lost / expected, 0.0), 1.0) if expected >= FEWEST_PACKETS else None
