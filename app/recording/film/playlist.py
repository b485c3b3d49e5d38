"""The HLS playlist as it is served: with an address of the moment for the one file that it speaks of. Pure."""

import re

from app.recording.film.job import FRAGMENTS

_NAME = FRAGMENTS.rpartition("/")[2]
_LINE = re.compile(rf"^{re.escape(_NAME)}$", re.MULTILINE)
_ATTRIBUTE = f'URI="{_NAME}"'


def with_address(playlist: str, address: str) -> str:
    """RFC 8216: the file stands on lines of its own, and in EXT-X-MAP."""
    return _LINE.sub(lambda _: address, playlist).replace(_ATTRIBUTE, f'URI="{address}"')
