"""Media that tell when they were taken: pictures that grow brighter, and a sound of known length."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FPS, KEYFRAME_S = 10, 4
FRAME_MS = 1000 // FPS
TRACK_MS = 12_000
SHADE = 2
"""A picture is as bright as its number times this: brightness tells when it was taken."""
FIRST_SHADE = 8


def film(path: Path, codec: str = "vp8") -> bytes:
    """Grey pictures that grow brighter, a keyframe every 4 s."""
    encoder, container = {"vp8": ("libvpx", "webm"), "h264": ("libx264", "mp4")}[codec]
    options = {"g": str(FPS * KEYFRAME_S), "keyint_min": str(FPS * KEYFRAME_S), "bf": "0"}
    if codec == "vp8":
        options = {**options, "deadline": "realtime", "auto-alt-ref": "0", "b": "1M"}
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(encoder, rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(TRACK_MS // FRAME_MS):
            frame = av.VideoFrame.from_ndarray(
                np.full((72, 64), FIRST_SHADE + SHADE * number, np.uint8), format="yuv420p"
            )
            frame.planes[1].update(bytes([128]) * frame.planes[1].buffer_size)
            frame.planes[2].update(bytes([128]) * frame.planes[2].buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path.read_bytes()


def sound(path: Path) -> bytes:
    with av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        for number in range(TRACK_MS // 20):
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 960), np.int16), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = 48_000, number * 960
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path.read_bytes()


@dataclass(frozen=True)
class Shown:
    """A picture of a file: when it is shown, and which one it is by its brightness, both in ms."""

    at_ms: float
    taken_ms: int


def shown(path: Path) -> Iterator[Shown]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma = frame.planes[0]
            rows = np.frombuffer(luma, np.uint8).reshape(-1, luma.line_size)
            number = round((float(rows[:, : luma.width].mean()) - FIRST_SHADE) / SHADE)
            assert frame.time is not None
            yield Shown(1000 * frame.time, number * FRAME_MS)
