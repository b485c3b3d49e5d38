"""The `Range` request header, RFC 9110 §14: one byte range, which is all that players ask for."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    start: int
    end: int
    """Not included."""

    def content_range(self, size_bytes: int) -> str:
        return f"bytes {self.start}-{self.end - 1}/{size_bytes}"


class RangeNotSatisfiable(Exception):
    """Answer 416."""


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The part asked for; None means the whole (no header, or one that may be ignored).

    Raises RangeNotSatisfiable for a range that starts behind the end.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start = int(first)
        end = min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= size_bytes or start >= end:
        raise RangeNotSatisfiable
    return ByteRange(start, end)
