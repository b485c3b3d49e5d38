"""NTP timestamps for sender reports, on the engine's steady clock (RFC 3550 §4)."""

import time

_UNIX_EPOCH_S = 2_208_988_800
"""1970-01-01 in seconds since 1900."""

_wall_minus_steady = time.time() - time.monotonic()


def ntp_timestamp(now: float) -> int:
    """`now` of the monotonic clock as 32.32 fixed point seconds since 1900.

    The wall clock is read once per process: a step of it must not tear sound from picture.
    """
    return int((now + _wall_minus_steady + _UNIX_EPOCH_S) * 4_294_967_296) & 0xFFFFFFFFFFFFFFFF


def ntp_seconds(timestamp: int) -> float:
    """An NTP timestamp in seconds since 1900."""
    return timestamp / 4_294_967_296
