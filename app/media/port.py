"""The seam between rooms and media engines: protocols and plain values only.

An engine knows participants, publications and permissions. It knows no stage, role or seat:
those are folded into `MediaPermissions` by a pure function of the room.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from app.ids import LessonId, MediaSessionId, ParticipantId, PublicationId

Quality = Literal["off", "low", "high", "auto"]
Kind = Literal["audio", "video"]
LinkQuality = Literal["good", "fair", "poor", "lost"]
"""A participant's link in one word; `lost`: nothing is heard of it."""
ConnectionRole = Literal["publish", "subscribe"]
PauseReason = Literal["loss", "bandwidth"]


class Source(StrEnum):
    """Where a track comes from (W3C's word: the source of a MediaStreamTrack)."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"
    DOCUMENT = "document"
    """A document camera: paper, hands, an instrument, to be read and seen in detail."""

    @property
    def is_read(self) -> bool:
        """Shown large and whole, with all detail rather than all frames."""
        return self in (Source.SCREEN, Source.DOCUMENT)

    @property
    def kind(self) -> Kind:
        return "audio" if self is Source.MICROPHONE else "video"


@dataclass(frozen=True, slots=True)
class Reception:
    """How one publication is received, and in which group of slots it shows up."""

    quality: Quality
    slot_group: str
    """One of the group names given to `admit`. A participant's camera and microphone in the same
    group share one slot (an A/V pair with one msid, for lip sync)."""
    priority: int = 0
    """Which picture suffers last on a weak link, higher first. Sound never does."""
    is_contested: bool = False
    """Sound that comes only while it is among the loudest, where more than four such are received."""


@dataclass(frozen=True, slots=True)
class MediaPermissions:
    """What one participant may send and gets to receive. Absent from `receive` means off."""

    publish: frozenset[Source] = frozenset()
    receive: Mapping[PublicationId, Reception] = field(default_factory=dict)
    video_cap_bps: int = 1_500_000
    """Upper bound for the REMB sent to this publisher, for all its video together."""


@dataclass(frozen=True, slots=True)
class SlotGroup:
    """`count` fixed places on the subscribing connection, named `<name>.<i>` from 0."""

    name: str
    count: int
    has_audio: bool = True
    has_video: bool = True


@dataclass(frozen=True, slots=True)
class ClientNetwork:
    """How the client reached the server: decides which candidates are announced, and their order."""

    is_loopback: bool
    server_ip: str = ""
    """Local address of the HTTP connection, announced first."""


@dataclass(frozen=True, slots=True)
class MediaGrant:
    """What the browser is told so that it can start its media client."""

    engine: Literal["webrtc"]
    media_epoch: int
    """Changes when the engine lost its peers: the page then makes new RTCPeerConnections at once."""
    ice_servers: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RtpSink:
    """Where an engine streams a publication's packets for recording: see `rtp_sink.py`."""

    socket_path: str
    lesson_id: LessonId
    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class PublicationAdded:
    """First packets of a track arrived (or its codec changed)."""

    lesson_id: LessonId
    participant_id: ParticipantId
    publication_id: PublicationId
    source: Source
    codec: str
    """Lower-case name: `vp8`, `h264`, `opus`."""


@dataclass(frozen=True, slots=True)
class PublicationRemoved:
    lesson_id: LessonId
    participant_id: ParticipantId
    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class PeerStateChanged:
    """`state` is RTCPeerConnectionState's word."""

    lesson_id: LessonId
    participant_id: ParticipantId
    connection: ConnectionRole
    state: Literal["connecting", "connected", "failed", "closed"]
    session_id: MediaSessionId | None = None
    """The WHIP or WHEP session, which is no more after `closed`; None: the page's own connection."""


@dataclass(frozen=True, slots=True)
class SlotMapped:
    """Slot `slot` of the receiver now carries `publisher_id` (None: empty)."""

    lesson_id: LessonId
    participant_id: ParticipantId
    slot: str
    publisher_id: ParticipantId | None


@dataclass(frozen=True, slots=True)
class SubscriptionPaused:
    """Video of a slot was paused or resumed by the engine because of the receiver's link, or a pause changed."""

    lesson_id: LessonId
    participant_id: ParticipantId
    publication_id: PublicationId
    is_paused: bool
    reason: Literal["loss", "bandwidth", ""]
    carries_stills: bool = False
    """While it is paused the link has room for a small picture every few seconds besides the sound."""


