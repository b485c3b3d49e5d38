"""Where a player gets what a replay is made of."""

from collections.abc import Awaitable, Callable

AddressOf = Callable[[str, str], Awaitable[str]]
"""Of the track, or picture, of this id, kept under this key; permission and expiry are in the address itself."""
