"""An epoch of H.264 as one seekable MP4, packet by packet: its index cannot be made without looking at each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.stream import Stream

from app.recording.adopt import file_sha256
from app.recording.alignment import Placement
from app.recording.finished import Written
from app.recording.segment_reader import SegmentReader
from app.recording.telemetry import EpochTelemetry
from app.recording.track_copy import CONTAINERS, TrackCopy


def write_mp4_epoch(epoch: EpochTelemetry, placement: Placement, path: Path) -> Written | None:
    """None if no packet can be read."""
    copy = TrackCopy(path, CONTAINERS["h264"], placement.time_scale)
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
