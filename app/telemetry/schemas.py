"""What `/lessons/{id}/media-stats` and `/media-history` answer. `app.media.sfu.stats` says the same in plain values.

Names are those of webrtc-stats, in snake_case, where it has one. Times without a unit in the name are seconds, shares
0..1, and every counter is of one connection from its beginning on. Only what the engine counts itself is here.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api_model import ApiModel
from app.telemetry.history import IncidentType

QualityWord = Literal["good", "fair", "poor", "lost"]
KindWord = Literal["audio", "video"]
ConnectionWord = Literal["publish", "subscribe"]


class CandidatePairStats(ApiModel):
    protocol: Literal["udp", "tcp"]


class TransportStats(ApiModel):
    """RTCTransportStats. Bytes are encrypted, without IP and UDP headers."""

    ice_state: Literal["new", "checking", "connected", "disconnected", "failed", "closed"]
    dtls_state: Literal["new", "connecting", "connected", "closed", "failed"]
    srtp_cipher: str | None
    selected_candidate_pair: CandidatePairStats | None
    packets_received: int
    packets_sent: int
    bytes_received: int
    bytes_sent: int
    packets_dropped_congestion: int
    """A full socket: not sent."""
    packets_rejected: int
    """Not authentic, replayed or malformed."""


class InboundRtpStats(ApiModel):
    """RTCInboundRtpStreamStats: one stream that the server receives. A publication has one for each simulcast layer."""

    publication_id: str
    rid: str | None
    ssrc: int
    kind: KindWord
    mime_type: str
    packets_received: int
    packets_lost: int
    """Expected and never received, RFC 3550 §6.4.1."""
    fraction_lost: float
    """In the last second."""
    jitter: float
    bytes_received: int
    """Decrypted RTP packets with their headers."""
    retransmitted_packets_received: int
    packets_rebuilt: int
    """From the redundancy of later ones (RED)."""
    packets_requested: int
    """Asked for with NACKs, repetitions included."""
    packets_repeated: int
    key_frames_received: int
    pli_count: int
    """Keyframes asked for."""
    frame_width: int | None
    frame_height: int | None
    bitrates_bps: list[int]
    """Over the last second, up to each temporal layer."""
    is_live: bool
    is_wanted: bool
    """Somebody needs it, so its publisher is told to send it."""
    subscribers: int


class LayerBody(ApiModel):
    spatial: int
    temporal: int


class RemoteInboundRtpStats(ApiModel):
    """RTCRemoteInboundRtpStreamStats: what the receiver last reported."""

    packets_lost: int
    fraction_lost: float
    jitter: float
    round_trip_time: float | None


class OutboundRtpStats(ApiModel):
    """RTCOutboundRtpStreamStats: one slot that the server fills."""

    mid: str
    ssrc: int
    kind: KindWord
    publication_id: str | None
    """None: empty now."""
    mime_type: str | None
    is_waiting: bool
    """For the first keyframe."""
    current_layer: LayerBody | None
    target_layer: LayerBody | None
    packets_sent: int
    bytes_sent: int
    """Payload."""
    retransmitted_packets_sent: int
    redundant_packets_sent: int
    """Sound with the packet before it (RED); of a picture, what was repeated unasked."""
    packets_left_out: int
    """Of temporal layers above the one aimed at."""
    packets_dropped: int
    remote_inbound_rtp: RemoteInboundRtpStats | None


class ConnectionStats(ApiModel):
    """One peer connection of a participant."""

    connection: ConnectionWord
    session_id: str | None
    """Of a WHIP or WHEP session; None: the page's own."""
    state: Literal["connecting", "connected", "failed", "closed"]
    transport: TransportStats
    allowed_bitrate_bps: int | None
    """The last REMB sent to a publisher."""
    available_outgoing_bitrate_bps: int | None
    """The last REMB of a receiver; 0: none came."""
    packets_unbound: int
    nack_count: int
    """NACK packets: sent to a publisher, received from a subscriber."""
    pli_count: int
    inbound_rtp: list[InboundRtpStats]
    outbound_rtp: list[OutboundRtpStats]


class SinkStats(ApiModel):
    """A publication on its way to the recorder."""

    publication_id: str
    is_connected: bool
    packets_dropped: int


class ParticipantStats(ApiModel):
    participant_id: str
    quality: QualityWord | None
    paused: list[str]
    """Publications held back because of its link."""
    connections: list[ConnectionStats]


class EngineStats(ApiModel):
    """What an engine answers."""

    participants: list[ParticipantStats] = Field(default_factory=list)
    sinks: list[SinkStats] = Field(default_factory=list)


class DataUsedBody(ApiModel):
    """IP packets with media over the whole lesson, all connections of the place together."""

    participant_id: str
    bytes_sent: int
    """By the server, to this place."""
    bytes_received: int


class MediaStatsBody(ApiModel):
    lesson_id: str
    at: datetime
    engine: int | None
    """Which engine holds the lesson; None: none does, and then nobody has a connection."""
    participants: list[ParticipantStats]
    sinks: list[SinkStats]
    data_used: list[DataUsedBody]


class SampleBody(ApiModel):
    """Two seconds of a link. `up` is towards the server; loss before repair."""

    at: datetime
    quality: QualityWord
    loss_up: float
    loss_down: float
    round_trip_time: float
    bitrate_up_bps: int
    bitrate_down_bps: int
    is_paused: bool


class ParticipantHistory(ApiModel):
    participant_id: str
    samples: list[SampleBody]


class IncidentBody(ApiModel):
    at: datetime
    type: IncidentType
    participant_id: str | None
    """None: the whole lesson."""
    detail: str


class MediaHistoryBody(ApiModel):
    """Oldest first."""

    lesson_id: str
    participants: list[ParticipantHistory]
    incidents: list[IncidentBody]
