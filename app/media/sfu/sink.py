"""The recorder's end of a publication: a non-blocking Unix stream that never delays a packet."""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Callable

from app.media.port import RtpSink
from app.media.rtp_sink import (
    BYE,
    GAP,
    GAP_BODY,
    HELLO,
    KEYFRAME_WANTED,
    MAX_FRAME_BYTES,
    SENDER_REPORT,
    SENDER_REPORT_BODY,
    FrameReader,
    frame,
)
from app.media.sfu.track_format import TrackFormat
from app.media.wire.rtcp import SenderReport
from app.media.wire.rtp import RtpPacket

MAX_BUFFERED_BYTES = 1_000_000
"""Over it video is dropped to the next keyframe, sound until there is room again."""
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 2.0
_WRITE_BYTES = 262_144

_RTP_FRAME = struct.Struct("!IcQ")
_RTP_FRAME_OVERHEAD = 9


class SinkConnection:
    """Streams one publication's packets as `app.media.rtp_sink` says.

    It connects when the publication has a track, reconnects while it has one, and says bye and
    hangs up when the track ends. Belongs to the event loop it was made on.
    """

    def __init__(self, sink: RtpSink, on_keyframe_wanted: Callable[[], None]) -> None:
        self.sink = sink
        self.packets_dropped = 0
        self._on_keyframe_wanted = on_keyframe_wanted
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._reader = FrameReader()
        self._hello: bytes | None = None
        self._is_video = False
        self._outbox: deque[bytes] = deque()
        self._outbox_bytes = 0
        self._is_flush_scheduled = False
        self._is_writer_registered = False
        self._is_dropping = False
        self._gap = 0
        self._is_ending = False
        self._retry_s = FIRST_RETRY_S
        self._retry: asyncio.TimerHandle | None = None

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    # -- the publication

    def track_started(self, track: TrackFormat, *, is_video: bool) -> None:
        """A track epoch begins: hello, on the open connection or on a new one."""
        self._is_video = is_video
        if self._is_ending:
            # The bye of the track before belongs to its own connection.
            self._flush()
            self._disconnect()
        description = {
            "lesson_id": self.sink.lesson_id,
            "publication_id": self.sink.publication_id,
            "kind": "video" if is_video else "audio",
            "codec": track.codec,
            "payload_type": track.payload_type,
            "clock_rate_hz": track.clock_rate_hz,
            "ssrc": track.ssrc,
        }
        self._hello = frame(HELLO, json.dumps(description).encode())
        if self._socket is not None:
            self._enqueue(self._hello)
        else:
            self._connect()

    def track_ended(self) -> None:
        """Bye, then hang up once everything is written."""
        self._hello = None
        self._cancel_retry()
        if self._socket is not None:
            self._is_ending = True
            self._enqueue(frame(BYE))

    def rtp(self, packet: RtpPacket, is_keyframe_start: bool, now: float) -> None:
        """Queue one packet, or count it as dropped."""
        if self._socket is None or self._is_ending:
            self._drop()
            return
        data = packet.data
        if packet.payload_end != len(data):
            # Padding is for the wire only.
            data = bytes((data[0] & ~0x20,)) + data[1 : packet.payload_end]
        if len(data) + _RTP_FRAME_OVERHEAD > MAX_FRAME_BYTES:
            return
        is_full = self._outbox_bytes + len(data) > MAX_BUFFERED_BYTES
        if is_full or (self._is_dropping and self._is_video and not is_keyframe_start):
            self._is_dropping = True
            self._drop()
            return
        self._is_dropping = False
        if self._gap:
            gap, self._gap = self._gap, 0
            self._enqueue(frame(GAP, GAP_BODY.pack(int(now * 1e9), gap)))
        prefix = _RTP_FRAME.pack(_RTP_FRAME_OVERHEAD + len(data), b"R", int(now * 1e9))
        self._enqueue(prefix + data)

    def sender_report(self, report: SenderReport, now: float) -> None:
        """Queue the publisher's own sender report."""
        if self._socket is None or self._is_ending or self._outbox_bytes > 2 * MAX_BUFFERED_BYTES:
            return
        body = SENDER_REPORT_BODY.pack(
            int(now * 1e9), report.ssrc, report.ntp_timestamp, report.rtp_timestamp
        )
        self._enqueue(frame(SENDER_REPORT, body))

    def end(self) -> None:
        """No longer wanted: bye, and hang up for good."""
        self.track_ended()

    def close(self) -> None:
        """Hang up now. Idempotent."""
        self._hello = None
        self._cancel_retry()
        self._disconnect()

    def _drop(self) -> None:
        self._gap += 1
        self.packets_dropped += 1

    # -- the socket

    def _connect(self) -> None:
        self._cancel_retry()
        if self._hello is None:
            return
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            # A Unix stream connects at once or refuses: there is nothing to wait for.
            connection.connect(self.sink.socket_path)
        except OSError:
            connection.close()
            self._retry_later()
            return
        self._socket = connection
        self._reader = FrameReader()
        self._is_dropping = False
        self._loop.add_reader(connection.fileno(), self._read)
        self._enqueue(self._hello)

    def _retry_later(self) -> None:
        if self._hello is not None and self._retry is None:
            self._retry = self._loop.call_later(self._retry_s, self._connect)
            self._retry_s = min(self._retry_s * 2, LAST_RETRY_S)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _disconnect(self) -> None:
        connection, self._socket = self._socket, None
        if connection is None:
            return
        self._loop.remove_reader(connection.fileno())
        if self._is_writer_registered:
            self._loop.remove_writer(connection.fileno())
            self._is_writer_registered = False
        connection.close()
        self._outbox.clear()
        self._outbox_bytes = 0
        self._is_ending = False
        self._retry_later()

    def _read(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(4_096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._disconnect()
            return
        self._retry_s = FIRST_RETRY_S
        try:
            for kind, _ in self._reader.feed(data):
                if kind == KEYFRAME_WANTED:
                    self._on_keyframe_wanted()
        except ValueError:
            self._disconnect()

    def _enqueue(self, data: bytes) -> None:
        self._outbox.append(data)
        self._outbox_bytes += len(data)
        if not self._is_flush_scheduled and not self._is_writer_registered:
            self._is_flush_scheduled = True
            self._loop.call_soon(self._flush_scheduled)

    def _flush_scheduled(self) -> None:
        self._is_flush_scheduled = False
        self._flush()

    def _flush(self) -> None:
        connection = self._socket
        if connection is None:
            return
        while self._outbox:
            block = self._take()
            try:
                sent = connection.send(block)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._disconnect()
                return
            self._outbox_bytes -= sent
            if sent < len(block):
                self._outbox.appendleft(block[sent:])
                break
        self._await_writable(connection, bool(self._outbox))
        if not self._outbox and self._is_ending:
            self._disconnect()

    def _take(self) -> bytes:
        """Join queued frames to one write."""
        taken: list[bytes] = []
        size = 0
        while self._outbox and size < _WRITE_BYTES:
            taken.append(self._outbox.popleft())
            size += len(taken[-1])
        return b"".join(taken)

    def _await_writable(self, connection: socket.socket, is_blocked: bool) -> None:
        if is_blocked and not self._is_writer_registered:
            self._loop.add_writer(connection.fileno(), self._flush)
            self._is_writer_registered = True
        elif not is_blocked and self._is_writer_registered:
            self._loop.remove_writer(connection.fileno())
            self._is_writer_registered = False
