"""The film's sound: every microphone that is heard, mixed to one track of AAC."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from app.recording.film.job import SoundTrack
from app.recording.film.sound_source import RATE_HZ, SAMPLES_PER_MS, Samples, SoundSource

BITRATE_BPS = 128_000
BLOCK = RATE_HZ
KNEE = 0.8
"""Of full scale: louder sums are bent instead of cut off."""


def write_sound(
    path: Path, tracks: tuple[SoundTrack, ...], duration_ms: int, on_second: Callable[[int], None]
) -> None:
    """An MP4 with nothing but sound, from 0 to `duration_ms`; `on_second` is told each second that is done."""
    total = duration_ms * SAMPLES_PER_MS
    sources = [SoundSource(track) for track in tracks]
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = BITRATE_BPS
        for start in range(0, total, BLOCK):
            block = mixed(sources, start, min(BLOCK, total - start))
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE_HZ, start
            output.mux(stream.encode(frame))
            on_second(start // BLOCK + 1)
        output.mux(stream.encode(None))
    for source in sources:
        source.close()


def mixed(sources: list[SoundSource], start: int, count: int) -> Samples:
    """The sum of all, at most full scale."""
    total = np.zeros((2, count), np.float32)
    for source in sources:
        samples = source.read(start, count)
        if samples is not None:
            total += samples
    loud = np.abs(total)
    if loud.max(initial=0.0) > KNEE:
        bent = KNEE + (1 - KNEE) * np.tanh((loud - KNEE) / (1 - KNEE))
        total = np.where(loud > KNEE, np.sign(total) * bent, total).astype(np.float32)
    return total
