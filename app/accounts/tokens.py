"""Tickets: a signed value that lets one tab into one place of one lesson. Knows no database.

`tt1.<payload>.<HMAC-SHA256>`, both base64url without padding; the payload is JSON.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.errors import NotAuthenticated
from app.ids import ClassroomId, LessonId, ParticipantId, PcId, UserId, new_id
from app.rooms.state import Role

MAX_TOKEN_CHARS = 2_000
_PREFIX = "tt1"
Place = tuple[LessonId, ParticipantId]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may take which place. Times: UTC milliseconds."""

    ticket_id: str
    lesson_id: LessonId
    participant_id: ParticipantId
    role: Role
    user_id: UserId | None
    classroom_id: ClassroomId | None
    issued_at_ms: int
    expires_at_ms: int
    pc_id: PcId | None = None
    """The classroom PC that it was issued to: once that is removed, the ticket does not count."""
    is_console: bool = False
    """Lets a phone in as console of the place, and nothing else."""


def console_of(participant_id: ParticipantId) -> ParticipantId:
    """Under which name the consoles of a place are withdrawn, all of them and without the place's own page."""
    return ParticipantId(f"{participant_id}/console")


class TicketBook:
    """Signs and reads tickets.

    Revocations live in the database (`accounts.revocations`); this is the copy that every read looks at.
    """

    def __init__(
        self,
        secret: bytes,
        revoked_up_to: Mapping[Place, int] | None = None,
        revoked_pcs: Iterable[PcId] = (),
    ) -> None:
        if len(secret) < 32:
            raise ValueError("the ticket secret must have 32 bytes or more")
        self._secret = secret
        self._revoked_up_to: dict[Place, int] = dict(revoked_up_to or {})
        self._revoked_pcs: set[PcId] = set(revoked_pcs)

    def issue_ticket(
        self,
        *,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        role: Role,
        user_id: UserId | None,
        classroom_id: ClassroomId | None,
        now_ms: int,
        expires_at_ms: int,
        pc_id: PcId | None = None,
        is_console: bool = False,
    ) -> tuple[str, Ticket]:
        """A fresh token and what it says."""
        ticket = Ticket(
            new_id("tik"),
            lesson_id,
            participant_id,
            role,
            user_id,
            classroom_id,
            now_ms,
            expires_at_ms,
            pc_id,
            is_console,
        )
        said = {
            "t": ticket.ticket_id,
            "l": lesson_id,
            "p": participant_id,
            "r": role.value,
            "u": user_id,
            "c": classroom_id,
            "i": now_ms,
            "x": expires_at_ms,
            "d": pc_id,
            **({"k": "console"} if is_console else {}),
        }
        payload = _encode(json.dumps(said, separators=(",", ":")).encode())
        return f"{_PREFIX}.{payload}.{self._signature(payload)}", ticket

    def read_ticket(self, token: str, now_ms: int) -> Ticket:
        """What the token of a whole place says, if it counts now: a console's is refused here.

        NotAuthenticated with code `ticket_invalid`, `ticket_expired`, `ticket_revoked` or `pc_revoked`.
        """
        ticket = self.read_any_ticket(token, now_ms)
        if ticket.is_console:
            raise NotAuthenticated("this ticket is a console's", code="ticket_invalid")
        return ticket

    def read_any_ticket(self, token: str, now_ms: int) -> Ticket:
        """As `read_ticket`, for those who know what a console (`is_console`) may do."""
        ticket = self._parse(token)
        if ticket is None:
            raise NotAuthenticated("this is no ticket of this server", code="ticket_invalid")
        if now_ms >= ticket.expires_at_ms:
            raise NotAuthenticated("the lesson's time is over", code="ticket_expired")
        if self._is_revoked(ticket):
            raise NotAuthenticated("this ticket was withdrawn", code="ticket_revoked")
        if ticket.pc_id in self._revoked_pcs:
            raise NotAuthenticated("this PC was removed from its classroom", code="pc_revoked")
        return ticket

    def _is_revoked(self, ticket: Ticket) -> bool:
        names = [ticket.participant_id]
        if ticket.is_console:
            names.append(console_of(ticket.participant_id))
        revoked = [self._revoked_up_to.get((ticket.lesson_id, name), -1) for name in names]
        return ticket.issued_at_ms <= max(revoked)

    def revoke(self, lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int) -> None:
        """Every ticket of this place issued until then no longer counts."""
        self._revoked_up_to[lesson_id, participant_id] = up_to_ms

    def revoke_pc(self, pc_id: PcId) -> None:
        """No ticket that was issued to this classroom PC counts any more."""
        self._revoked_pcs.add(pc_id)

    def _signature(self, payload: str) -> str:
        digest = hmac.digest(self._secret, f"{_PREFIX}.{payload}".encode(), hashlib.sha256)
        return _encode(digest)

    def _parse(self, token: str) -> Ticket | None:
        parts = token.split(".")
        if len(token) > MAX_TOKEN_CHARS or len(parts) != 3 or not token.isascii():
            return None
        prefix, payload, signature = parts
        is_ours = hmac.compare_digest(signature, self._signature(payload))
        if prefix != _PREFIX or not is_ours:
            return None
        try:
            said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return Ticket(
                said["t"],
                said["l"],
                said["p"],
                Role(said["r"]),
                said["u"],
                said["c"],
                said["i"],
                said["x"],
                # Tickets of an earlier version have none.
                said.get("d"),
                said.get("k") == "console",
            )
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
            return None


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
