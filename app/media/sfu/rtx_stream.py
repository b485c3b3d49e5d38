"""The retransmission stream beside one of video (RFC 4588): it answers NACKs, repeats what matters, carries padding."""

from app.media.sfu.outgoing import (
    ONE_WORD_EXTENSION,
    SendRtp,
    first_sequence_number,
    pack_header,
    pack_header_with_send_time,
)
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.sent_segments import Segment, SentSegments

MIN_RETRANSMISSION_INTERVAL_S = 0.060
ON_ITS_WAY_SHARE = 0.75
"""A repeated NACK within this time, or this share of a round trip, asks for what is already on its way. Receivers ask
again after a round trip of their own count: to wait for all of ours would be to miss every other one of theirs."""
REPEATED_COPIES = 2
"""Of what is asked for again: a link that swallowed the question or the answer once may do it twice."""
RETRANSMISSIONS_PER_S = 300.0
RETRANSMISSION_BURST = 300.0
RETRANSMISSION_LIMIT_BPS = 1_000_000
RETRANSMISSION_BURST_S = 0.5
"""How much of a second's retransmissions may go out at once."""
LEAST_PADDING_OCTETS, MAX_PADDING_OCTETS = 120, 255
"""Of one packet: its last octet counts them."""
MAX_REMEMBERED = 2_048
"""Answers; over it they are all forgotten."""
REPEATED_AT_ONCE = 64
"""Packets looked through: what was sent longer ago is not repeated unasked."""


class RtxStream:
    """Sends again what its stream has sent, with a bound on the rate; silent until a payload type was agreed."""

    __slots__ = (
        "_budget",
        "_budget_octets",
        "_refilled_at",
        "_repeated_up_to",
        "_resent",
        "_send_rtp",
        "_sequence_number",
        "asked_again",
        "limit_bps",
        "octets_padded",
        "octets_resent",
        "packets_repeated",
        "packets_resent",
        "payload_type",
        "send_time_word",
        "ssrc",
    )

    def __init__(self, ssrc: int, send: SendRtp, now: float) -> None:
        self.ssrc = ssrc
        self.payload_type: int | None = None
        self.send_time_word = 0
        """Of its stream: 0 for no header extension."""
        self.packets_resent = 0
        self.octets_resent = 0
        self.packets_repeated = 0
        """Unasked."""
        self.octets_padded = 0
        """With nothing, or with what was repeated unasked: the picture does without it."""
        self.asked_again = 0
        """Packets sent again more than once: the first answer was lost as well."""
        self.limit_bps = RETRANSMISSION_LIMIT_BPS
        """More would drown the link that lost them."""
        self._send_rtp = send
        self._sequence_number = first_sequence_number()
        self._resent: dict[int, float] = {}
        """When each number was sent again last because the receiver asked."""
        self._repeated_up_to = 0
        self._budget = RETRANSMISSION_BURST
        self._budget_octets = RETRANSMISSION_LIMIT_BPS / 8 * RETRANSMISSION_BURST_S
        self._refilled_at = now

    def forget(self) -> None:
        """What was sent so far may not be received any more."""
        self._resent.clear()

    def answer(
        self,
        sequence_numbers: tuple[int, ...],
        segments: SentSegments,
        highest_index: int,
        now: float,
        rtt_s: float,
    ) -> None:
        """Answer a NACK from the caches; `highest_index` is of the last packet that was sent."""
        current = segments.current
        if self.payload_type is None or current is None:
            return
        self._refill(now)
        interval = max(MIN_RETRANSMISSION_INTERVAL_S, ON_ITS_WAY_SHARE * rtt_s)
        highest = highest_index + current.sequence_offset
        for sequence_number in sequence_numbers:
            number = highest - ((highest - sequence_number) & 0xFFFF)
            sent = segments.sent(number)
            if sent is None or now - self._resent.get(number, float("-inf")) < interval:
                continue
            if self._budget < 1 or self._budget_octets <= 0:
                return
            is_repeated = number in self._resent
            self.asked_again += is_repeated
            if len(self._resent) >= MAX_REMEMBERED:
                self._resent.clear()
            self._resent[number] = now
            for _ in range(REPEATED_COPIES if is_repeated else 1):
                self._budget -= 1
                self._budget_octets -= len(sent[1].payload)
                octets = self._resend(*sent, self.payload_type, now)
                self.packets_resent += octets > 0
                self.octets_resent += octets

    def repeat_base(self, segments: SentSegments, highest_index: int, now: float) -> None:
        """Send the base layer once more, as far as it was sent since the last call: every other frame needs it."""
        current = segments.current
        if self.payload_type is None or current is None:
            return
        highest = highest_index + current.sequence_offset
        first = max(self._repeated_up_to, highest - REPEATED_AT_ONCE) + 1
        self._repeated_up_to = highest
        for number in range(first, highest + 1):
            sent = segments.sent(number)
            if sent is None or sent[1].temporal_id:
                continue
            octets = self._resend(*sent, self.payload_type, now)
            self.packets_repeated += octets > 0
            self.octets_padded += octets

    def _refill(self, now: float) -> None:
        elapsed = now - self._refilled_at
        self._refilled_at = now
        self._budget = min(RETRANSMISSION_BURST, self._budget + elapsed * RETRANSMISSIONS_PER_S)
        octets_per_s = self.limit_bps / 8
        self._budget_octets = min(
            octets_per_s * RETRANSMISSION_BURST_S, self._budget_octets + elapsed * octets_per_s
        )

    def _resend(self, segment: Segment, packet: MediaPacket, payload_type: int, now: float) -> int:
        """Octets sent; 0 if the socket is full."""
        number = (packet.index + segment.sequence_offset) & 0xFFFF
        timestamp = (packet.rtp_timestamp + segment.timestamp_offset) & 0xFFFFFFFF
        body = number.to_bytes(2, "big") + segment.payload(packet)
        second = payload_type | 0x80 if packet.marker else payload_type
        is_sent = self._send_rtp(self._header(second, timestamp, now), body, is_video=True)
        return len(body) if is_sent else 0

    def _header(self, second: int, timestamp: int, now: float, first: int = 0x80) -> bytes:
        """The next one; `second` is the marker and the payload type."""
        number = self._sequence_number
        self._sequence_number = (number + 1) & 0xFFFF
        if not self.send_time_word:
            return pack_header(first, second, number, timestamp, self.ssrc)
        return pack_header_with_send_time(
            first | 0x10,
            second,
            number,
            timestamp,
            self.ssrc,
            ONE_WORD_EXTENSION,
            self.send_time_word | int(now * 262_144) & 0xFFFFFF,
        )

    @property
    def can_pad(self) -> bool:
        """Whether the receiver took retransmissions, and the stream was mapped once."""
        return self.payload_type is not None

    def pad(self, octets: int, timestamp: int, now: float) -> int:
        """Send up to `octets` of nothing (RFC 3550 §5.1), with the `timestamp` of what was sent; how many were sent.

        An RTX packet without a payload is discarded once its arrival has been counted.
        """
        if self.payload_type is None:
            return 0
        sent = 0
        while octets - sent >= LEAST_PADDING_OCTETS:
            is_little = octets < MAX_PADDING_OCTETS
            size = LEAST_PADDING_OCTETS if is_little else min(octets - sent, MAX_PADDING_OCTETS)
            header = self._header(self.payload_type, timestamp, now, first=0xA0)
            body = bytes(size - 1) + bytes((size,))
            if not self._send_rtp(header, body, is_video=True):
                break
            sent += size
        self.octets_padded += sent
        return sent
