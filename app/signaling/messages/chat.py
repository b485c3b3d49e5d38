"""The staff chat: lead, assistants, observers and the consoles of classrooms. Pupils have none."""

from typing import Annotated, Literal

from pydantic import StringConstraints
from typing_extensions import TypeAliasType

from app.signaling.messages.base import Id, Message
from app.signaling.messages.console import PrivateRequest

CHAT_CHARACTERS = 300
AudienceName = TypeAliasType("AudienceName", Literal["staff", "classroom", "everybody"])
ChatText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=CHAT_CHARACTERS,
        # One line: no control characters.
        pattern=r"^[^\x00-\x1f\x7f]*$",
    ),
]


class ChatSend(PrivateRequest):
    """`staff` reads what is for the staff, `classroom` the staff and one classroom's consoles, `everybody` all of them.

    A console writes to `classroom`, its own; an observer to `staff`.
    """

    type: Literal["chat.send"]
    audience: AudienceName
    participant_id: Id | None
    """The classroom; null for the other audiences."""
    text: ChatText


class ChatLine(Message):
    line_id: str
    at_ms: int
    sender_id: str
    audience: AudienceName
    participant_id: str | None
    text: str


class ChatSent(Message):
    """Somebody wrote something that this viewer may read. Not journalled."""

    type: Literal["chat.sent"]
    line: ChatLine


class ChatHistory(Message):
    """The last lines that this viewer may read, oldest first; follows the snapshot and `room.resumed`."""

    type: Literal["chat.history"]
    lines: list[ChatLine]
