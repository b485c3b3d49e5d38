"""The code, its JSON Schema and docs/protocol.md say the same."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from app.rooms.events import Event
from app.rooms.refusals import REFUSALS
from app.signaling.codes import SENTENCES, CloseCode, Refusal
from app.signaling.limits import Limits
from app.signaling.messages import (
    CLIENT_MESSAGES,
    PROTOCOL_VERSION,
    SERVER_MESSAGES,
    Message,
    ParticipantView,
    RoomView,
)
from app.signaling.schema import signaling_schema

DOCUMENT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
ROWS = {
    cells[1].strip(" `"): line
    for line in DOCUMENT.splitlines()
    if len(cells := line.split("|")) > 2 and cells[1].strip().startswith(("`", "1", "4"))
}
TICKET_CODES = (
    "ticket_invalid",
    "ticket_expired",
    "ticket_revoked",
    "pc_revoked",
    "not_found",
)


def _type_of(message: type[Message]) -> str:
    name: str = get_args(message.model_fields["type"].annotation)[0]
    return name


@pytest.mark.parametrize("message", [*CLIENT_MESSAGES, *SERVER_MESSAGES], ids=_type_of)
def test_every_message_is_documented_with_its_fields(message: type[Message]) -> None:
    row = ROWS[_type_of(message)]
    documented = set(re.findall(r"`([a-z_]+)`", row.split("|")[2]))
    implied = {"type", "id"} if message in CLIENT_MESSAGES else {"type"}
    assert set(message.model_fields) - implied <= documented


@pytest.mark.parametrize("code", [*Refusal, *REFUSALS, *TICKET_CODES])
def test_every_error_code_is_documented(code: str) -> None:
    assert str(code) in ROWS


def test_every_close_code_is_documented() -> None:
    documented = {int(key) for key in ROWS if key.isdigit()}
    assert documented == {*CloseCode, 1009}


def test_the_document_names_no_message_or_code_that_does_not_exist() -> None:
    types = {_type_of(m) for m in (*CLIENT_MESSAGES, *SERVER_MESSAGES)}
    codes = {*Refusal, *REFUSALS, *TICKET_CODES}
    assert {key for key in ROWS if not key.isdigit()} == types | codes


def test_views_and_events_are_documented() -> None:
    for view in (RoomView, ParticipantView):
        assert [f for f in view.model_fields if f"`{f}`" not in DOCUMENT] == []
    told = {
        event.type
        for event in get_args(Event)
        if event.type.startswith(("participant.", "callup.", "stage.", "hand.", "publication."))
    }
    assert [type_ for type_ in sorted(told) if f"`{type_}`" not in DOCUMENT] == []


def test_the_documented_limits_are_the_defaults() -> None:
    limits = Limits()
    assert limits.message_bytes == 128 * 1024
    for figure in (
        f"{limits.messages_per_s:.0f} a second, {limits.message_burst} at once",
        f"after {limits.limited_messages} of them",
        f"| {limits.bad_messages}, one more every 10 s",
        f"{limits.outbox_messages} messages or {limits.outbox_bytes // 1_000_000} MB",
        f"| {limits.connections_per_ip}, {limits.connections:,}",
        f"| companions of a place | {limits.companions_per_place}",
        f"| {limits.auth_timeout_s:.0f} s | `auth_timeout`",
        f"longer than {limits.resume_events} journal rows or {limits.outbox_messages // 2}",
    ):
        assert figure in DOCUMENT
    assert f"version {PROTOCOL_VERSION}" in DOCUMENT
    assert set(SENTENCES) == set(Refusal)


def test_type_and_every_field_is_required_so_that_typescript_unions_narrow() -> None:
    defs = signaling_schema()["$defs"]
    for message in (*CLIENT_MESSAGES, *SERVER_MESSAGES):
        schema = defs[message.__name__]
        assert schema["properties"]["type"]["const"] == _type_of(message)
        assert set(schema["required"]) == set(message.model_fields)
        assert schema["additionalProperties"] is False
    for union, messages in (("ClientMessage", CLIENT_MESSAGES), ("ServerMessage", SERVER_MESSAGES)):
        names = [ref["$ref"].rpartition("/")[2] for ref in defs[union]["anyOf"]]
        assert names == [message.__name__ for message in messages]


def test_no_field_has_a_title_that_would_become_a_type() -> None:
    def titles(schema: Any) -> list[str]:
        if isinstance(schema, list):
            return [t for item in schema for t in titles(item)]
        if not isinstance(schema, dict):
            return []
        own = [schema["title"]] if isinstance(schema.get("title"), str) else []
        return own + [t for value in schema.values() for t in titles(value)]

    assert titles(signaling_schema()["$defs"]) == []