@dataclass(frozen=True, slots=True)
class SpeakersChanged:
    """Who speaks now, by their microphones' levels (RFC 6464): at most 5 times a second, and 16 of them."""

    lesson_id: LessonId
    speakers: tuple[ParticipantId, ...]
    """In the order of their ids."""


@dataclass(frozen=True, slots=True)
class LayersWanted:
    """Which encodings of a video somebody needs; its publisher should send those only.

    Said when the track begins and whenever it changes.
    """

    lesson_id: LessonId
    participant_id: ParticipantId
    source: Source
    layers: tuple[bool, ...]
    """In the order of the publisher's encodings, as its offer listed them."""


@dataclass(frozen=True, slots=True)
class QualityMeasured:
    """A participant's link: on each change, after new permissions, and every 10 s for the bytes; at most every 2 s.

    The bytes are totals of this participant since the engine opened the room, over all its connections, those that
    are gone included: IP packets with media as the link carries them.
    """

    lesson_id: LessonId
    participant_id: ParticipantId
    quality: LinkQuality
    bytes_sent: int
    """To the participant."""
    bytes_received: int


@dataclass(frozen=True, slots=True)
class LinkSample:
    """The last 2 s of a participant's link; `up` is towards the server. Loss: shares of packets, before repair."""

    quality: LinkQuality
    loss_up: float
    loss_down: float
    rtt_ms: int
    """0: not known yet."""
    bitrate_up_bps: int
    bitrate_down_bps: int
    is_paused: bool
    """Some video is held back because of this link."""


@dataclass(frozen=True, slots=True)
class LessonSampled:
    """Every 2 s: who has or had a connection, and how it does. Skipped while the link to the app is full."""

    lesson_id: LessonId
    samples: Mapping[ParticipantId, LinkSample]


@dataclass(frozen=True, slots=True)
class EngineConnected:
    """The app (re)connected to an engine; reconcile against `snapshot()`. `media_epoch` changed if it restarted."""

    media_epoch: int


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine process or its link is gone. It will be restarted by the supervisor."""


MediaEvent = (
    PublicationAdded
    | PublicationRemoved
    | PeerStateChanged
    | SlotMapped
    | SubscriptionPaused
    | SpeakersChanged
    | QualityMeasured
    | LessonSampled
    | LayersWanted
    | EngineConnected
    | EngineLost
)


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """One WHIP (`publish`) or WHEP (`subscribe`) session."""

    connection: ConnectionRole
    ice_ufrag: str
    """Ours: names the ICE session, changes with each ICE restart."""
    remote_ice_ufrag: str
    publisher_id: ParticipantId | None = None
    """Whom a `subscribe` session carries."""
    note: str = field(default="", repr=False)
    """What the app gave with the offer, to know the session again after a restart."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why some video of a participant is held back, and what its link has room for instead."""

    reason: PauseReason
    carries_stills: bool


@dataclass(frozen=True, slots=True)
class ParticipantSnapshot:
    permissions: MediaPermissions
    publications: Mapping[PublicationId, str]
    """Live publications and their codec."""
    slots: Mapping[str, ParticipantId | None]
    publish_state: str
    subscribe_state: str
    sessions: Mapping[MediaSessionId, SessionSnapshot] = field(default_factory=dict)
    layers_wanted: Mapping[Source, tuple[bool, ...]] = field(default_factory=dict)
    """As the last `LayersWanted` of each video said."""
    paused: Mapping[PublicationId, Pause] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    media_epoch: int
    rooms: Mapping[LessonId, Mapping[ParticipantId, ParticipantSnapshot]]
    sinks: frozenset[PublicationId]


@dataclass(frozen=True, slots=True)
class EngineMetrics:
    """An engine as a whole. Counters grow from its start on; they are of all peers, those that are gone included."""

    media_epoch: int
    rooms: int
    publications: int
    peers: Mapping[str, int]
    """`<publish or subscribe> <state>` to how many; states as in `PeerStateChanged`."""
    counters: Mapping[str, int]
    """`packets_`, `bytes_`, `nacks_` and `plis_` each `received` and `sent`, `packets_retransmitted`, and what was
    `dropped_`: `congestion` (a full socket), `rejected` (not authentic, malformed), `unbound` (of no track that was
    offered), `recorder` (it did not read)."""
    event_loop_lag_s: float
    """The worst of the last 10 to 20 s."""
    cpu_s: float
    resident_bytes: int


