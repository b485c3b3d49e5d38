"""How a publisher packs one track."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """Codec and numbers of a track, the same for all its layers."""

    codec: str
    payload_type: int
    clock_rate_hz: int
    ssrc: int
    """Of the first layer that was heard: the name of this track epoch."""
    rids: tuple[str, ...] = ("",)
    """One per layer (RFC 8851), low to high as far as the publisher says."""

    @property
    def is_video(self) -> bool:
        return self.codec in ("vp8", "h264")
