"""Tracks as a finished recording has them, made in a moment, and what is seen and heard in a film of them."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

FPS, RATE_HZ = 15, 48_000
Colour = tuple[int, int, int]
Hole = tuple[float, float]
"""From and to, in seconds: nothing was recorded."""
NO_HOLE: Hole = (0.0, 0.0)


def write_picture(path: Path, duration_s: float, colour: Colour, hole_s: Hole = NO_HOLE) -> Path:
    """VP8 of one colour."""
    pixels = np.empty((90, 160, 3), np.uint8)
    pixels[:] = colour
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
    with av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream("libvpx", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
        stream.codec_context.gop_size = FPS
        stream.options = {"deadline": "realtime", "cpu-used": "8"}
        for number in range(round(duration_s * FPS)):
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            packets = stream.encode(frame)
            if not hole_s[0] <= number / FPS < hole_s[1]:
                output.mux(packets)
    return path


def write_sound(path: Path, duration_s: float, tone_hz: float, hole_s: Hole = NO_HOLE) -> Path:
    """Opus of one tone."""
    at = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sound = (8_000 * np.sin(2 * np.pi * tone_hz * at)).astype(np.int16)
    with av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream("libopus", rate=RATE_HZ, layout="mono")
        for number, start in enumerate(range(0, len(sound) - 959, 960)):
            frame = av.AudioFrame.from_ndarray(
                sound[np.newaxis, start : start + 960], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = RATE_HZ, start
            packets = stream.encode(frame)
            if not hole_s[0] <= number * 0.02 < hole_s[1]:
                output.mux(packets)
    return path


def pictures_of(path: Path, width: int = 160) -> list[tuple[float, NDArray[np.uint8]]]:
    """(seconds, RGB) of every frame of a film, made small."""
    pictures = []
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            assert frame.time is not None
            small = frame.reformat(width, frame.height * width // frame.width, "rgb24")
            pictures.append((frame.time, small.to_ndarray()))
    return pictures


def sound_of(path: Path) -> NDArray[np.float64]:
    """The left channel, from the film's beginning on."""
    pieces = []
    with av.open(str(path)) as film:
        for frame in film.decode(audio=0):
            if not pieces:
                assert frame.time is not None
                pieces.append(np.zeros(max(0, round(frame.time * RATE_HZ))))
            pieces.append(frame.to_ndarray()[0].astype(np.float64))
    return np.concatenate(pieces)


def share_of(picture: NDArray[np.uint8], colour: Colour, tolerance: int = 24) -> float:
    """Which part of the picture has this colour, 0 to 1."""
    apart = np.abs(picture.astype(np.int16) - np.array(colour, np.int16)).max(axis=2)
    return float((apart <= tolerance).mean())


def loudness_of(sound: NDArray[np.float64], tone_hz: float, begin_s: float, end_s: float) -> float:
    """How much of a tone there is in a part of the sound: the amplitude that correlation finds."""
    part = sound[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ)]
    at = np.arange(len(part)) / RATE_HZ
    return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * tone_hz * at))))
