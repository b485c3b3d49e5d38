"""How much a publisher may send, decided from its loss. Pure."""

HIGH_LOSS = 0.10
LOW_LOSS = 0.02
UPLINK_FLOOR_BPS = 50_000
UPLINK_GROWTH = 1.08
"""Per second; what browsers' own receivers grow by."""


class UplinkRate:
    """The REMB for one publisher: its cap, lowered by what its own link loses."""

    __slots__ = ("_bitrate_bps",)

    def __init__(self) -> None:
        self._bitrate_bps = float("inf")

    def update(self, fraction_lost: float, cap_bps: int) -> int:
        """Once a second, with the share of video packets lost in it; bits per second to allow."""
        rate = min(self._bitrate_bps, float(cap_bps))
        if fraction_lost > HIGH_LOSS:
            rate *= 1 - fraction_lost / 2
        elif fraction_lost < LOW_LOSS:
            rate *= UPLINK_GROWTH
        self._bitrate_bps = min(max(rate, UPLINK_FLOOR_BPS), float(cap_bps))
        return int(self._bitrate_bps)
