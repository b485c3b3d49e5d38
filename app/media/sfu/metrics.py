"""Counters of a whole engine, over everything that was ever in it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from app.ids import LessonId
from app.media.port import EngineMetrics
from app.media.sfu.counter_sum import CounterSum
from app.media.sfu.link_meter import transports_of
from app.media.sfu.participant import PEER_STATES, Participant
from app.media.sfu.room import Room
from app.process import LoopLag, cpu_s, resident_bytes

OBSERVE_INTERVAL_S = 2.0


class MetricsMeter:
    """`tick` it as often as the engine ticks: what comes and goes between two observations is not counted."""

    def __init__(self, media_epoch: int) -> None:
        self.loop_lag = LoopLag()
        self._media_epoch = media_epoch
        self._due = 0.0
        self._sums = {
            "transport": CounterSum(
                "packets_received",
                "bytes_received",
                "packets_sent",
                "bytes_sent",
                "packets_dropped_congestion",
                "packets_rejected",
            ),
            "publishing": CounterSum("nacks_sent", "plis_sent", "packets_unbound"),
            "subscribing": CounterSum("nacks_received", "plis_received", "packets_retransmitted"),
            "sinks": CounterSum("packets_dropped"),
        }

    def tick(self, rooms: Mapping[LessonId, Room], now: float) -> None:
        """Observe when it is time."""
        if now >= self._due:
            self._due = now + OBSERVE_INTERVAL_S
            self._observe(list(rooms.values()))

    def _observe(self, rooms: list[Room]) -> dict[str, int]:
        """Every counter by its name in `EngineMetrics.counters`."""
        participants = [one for room in rooms for one in room.participants.values()]
        publishing = [peer for one in participants for peer in one.publishing_peers()]
        subscribing = [peer for one in participants for peer in one.subscribing_peers()]
        sums = self._sums
        transports = (transport.stats for one in participants for transport in transports_of(one))
        received, received_bytes, sent, sent_bytes, congested, rejected = sums["transport"].observe(
            transports
        )
        nacks_sent, plis_sent, unbound = sums["publishing"].observe(publishing)
        nacks_received, plis_received, retransmitted = sums["subscribing"].observe(subscribing)
        sinks = (sink for room in rooms for sink in room.sinks.values())
        (not_recorded,) = sums["sinks"].observe(sinks)
        return {
            "packets_received": received,
            "bytes_received": received_bytes,
            "packets_sent": sent,
            "bytes_sent": sent_bytes,
            "dropped_congestion": congested,
            "dropped_rejected": rejected,
            "dropped_unbound": unbound,
            "dropped_recorder": not_recorded,
            "nacks_sent": nacks_sent,
            "nacks_received": nacks_received,
            "plis_sent": plis_sent,
            "plis_received": plis_received,
            "packets_retransmitted": retransmitted,
        }

    def read(self, rooms: Mapping[LessonId, Room]) -> EngineMetrics:
        """Everything as it is now."""
        participants = [one for room in rooms.values() for one in room.participants.values()]
        return EngineMetrics(
            media_epoch=self._media_epoch,
            rooms=len(rooms),
            publications=sum(len(one.publications) for one in participants),
            peers=_peers(participants),
            counters=self._observe(list(rooms.values())),
            event_loop_lag_s=round(self.loop_lag.worst_s, 6),
            cpu_s=round(cpu_s(), 3),
            resident_bytes=resident_bytes(),
        )


def _peers(participants: Iterable[Participant]) -> dict[str, int]:
    """`<publish or subscribe> <state>` to how many."""
    peers: Counter[str] = Counter()
    for one in participants:
        for publishing in one.publishing_peers():
            peers[f"publish {PEER_STATES[publishing.transport.state]}"] += 1
        for subscribing in one.subscribing_peers():
            peers[f"subscribe {PEER_STATES[subscribing.transport.state]}"] += 1
    return dict(peers)
