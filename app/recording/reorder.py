"""Puts a publication's RTP packets back in order, and gives up on what does not come.

Packets that the engine NACKed arrive late; a hole is waited for, but only so long.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.media.wire.rtp import RtpPacket, sequence_delta

MAX_BUFFERED_PACKETS = 2_048
_RESTART_DISTANCE = 3_000
"""A sequence number this far off is a sender that started over, not a late packet."""


@dataclass(frozen=True, slots=True)
class OrderedPacket:
    packet: RtpPacket
    arrival_ns: int
    missing: int
    """Packets given up right before this one; -1 if the numbering started over."""


class ReorderBuffer:
    """In-order view of one SSRC. Time is an argument, in CLOCK_MONOTONIC nanoseconds."""

    def __init__(self, max_wait_ns: int) -> None:
        self._max_wait_ns = max_wait_ns
        self._waiting: dict[int, tuple[RtpPacket, int]] = {}
        self._next: int | None = None
        self._hole_since_ns: int | None = None
        self._is_restarted = False
        self.late_packets = 0

    def push(self, packet: RtpPacket, arrival_ns: int) -> None:
        """Take a packet in any order; duplicates and what came after it was given up are dropped."""
        number = packet.sequence_number
        if self._next is None:
            self._next = number
        distance = sequence_delta(number, self._next)
        if abs(distance) > _RESTART_DISTANCE:
            self._waiting.clear()
            self._hole_since_ns = None
            self._next = number
            self._is_restarted = True
        elif distance < 0 or number in self._waiting:
            self.late_packets += 1
            return
        self._waiting[number] = (packet, arrival_ns)
        if number != self._next and self._hole_since_ns is None:
            self._hole_since_ns = arrival_ns

    def pop(self, now_ns: int) -> Iterator[OrderedPacket]:
        """Everything that is in order by `now_ns`; call after `push` and every 100 ms or so."""
        while self._waiting and self._next is not None:
            missing = 0
            if self._next not in self._waiting:
                if not self._is_given_up(now_ns):
                    return
                following = min(self._waiting, key=lambda n: sequence_delta(n, self._next or 0))
                missing = sequence_delta(following, self._next)
                self._next = following
            packet, arrival_ns = self._waiting.pop(self._next)
            self._next = (self._next + 1) & 0xFFFF
            if self._is_restarted:
                missing, self._is_restarted = -1, False
            if not self._waiting:
                self._hole_since_ns = None
            elif self._next not in self._waiting:
                self._hole_since_ns = min(arrival for _, arrival in self._waiting.values())
            yield OrderedPacket(packet, arrival_ns, missing)

    def _is_given_up(self, now_ns: int) -> bool:
        if len(self._waiting) > MAX_BUFFERED_PACKETS:
            return True
        since = self._hole_since_ns
        return since is not None and now_ns - since >= self._max_wait_ns
