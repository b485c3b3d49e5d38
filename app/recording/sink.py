"""The recorder's end of an engine's stream: one connection for one publication."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Protocol

from app.ids import LessonId, PublicationId
from app.media.rtp_sink import (
    BYE,
    GAP,
    GAP_BODY,
    HELLO,
    KEYFRAME_WANTED,
    RTP,
    RTP_PREFIX,
    SENDER_REPORT,
    SENDER_REPORT_BODY,
    FrameReader,
    frame,
)
from app.recording.port import TrackRequest
from app.recording.track import Hello, MachineClock, Track
from app.recording.writer import TrackWriter

log = logging.getLogger(__name__)

_KEYFRAME_FRAME = frame(KEYFRAME_WANTED)

TrackKey = tuple[LessonId, PublicationId]
"""A publication's id alone names it only within its lesson."""


def track_key(request: TrackRequest) -> TrackKey:
    return request.lesson_id, request.publication_id


class SinkHost(Protocol):
    """What a connection asks of the recorder."""

    @property
    def clock(self) -> MachineClock: ...

    @property
    def wanted(self) -> "Mapping[TrackKey, WantedTrack]": ...

    @property
    def sinks(self) -> "set[SinkProtocol]": ...

    def poll_track(self, wanted: "WantedTrack", now_ns: int) -> None: ...


class WantedTrack:
    """A started publication, with or without an engine connected for it."""

    def __init__(self, request: TrackRequest, writer: TrackWriter) -> None:
        self.request = request
        self.writer = writer
        self.track: Track | None = None
        self.sink: SinkProtocol | None = None

    def end(self, reason: str) -> None:
        track, self.track = self.track, None
        sink, self.sink = self.sink, None
        if track is not None:
            track.disconnect(reason)
        if sink is not None:
            sink.hang_up()


class SinkProtocol(asyncio.Protocol):
    """One engine connection, for one publication."""

    def __init__(self, recorder: SinkHost) -> None:
        self._recorder = recorder
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._wanted: WantedTrack | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._recorder.sinks.add(self)

    def data_received(self, data: bytes) -> None:
        try:
            for kind, payload in self._reader.feed(data):
                self._take(kind, payload)
                if self._transport is None:
                    return
        except Exception as error:
            # Whatever an engine of another version sends, its connection ends and nothing else.
            log.info("recording: sink connection ended: %r", error)
            self.hang_up()

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        self._recorder.sinks.discard(self)
        self._release("connection_lost")

    def ask_keyframe(self) -> None:
        if self._transport is not None:
            self._transport.write(_KEYFRAME_FRAME)

    def hang_up(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()
        self._release("connection_lost")

    def _release(self, reason: str) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted.sink is self:
            wanted.sink = None
            if wanted.track is not None:
                wanted.track.disconnect(reason)
                wanted.track = None

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == HELLO:
            self._hello(Hello.parse(payload))
            return
        track = self._wanted.track if self._wanted else None
        if track is None:
            raise ValueError("sink frame before hello")
        if kind == RTP:
            (arrival_ns,) = RTP_PREFIX.unpack_from(payload)
            track.rtp(payload[RTP_PREFIX.size :], arrival_ns)
        elif kind == SENDER_REPORT:
            arrival_ns, ssrc, ntp, rtp_timestamp = SENDER_REPORT_BODY.unpack(payload)
            track.sender_report(ssrc, ntp, rtp_timestamp, arrival_ns)
        elif kind == GAP:
            track.gap(*GAP_BODY.unpack(payload))
        elif kind == BYE:
            self._release("ended")
            self.hang_up()

    def _hello(self, hello: Hello) -> None:
        if self._wanted is None:
            key = (LessonId(hello.lesson_id), PublicationId(hello.publication_id))
            wanted = self._recorder.wanted.get(key)
            if wanted is None:
                # Not (or no longer) to be written: nothing of it may reach the disk.
                raise ValueError("publication is not to be recorded")
            wanted.end("replaced")
            wanted.sink = self
            wanted.track = Track(wanted.request, wanted.writer, self._recorder.clock)
            self._wanted = wanted
        elif track_key(self._wanted.request) != (hello.lesson_id, hello.publication_id):
            raise ValueError("a sink connection carries one publication")
        assert self._wanted.track is not None
        self._wanted.track.hello(hello)
        self._recorder.poll_track(self._wanted, time.monotonic_ns())
