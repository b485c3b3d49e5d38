"""Where a page of a list by time ends: the moment and the id of its last row, as the client gives it back."""

import re

from app.errors import InvalidInput

_CURSOR = re.compile(r"(\d{1,15})\.(\w{1,40})", re.ASCII)


def cursor_of(at_ms: int, row_id: str) -> str:
    return f"{at_ms}.{row_id}"


def parse_cursor(cursor: str, parameter: str = "after") -> tuple[int, str]:
    """InvalidInput, which names the parameter, if it is none."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInput(f"`{parameter}` is not a cursor of this list")
    return int(match[1]), match[2]
