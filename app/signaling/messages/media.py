"""Media connections, what flows over them, and the stills that stand in for a picture."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.signaling.messages.base import Id, Message, Request, SourceName

Mid = Annotated[str, StringConstraints(min_length=1, max_length=16)]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
STILL_PARTS = 16
STILL_PART_CHARACTERS = 512
"""Of base64: a still has at most 6,144 bytes."""
StillPartIndex = Annotated[int, Field(ge=0, lt=STILL_PARTS)]
StillPartCount = Annotated[int, Field(ge=1, le=STILL_PARTS)]
StillData = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=STILL_PART_CHARACTERS, pattern=r"^[A-Za-z0-9+/]+={0,2}$"
    ),
]
RevokeReason = Literal["ended", "engine_lost"]


class MediaPublish(Request):
    """Offer of the publishing connection; `tracks` maps mid to source. Answered by `media.answer`."""

    type: Literal["media.publish"]
    sdp: Sdp
    tracks: Annotated[dict[Mid, SourceName], Field(max_length=8)]


class MediaSubscribe(Request):
    """Ask for the server's offer of the subscribing connection. Answered by `media.offer`."""

    type: Literal["media.subscribe"]
    is_ice_restart: bool = False


class MediaAccept(Request):
    """The browser's answer to `media.offer`."""

    type: Literal["media.accept"]
    sdp: Sdp


class StillSend(Request):
    """One part of a JPEG of this device's own picture, for those who get no moving one; see `stills.wanted`."""

    type: Literal["still.send"]
    source: SourceName
    still: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """Grows with each picture."""
    part: StillPartIndex
    parts: StillPartCount
    data: StillData
    """Base64 of the picture, cut into pieces."""


class MediaGrant(Message):
    """Media connections may be opened now. A new `media_epoch`: make new RTCPeerConnections at once."""

    type: Literal["media.grant"]
    engine: Literal["webrtc"]
    media_epoch: int
    ice_servers: list[dict[str, str]]
    publish: list[SourceName]
    """What may be sent now. Sent again whenever it changes."""
    video_cap_bps: int


class MediaRevoked(Message):
    """Close the media connections: the lesson is over, or the engine is being restarted (a grant follows)."""

    type: Literal["media.revoked"]
    reason: RevokeReason


class MediaAnswer(Message):
    type: Literal["media.answer"]
    re: Id
    sdp: str


class MediaOffer(Message):
    """Offer of the subscribing connection: fixed slots. The mid of a slot's track is `<slot>.a` or `<slot>.v`."""

    type: Literal["media.offer"]
    re: Id
    sdp: str


class SlotMapped(Message):
    """Who is in a slot (`lead.0`, `classrooms.2`, `screen.0`); null: nobody."""

    type: Literal["slot.mapped"]
    slot: str
    participant_id: str | None


class SubscriptionPaused(Message):
    """Video from this participant is paused or resumed because of this viewer's link."""

    type: Literal["subscription.paused"]
    participant_id: str
    source: SourceName
    is_paused: bool
    reason: Literal["loss", "bandwidth", ""]
    carries_stills: bool
    """The link has room for a still every few seconds (`still.part`); false: for sound alone."""


class StillsWanted(Message):
    """Somebody gets no moving picture from this device: send stills of this source, or no more."""

    type: Literal["stills.wanted"]
    source: SourceName
    is_wanted: bool


class StillPart(Message):
    """A part of a still of a picture that is paused for this viewer, as `still.send` had it."""

    type: Literal["still.part"]
    participant_id: str
    source: SourceName
    still: int
    part: int
    parts: int
    data: str


class DataUsed(Message):
    """What the media of this place carried in this lesson so far, over all its connections: bytes of IP packets."""

    type: Literal["data.used"]
    bytes_sent: int
    """By the server, to this place."""
    bytes_received: int


class LayersWanted(Message):
    """Which encodings of this device's video somebody needs: the others are to be switched off."""

    type: Literal["layers.wanted"]
    source: SourceName
    layers: list[bool]
    """In the order of the rids in the device's own offer; one entry where there are no rids."""


class SpeakersChanged(Message):
    """Who speaks now, of those whom this viewer hears or, as staff, watches over; the whole list each time."""

    type: Literal["speakers.changed"]
    participant_ids: list[str]
