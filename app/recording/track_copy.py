"""Packets into one seekable file, without decoding."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Stream

MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Container:
    """What a codec is kept in."""

    format: str
    """The muxer's name, and the end of the file's."""
    mime: str
    options: dict[str, str]

    def open(self, path: Path) -> av.container.OutputContainer:
        return av.open(str(path), "w", format=self.format, container_options=self.options)


CONTAINERS: dict[str, Container] = {
    "vp8": Container("webm", 'video/webm; codecs="vp8"', {"cues_to_front": "1"}),
    "opus": Container("webm", 'audio/webm; codecs="opus"', {"cues_to_front": "1"}),
    "h264": Container("mp4", "video/mp4", {"movflags": "+faststart"}),
}


class TrackCopy:
    """The output file; opened with the first packet, because it takes its codec parameters from there."""

    def __init__(self, path: Path, container: Container, scale: float = 1.0) -> None:
        """`scale`: how much longer the lesson's clock takes for what the packets say."""
        self.first_ms: int | None = None
        self._path, self._container, self._scale = path, container, scale
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
            self._output = self._container.open(self._path)
            self._stream = self._output.add_stream_from_template(template, opaque=True)
            self._stream.time_base = MILLISECOND
        # MP4 wants each time stamp to be later than the one before.
        at_ms = max(at_ms - self.first_ms, self._last_ms + 1)
        copy = av.Packet(bytes(packet))
        copy.pts = copy.dts = at_ms
        copy.time_base = MILLISECOND
        copy.is_keyframe = packet.is_keyframe
        copy.stream = self._stream
        self._output.mux_one(copy)
        self._last_ms = at_ms
        self._count += 1

    def close(self) -> None:
        if self._output is not None:
            self._output.close()
