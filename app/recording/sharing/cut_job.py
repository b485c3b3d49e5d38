"""What goes into the process that cuts a clip and what comes out. Loads no media library: the worker imports this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CutTrack:
    """A track of the recording that reaches into the clip. Times in ms on the lesson's time line."""

    track_id: str
    codec: str
    object_key: str
    starts_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class CutJob:
    tracks: tuple[CutTrack, ...]
    from_ms: int
    to_ms: int
    output_folder: str


@dataclass(frozen=True, slots=True)
class CutPiece:
    """A finished file: the whole of a track within the clip, or its beginning up to a keyframe, or the rest."""

    track_id: str
    """Of the track that it was cut from."""
    path: str
    mime: str
    starts_ms: int
    """On the clip's time line, 0 = its start."""
    duration_ms: int
    size_bytes: int
    sha256: str
