"""Which packets of a publisher are missing, and when to ask for them again."""

from dataclasses import dataclass

REORDER_PACKETS = 2
"""Late by 2 packets: TCP also duplicates its ACK at 2, so a NACK here is no more aggressive."""
REORDER_S = 0.020
MAX_REQUESTS = 10
MAX_MISSING = 400
INITIAL_RTT_S = 0.100
MIN_RTT_S = 0.010
MAX_RTT_S = 1.0


@dataclass(slots=True)
class _Gap:
    since: float
    asked_at: float = 0.0
    requests: int = 0


class MissingPackets:
    """The holes in one video stream. The round trip is learned from how fast holes are filled."""

    __slots__ = ("_gaps", "is_abandoned", "requested", "rtt_s")

    def __init__(self) -> None:
        self._gaps: dict[int, _Gap] = {}
        self.rtt_s = INITIAL_RTT_S
        self.is_abandoned = False
        """A hole was given up: only a keyframe helps. The owner clears it."""
        self.requested = 0

    def __len__(self) -> int:
        return len(self._gaps)

    def opened(self, first: int, last: int, now: float) -> None:
        """Indexes `first`..`last` were jumped over."""
        if last - first + 1 + len(self._gaps) > MAX_MISSING:
            self._gaps.clear()
            self.is_abandoned = True
            return
        for index in range(first, last + 1):
            self._gaps[index] = _Gap(now)

    def filled(self, index: int, now: float) -> bool:
        """`index` arrived after all; False if it was not missing (any more)."""
        gap = self._gaps.pop(index, None)
        if gap is None:
            return False
        # Karn: only an answer to a single request tells the round trip.
        if gap.requests == 1:
            sample = min(max(now - gap.asked_at, MIN_RTT_S), MAX_RTT_S)
            self.rtt_s += (sample - self.rtt_s) / 8
        return True

    def clear(self) -> None:
        """Nothing is missing any more."""
        self._gaps.clear()

    def forget_before(self, index: int) -> None:
        """A keyframe begins at `index`: nothing older is needed."""
        self.is_abandoned = False
        if self._gaps:
            self._gaps = {key: gap for key, gap in self._gaps.items() if key > index}

    def due(self, highest: int, now: float) -> list[int]:
        """The indexes to ask for now, in order."""
        wanted: list[int] = []
        given_up: list[int] = []
        interval = self.rtt_s * 1.1
        for index, gap in self._gaps.items():
            if gap.requests == 0:
                if highest - index < REORDER_PACKETS and now - gap.since < REORDER_S:
                    continue
            elif now - gap.asked_at < interval:
                continue
            elif gap.requests >= MAX_REQUESTS:
                given_up.append(index)
                continue
            gap.requests += 1
            gap.asked_at = now
            wanted.append(index)
        for index in given_up:
            del self._gaps[index]
            self.is_abandoned = True
        self.requested += len(wanted)
        return sorted(wanted)
