"""The picture of one participant at any moment that only moves forward, decoded frame by frame."""

from collections.abc import Generator, Sequence
from contextlib import suppress

import av

from app.recording.film.job import PictureTrack

STALE_MS = {"camera": 2_000, "screen": 20_000, "document": 5_000}
"""A picture older than this is no longer shown. Screens that stand still send a frame every few seconds."""
SEEK_AHEAD_MS = 15_000
"""Further ahead than a keyframe interval it is quicker to seek than to decode all of it."""


class PictureSource:
    """The tracks of one participant's camera, screen or document camera, opened one at a time."""

    def __init__(self, tracks: Sequence[PictureTrack]) -> None:
        self._tracks = sorted(tracks, key=lambda track: track.starts_ms)
        self._open: _TrackPictures | None = None

    def at(self, at_ms: int) -> av.VideoFrame | None:
        """The frame to show; the same object as long as it is the same frame. None: there is no picture."""
        track = next(
            (t for t in reversed(self._tracks) if t.starts_ms <= at_ms < t.ends_ms),
            None,
        )
        if track is None:
            self.close()
            return None
        if self._open is None or self._open.track is not track:
            self.close()
            self._open = _TrackPictures(track)
        return self._open.at(at_ms)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class _TrackPictures:
    def __init__(self, track: PictureTrack) -> None:
        self.track = track
        self._container = av.open(track.path)
        stream = self._container.streams.video[0]
        # Frames in flight in other threads are memory, and the encoder keeps the cores busy.
        stream.codec_context.thread_count = 1
        self._frames = self._decoded()
        self._position_ms = 0
        self._shown: tuple[int, av.VideoFrame] | None = None
        self._next: tuple[int, av.VideoFrame] | None = None

    def at(self, at_ms: int) -> av.VideoFrame | None:
        wanted_ms = at_ms - self.track.starts_ms
        if wanted_ms - self._position_ms > SEEK_AHEAD_MS:
            self._seek(wanted_ms)
        self._position_ms = wanted_ms
        while True:
            if self._next is None:
                self._next = next(self._frames, None)
            if self._next is None or self._next[0] > wanted_ms:
                break
            self._shown, self._next = self._next, None
        if self._shown is None or wanted_ms - self._shown[0] > STALE_MS[self.track.source]:
            return None
        return self._shown[1]

    def close(self) -> None:
        self._frames.close()
        self._container.close()

    def _seek(self, wanted_ms: int) -> None:
        self._container.seek(wanted_ms * 1000)
        self._frames.close()
        self._frames = self._decoded()
        self._shown = self._next = None

    def _decoded(self) -> "Generator[tuple[int, av.VideoFrame]]":
        """(milliseconds since the track's start, frame). What cannot be decoded is left out."""
        for packet in self._container.demux(video=0):
            with suppress(av.error.InvalidDataError):
                for frame in packet.decode():
                    if frame.time is not None:
                        yield round(frame.time * 1000), frame
