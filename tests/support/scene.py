"""Finds the flashes and beeps of `rtp_publisher`'s scene in a recorded file."""

import io

import av
import numpy as np

from tests.support.rtp_publisher import BEEP_HZ

WHITE = 150
LOUD = 0.05


def flashes_s(content: bytes) -> list[float]:
    """Times of the white pictures, seconds in the file."""
    with av.open(io.BytesIO(content)) as container:
        frames = [(f.time, f.to_ndarray(format="gray").mean()) for f in container.decode(video=0)]
    return [at for at, luma in frames if luma > WHITE]


def beeps_s(content: bytes) -> list[float]:
    """Times at which a tone begins, seconds in the file, by the energy at its frequency."""
    found: list[float] = []
    last = -1.0
    with av.open(io.BytesIO(content)) as container:
        for frame in container.decode(audio=0):
            sound = frame.to_ndarray().astype(np.float64)[0]
            step = 240
            for start in range(0, len(sound) - step + 1, step):
                times = np.arange(start, start + step) / frame.sample_rate
                tone = np.exp(-2j * np.pi * BEEP_HZ * times)
                energy = abs(np.dot(sound[start : start + step], tone)) / step
                if energy > LOUD:
                    at = frame.time + start / frame.sample_rate
                    if at - last > 0.5:
                        found.append(at)
                    last = at
    return found


def decodable_frames(content: bytes) -> int:
    """Frames that come out of a decoder; raises if any packet cannot be decoded."""
    with av.open(io.BytesIO(content)) as container:
        return sum(1 for _ in container.decode(container.streams[0]))
