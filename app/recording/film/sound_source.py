"""One microphone on the film's time line: decoded, 48 kHz stereo, silent wherever nothing was recorded."""

from collections.abc import Generator
from contextlib import suppress

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from app.recording.film.job import SoundTrack
from app.recording.film.sound_spans import Span

RATE_HZ = 48_000
SAMPLES_PER_MS = RATE_HZ // 1000
FADE = RATE_HZ // 100
"""Samples over which a voice comes and goes, so that nothing clicks."""
SEEK_AHEAD = 10 * RATE_HZ
_LEAD_IN_MS = 100
"""Decoded before it is needed: an Opus decoder that begins in the middle converges within 80 ms (RFC 7845 §4.6)."""
# Packets lie on the lesson clock, their samples on the sender's. Up to 15 ms apart the samples are stretched, more is a
# gap or an overlap. Without `async` gaps would vanish and everything after them play early.
_RESAMPLER = f"{RATE_HZ}:async=1000:min_hard_comp=0.015"

Samples = NDArray[np.float32]


class SoundSource:
    """Read in order: each `read` begins where the one before ended, or later."""

    def __init__(self, track: SoundTrack) -> None:
        self._track = track
        self._spans = [(begin * SAMPLES_PER_MS, end * SAMPLES_PER_MS) for begin, end in track.spans]
        self._decoder: _Decoder | None = None

    def read(self, start: int, count: int) -> Samples | None:
        """`count` samples from the film's sample `start` on, shape (2, count); None is silence."""
        end = start + count
        while self._spans and self._spans[0][1] <= start:
            self._spans.pop(0)
        heard = [span for span in self._spans if span[0] < end]
        if not heard:
            if not self._spans or self._spans[0][0] > end + SEEK_AHEAD:
                self.close()
            return None
        if self._decoder is None:
            self._decoder = _Decoder(self._track, max(start, heard[0][0]))
        samples = self._decoder.read(start, end)
        return samples * _envelope(heard, start, end)

    def close(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None


class _Decoder:
    def __init__(self, track: SoundTrack, start: int) -> None:
        self._offset = track.starts_ms * SAMPLES_PER_MS
        self._container = av.open(track.path)
        from_ms = (start - self._offset) // SAMPLES_PER_MS - _LEAD_IN_MS
        if from_ms > 0:
            self._container.seek(from_ms * 1000)
        self._pieces = self._resampled()
        self._piece: tuple[int, Samples] | None = None

    def read(self, start: int, end: int) -> Samples:
        samples = np.zeros((2, end - start), np.float32)
        while True:
            if self._piece is None:
                self._piece = next(self._pieces, None)
            if self._piece is None or self._piece[0] >= end:
                return samples
            at, piece = self._piece
            part = piece[:, max(0, start - at) : end - at]
            left = max(at, start) - start
            samples[:, left : left + part.shape[1]] = part
            if at + piece.shape[1] > end:
                return samples
            self._piece = None

    def close(self) -> None:
        self._pieces.close()
        self._container.close()

    def _resampled(self) -> "Generator[tuple[int, Samples]]":
        """(first sample on the film's time line, samples)."""
        stream = self._container.streams.audio[0]
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(template=stream),
            graph.add("aresample", _RESAMPLER),
            graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
            graph.add("abuffersink"),
        ).configure()
        for packet in self._container.demux(stream):
            with suppress(av.error.InvalidDataError):
                for frame in packet.decode():
                    graph.push(frame)
            yield from self._pulled(graph)
        graph.push(None)
        yield from self._pulled(graph)

    def _pulled(self, graph: av.filter.Graph) -> "Generator[tuple[int, Samples]]":
        while True:
            try:
                frame = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(frame, av.AudioFrame) and frame.pts is not None
            assert frame.time_base is not None
            at = round(frame.pts * frame.time_base * RATE_HZ)
            yield self._offset + at, np.asarray(frame.to_ndarray(), np.float32)


def _envelope(spans: list[Span], start: int, end: int) -> Samples:
    """0 outside of the spans, 1 inside, a ramp at each border."""
    at = np.arange(start, end)
    level = np.zeros(end - start)
    for begin, stop in spans:
        level = np.maximum(level, np.clip(np.minimum(at - begin, stop - at) / FADE, 0.0, 1.0))
    return level.astype(np.float32)
