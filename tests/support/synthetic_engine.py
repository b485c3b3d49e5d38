"""A media engine without peers: the publications it is given are streamed to whatever sink is attached.

It keeps the recording half of `MediaEngine` as the embedded engine does: sinks reconnect, hang up
with a bye, and are gone after a restart.
"""

import asyncio
from pathlib import Path

from app.ids import LessonId, PublicationId
from app.media.port import EngineUnavailable, RtpSink
from tests.support.rtp_publisher import LivePublisher, SyntheticTrack


class SyntheticEngine:
    def __init__(self, tracks: list[SyntheticTrack], scene_ns: int, scene_utc_s: float) -> None:
        self.tracks = {PublicationId(t.publication_id): t for t in tracks}
        self.scene_ns, self.scene_utc_s = scene_ns, scene_utc_s
        self.is_available = True
        self.attachments = 0
        self._publishers: dict[PublicationId, LivePublisher] = {}

    @property
    def sinks(self) -> frozenset[PublicationId]:
        return frozenset(self._publishers)

    async def attach_sink(self, sink: RtpSink) -> None:
        if not self.is_available:
            raise EngineUnavailable
        if sink.publication_id in self._publishers:
            return
        self.attachments += 1
        publisher = LivePublisher(
            Path(sink.socket_path),
            [self.tracks[sink.publication_id]],
            scene_ns=self.scene_ns,
            scene_utc_s=self.scene_utc_s,
        )
        self._publishers[sink.publication_id] = publisher

    async def detach_sink(self, _lesson_id: LessonId, publication_id: PublicationId) -> None:
        publisher = self._publishers.pop(publication_id, None)
        if publisher is not None:
            await publisher.stop()

    async def restart(self) -> None:
        """A new process: no sinks."""
        await asyncio.gather(*(p.stop() for p in self._publishers.values()))
        self._publishers.clear()
