"""What the receiver accepted for one media section."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamFormats:
    """What the receiver accepted for one media section of its answer."""

    payload_types: dict[str, tuple[int, int | None]]
    """Codec name to payload type and retransmission payload type."""
    send_time_id: int | None = None
    """Header extension id of abs-send-time."""
    red_payload_type: int | None = None
    """Of audio, if the receiver takes it twice (RFC 2198)."""


NO_FORMATS = StreamFormats({})