class MediaEngine(Protocol):
    """One embedded or remote engine. Every call is idempotent; raises `EngineUnavailable` while it is down."""

    @property
    def is_available(self) -> bool: ...

    async def open_room(self, lesson_id: LessonId) -> None: ...

    async def admit(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        slots: tuple[SlotGroup, ...],
    ) -> MediaGrant: ...

    async def permit(
        self, lesson_id: LessonId, participant_id: ParticipantId, permissions: MediaPermissions
    ) -> None: ...

    async def remove(self, lesson_id: LessonId, participant_id: ParticipantId) -> None: ...

    async def close_page(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        """Close the connections of the participant's page; its WHIP and WHEP sessions go on."""
        ...

    async def close_room(self, lesson_id: LessonId) -> None: ...

    async def attach_sink(self, sink: RtpSink) -> None: ...

    async def detach_sink(self, lesson_id: LessonId, publication_id: PublicationId) -> None: ...

    async def request_keyframe(
        self, lesson_id: LessonId, publication_id: PublicationId
    ) -> None: ...

    async def snapshot(self) -> EngineSnapshot: ...

    async def stats(self, lesson_id: LessonId) -> Mapping[str, object]: ...

    async def metrics(self) -> EngineMetrics: ...

    def events(self) -> AsyncIterator[MediaEvent]: ...


class Negotiator(Protocol):
    """SDP exchange of the embedded engine. The offerer is the RTP sender, so glare cannot happen.

    Bad SDP raises `NegotiationFailed` with a sentence that says what is wrong.
    """

    async def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        """Answer the browser's offer on its publishing connection; `tracks` maps mid to source.

        An offer with a new DTLS fingerprint or new ICE credentials replaces the peer or restarts ICE.
        """
        ...

    async def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        """The server's offer for the subscribing connection; replaces the old peer unless `is_ice_restart`."""
        ...

    async def accept(
        self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str
    ) -> None:
        """The browser's answer to the last `offer`."""
        ...

    async def probe(self, offer_sdp: str, network: ClientNetwork) -> str:
        """Answer a page that tests its link, outside of any lesson: its VP8 comes back for some seconds."""
        ...


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """What a WHIP or WHEP session begins with."""

    sdp: str
    session: SessionSnapshot


@dataclass(frozen=True, slots=True)
class IceRestarted:
    """Our side of a restarted ICE session."""

    ice_pwd: str
    candidates: tuple[str, ...]
    """Values of `a=candidate` lines, the attribute's name included."""
    session: SessionSnapshot


class SessionNegotiator(Protocol):
    """WHIP and WHEP sessions of admitted participants: one offer, one answer, no renegotiation.

    A session ends with `close_session`, with its ICE consent, if it is not connected within 30 s, and
    with its participant; each time `PeerStateChanged(closed)` tells. Unknown sessions raise `NoSuchSession`.
    """

    async def open_publishing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        video_source: Source,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        """Answer a WHIP offer of at most one video section and one of audio (the microphone)."""
        ...

    async def open_viewing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        publisher_id: ParticipantId | None,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        """Answer a WHEP offer; it carries what `publisher_id` sends and the viewer may receive."""
        ...

    async def show(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        publisher_id: ParticipantId | None,
    ) -> None:
        """Let a WHEP session carry another publisher from its next keyframe on; None: nothing."""
        ...

    async def restart_ice(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        ice_ufrag: str,
        network: ClientNetwork,
    ) -> IceRestarted:
        """A new ICE session, the client's fragment being `ice_ufrag`; media goes on meanwhile.

        Its password is not asked for: the lite side sends no checks.
        """
        ...

    async def close_session(
        self, lesson_id: LessonId, participant_id: ParticipantId, session_id: MediaSessionId
    ) -> None: ...


class EngineUnavailable(Exception):
    """The engine is down or restarting; try again after `EngineConnected`."""


class NegotiationFailed(Exception):
    """The SDP cannot be used; the message says why."""


class MalformedDescription(NegotiationFailed):
    """It is no SDP at all."""


class NotAdmitted(NegotiationFailed):
    """The engine does not know this participant (yet)."""


class NoSuchSession(NegotiationFailed):
    """The WHIP or WHEP session has ended, or never was."""
