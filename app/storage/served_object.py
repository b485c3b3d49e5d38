"""What its row says of an object, so that nothing is asked of the store but its bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServedObject:
    key: str
    size_bytes: int
    sha256: str
    mime: str
