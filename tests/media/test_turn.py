"""Credentials for a relay: as coturn checks them, for one participant and a limited time."""

import base64
import hashlib
import hmac

import pytest
from pydantic import ValidationError

from app.ids import ParticipantId
from app.media.turn import CREDENTIAL_S, TurnServers
from app.settings import Settings

LEAD = ParticipantId("lead_usr_1")
URLS = ("turn:turn.example.org:3478?transport=udp", "turn:turn.example.org:3478?transport=tcp")
NOW_MS = 1_790_000_000_999


def test_a_credential_is_the_hmac_of_its_expiry_and_participant() -> None:
    servers = TurnServers(URLS, "north").ice_servers(LEAD, NOW_MS)
    assert [server["urls"] for server in servers] == list(URLS)
    for server in servers:
        assert server["username"] == f"{1_790_000_000 + CREDENTIAL_S}:lead_usr_1"
        mac = hmac.new(b"north", server["username"].encode(), hashlib.sha1)
        assert base64.b64decode(server["credential"]) == mac.digest()


def test_a_known_credential() -> None:
    """printf 1790043200:lead_usr_1 | openssl dgst -sha1 -hmac north -binary | base64"""
    (server,) = TurnServers(URLS[:1], "north").ice_servers(LEAD, NOW_MS)
    assert server["credential"] == "X4QEIuNnkS5xng0Lknf6IhvvHA8="


def test_without_urls_no_relay_is_announced() -> None:
    assert TurnServers((), "").ice_servers(LEAD, NOW_MS) == []


def test_settings_want_a_secret_with_the_urls() -> None:
    with pytest.raises(ValidationError, match="TONGTANG_TURN_SECRET"):
        Settings(turn_urls=URLS)


def test_settings_as_docker_compose_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGTANG_TURN_URLS", '["turn:a:3478?transport=udp", "turn:a:3478"]')
    monkeypatch.setenv("TONGTANG_TURN_SECRET", "north")
    settings = Settings()
    assert settings.turn_urls == ("turn:a:3478?transport=udp", "turn:a:3478")
    assert settings.turn_secret.get_secret_value() == "north"
