"""Packet trains: how much a link carries, by how long many packets sent at once wait in front of it. Pure, time is an
argument.

A train is padding with a sender report right behind it. The receiver's next report answers that one (RFC 3550 §6.4.1),
and what its round trip took longer than others do is what the train waited. One answer says more than seconds of
REMB, which grows by 8 % a second at most and holds still on a link that has just been opened.
"""

from collections import deque
from dataclasses import dataclass

TRAIN_S = 0.1
"""How long a train waits if the link carries no more than the estimate: sound can bear that now and then."""
LEAST_OCTETS, MOST_OCTETS = 800, 16_000
FIRST_OCTETS = 4_000
"""Of the first train, when nothing is known."""
LEAST_WAIT_S = 0.010
"""Reports are not read off finer than this on a busy machine."""
PRECISE_S = 0.050
"""What waited less may as well have met a busy machine."""
FIRST_CHANCES, CHANCE_REST_S = 2, 2.0
"""The first trains without a gain are followed by another one soon: a machine that was busy makes a link look slow."""
MOST_GAIN = 3.0
"""Over the estimate, for one train: a shaper lets a few packets through at any rate, but not the next, longer train."""
LEAST_GAIN = 1.3
"""Less is no news."""
CALM_S = 0.050
"""What may wait in front of the link when a train is sent."""
ANSWERED_WITHIN_S = 2.5
FIRST_REST_S = 5.0
LAST_REST_S = 15.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the answer to a train tells of the link."""

    bitrate_bps: int
    """Of payload."""
    is_bound: bool
    """The train waited long enough to tell that the link carries no more."""


@dataclass(frozen=True, slots=True)
class _Train:
    octets: int
    report: int
    """Middle 32 bits of the NTP time of the sender report behind it."""
    estimate_bps: int
    at: float


class PacketTrains:
    """One at a time; the next one at once after a gain, else after a rest that grows."""

    def __init__(self) -> None:
        self._train: _Train | None = None
        self._rest_s = FIRST_REST_S
        self._rests_until: float | None = None
        self._has_measured = False
        self._reports: deque[int] = deque(maxlen=8)
        self._chances = FIRST_CHANCES
        self._gains = 0
        """One after the other."""

    @property
    def has_measured(self) -> bool:
        """Whether a train was answered yet."""
        return self._has_measured

    @property
    def is_confirmed(self) -> bool:
        """Whether the last gain was not the first: a short train may be let through by chance."""
        return self._gains > 1

    def due(self, is_limited: bool, estimate_bps: int, waiting_s: float | None, now: float) -> int:
        """Payload octets of the train to send now; 0: none.

        `is_limited`: a better picture is wanted than the estimate allows. `waiting_s` is what waits in front of the
        link; None: not known.
        """
        if not is_limited:
            self._rests_until, self._rest_s = None, FIRST_REST_S
            return 0
        if self._rests_until is None:
            self._rests_until = now + self._rest_s if self._has_measured else now
        if self._train is not None or waiting_s is None or waiting_s > CALM_S:
            return 0
        if now < self._rests_until:
            return 0
        octets = int(estimate_bps * TRAIN_S / 8)
        if not self._has_measured:
            return min(max(octets, LEAST_OCTETS), FIRST_OCTETS)
        # Of the first ones none says more than another, so they are of one length.
        least = FIRST_OCTETS // 2 if 0 < self._chances < FIRST_CHANCES else LEAST_OCTETS
        return min(max(octets, least), MOST_OCTETS)

    def sent(self, octets: int, report: int, estimate_bps: int, now: float) -> None:
        """A train left with the sender report `report` behind it."""
        self._train = _Train(octets, report, estimate_bps, now)
        self._reports.append(report)

    def is_behind(self, report: int) -> bool:
        """Whether this sender report stood behind a train: its round trip tells of nothing else."""
        return report in self._reports

    def answered(self, report: int, waited_s: float, now: float) -> Measurement | None:
        """This report came back so much later than a lone one. None if that was told already: each stream answers."""
        train = self._train
        if train is None or train.report != report:
            return None
        self._train = None
        measured_bps = int(train.octets * 8 / max(waited_s, LEAST_WAIT_S))
        if self._has_measured:
            measured_bps = min(measured_bps, int(MOST_GAIN * train.estimate_bps))
        self._has_measured = True
        if measured_bps >= LEAST_GAIN * train.estimate_bps:
            self._gains += 1
            self._rests_until = now
        elif self._chances:
            self._chances -= 1
            self._rests_until = now + CHANCE_REST_S
        else:
            self._rest(now)
        return Measurement(measured_bps, waited_s >= PRECISE_S)

    def is_lost(self, now: float) -> bool:
        """Whether the answer to a train did not come in time. Says so once."""
        if self._train is None or now - self._train.at <= ANSWERED_WITHIN_S:
            return False
        self._train = None
        self._rest(now)
        return True

    def _rest(self, now: float) -> None:
        self._gains = 0
        self._rests_until = now + self._rest_s
        self._rest_s = min(self._rest_s * 2, LAST_REST_S)
