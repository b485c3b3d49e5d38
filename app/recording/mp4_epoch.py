"""An epoch of H.264 as one seekable MP4, packet by packet: its index cannot be made without looking at each."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Stream

from app.recording.adopt import file_sha256
from app.recording.alignment import Placement
from app.recording.finished import Written
from app.recording.segment_reader import SegmentReader
from app.recording.telemetry import EpochTelemetry

_MILLISECOND = Fraction(1, 1000)
_OPTIONS = {"movflags": "+faststart"}


def write_mp4_epoch(epoch: EpochTelemetry, placement: Placement, path: Path) -> Written | None:
    """None if no packet can be read."""
    copy = _Copy(path, placement.time_scale)
    try:
        for packet, stream in _packets(epoch):
            copy.add(packet, stream)
    finally:
        copy.close()
    if copy.first_ms is None:
        return None
    return Written(copy.first_ms, copy.duration_ms, path.stat().st_size, file_sha256(path))


def _packets(epoch: EpochTelemetry) -> "Iterator[tuple[av.Packet[Any], Stream]]":
    """Every packet that a decoder can use, over all segments."""
    needs_keyframe = True
    for segment in epoch.segments:
        try:
            reader = SegmentReader(segment.path, is_torn=segment.is_torn)
        except (OSError, ValueError):
            needs_keyframe = True
            continue
        with reader:
            for packet in reader.packets():
                needs_keyframe = needs_keyframe and not packet.is_keyframe
                if not needs_keyframe:
                    yield packet, reader.stream
        needs_keyframe = needs_keyframe or segment.is_torn


class _Copy:
    """The output file; opened with the first packet, because it takes its codec parameters from there."""

    def __init__(self, path: Path, scale: float) -> None:
        self.first_ms: int | None = None
        self._path, self._scale = path, scale
        self._output: av.container.OutputContainer | None = None
        self._stream: Stream | None = None
        self._last_ms = -1
        self._count = 0

    @property
    def duration_ms(self) -> int:
        """To the end of the last frame, taking it as long as the average one."""
        return self._last_ms + self._last_ms // max(1, self._count - 1)

    def add(self, packet: "av.Packet[Any]", template: Stream) -> None:
        assert packet.pts is not None and packet.time_base is not None
        at_ms = round(packet.pts * packet.time_base * 1000 * Fraction(self._scale))
        if self._output is None or self._stream is None or self.first_ms is None:
            self.first_ms = at_ms
            self._output = av.open(str(self._path), "w", format="mp4", container_options=_OPTIONS)
            self._stream = self._output.add_stream_from_template(template, opaque=True)
            self._stream.time_base = _MILLISECOND
        # MP4 wants each time stamp to be later than the one before.
        at_ms = max(at_ms - self.first_ms, self._last_ms + 1)
        copy = av.Packet(bytes(packet))
        copy.pts = copy.dts = at_ms
        copy.time_base = _MILLISECOND
        copy.is_keyframe = packet.is_keyframe
        copy.stream = self._stream
        self._output.mux_one(copy)
        self._last_ms = at_ms
        self._count += 1

    def close(self) -> None:
        if self._output is not None:
            self._output.close()
