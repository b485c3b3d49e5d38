"""One WHIP or WHEP session as the app knows it, and the bounds on all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.accounts.tokens import Ticket
from app.ids import DeviceId, LessonId, MediaSessionId, ParticipantId
from app.media.port import SessionSnapshot

Kind = Literal["whip", "whep"]
Place = tuple[LessonId, ParticipantId]


@dataclass(frozen=True, slots=True)
class WhipLimits:
    """Bounds on what somebody with a ticket, or without, may ask for."""

    sessions: int = 256
    sessions_per_place: int = 4
    offers_per_minute: int = 60
    """Of one place; an encoder that waits for its lesson asks every other second."""
    patches_per_minute: int = 120
    refused_tickets_per_minute: int = 300
    """Of one address."""
    admission_timeout_s: float = 5.0
    sweep_interval_s: float = 5.0
    """How often the tickets of open sessions are read again."""


@dataclass(slots=True)
class Session:
    """One session of the table."""

    session_id: MediaSessionId
    ticket: Ticket
    token: str = field(repr=False)
    source: str
    """`camera` or `screen` of a WHIP session; `lead`, `stage` or a seat of a WHEP session."""
    publisher_id: ParticipantId | None = None
    """Whom the engine was told to show."""
    ice_ufrag: str = ""
    """Ours. Empty: still being opened."""
    remote_ice_ufrag: str = ""

    @property
    def kind(self) -> Kind:
        return "whip" if self.session_id.startswith("whip_") else "whep"

    @property
    def place(self) -> Place:
        return self.ticket.lesson_id, self.ticket.participant_id

    @property
    def device_id(self) -> DeviceId:
        """Under which it holds its place while no page does."""
        return DeviceId(self.session_id)

    @property
    def entity_tag(self) -> str:
        """Strong, names the ICE session (RFC 9725 §4.3.1)."""
        return f'"{self.ice_ufrag}"'

    @property
    def note(self) -> str:
        """What the engine keeps for us."""
        return json.dumps({"token": self.token, "source": self.source})

    @staticmethod
    def read_note(note: str) -> tuple[str, str]:
        """Token and source of a note. Raises ValueError."""
        said = json.loads(note)
        match said:
            case {"token": str() as token, "source": str() as source}:
                return token, source
        raise ValueError("the note of a session is not one of ours")

    def took(self, snapshot: SessionSnapshot) -> None:
        self.ice_ufrag = snapshot.ice_ufrag
        self.remote_ice_ufrag = snapshot.remote_ice_ufrag
        self.publisher_id = snapshot.publisher_id


@dataclass(frozen=True, slots=True)
class Opened:
    """What a 201 is made of."""

    session_id: MediaSessionId
    answer_sdp: str
    entity_tag: str
    ice_servers: Sequence[Mapping[str, str]]
