"""Where the next packet of a stream lies on its RTP clock when another source takes over."""


def aligned_timestamp(wanted: int, previous: int, clock_rate_hz: int) -> int:
    """`wanted`, or a little after `previous` where it is not later than that (modulo 2**32).

    Two clocks may disagree by a little: one frame (or packet) on, never back.
    """
    ahead = (wanted - previous) & 0xFFFFFFFF
    if ahead == 0 or ahead >= 0x80000000:
        return previous + clock_rate_hz // 50
    return wanted
