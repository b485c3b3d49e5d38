"""What becomes of an epoch when it is one seekable file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    first_ms: int
    """Where the file's time zero lies on the epoch's own time line, drift taken out."""
    duration_ms: int
    size_bytes: int
    sha256: str
