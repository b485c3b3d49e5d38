"""Connectivity checks: who is answered, and with what."""

from __future__ import annotations

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.dtls_srtp import Fingerprint
from app.media.wire.ice import (
    CONSENT_EXPIRES_S,
    MAX_TRANSACTIONS,
    BindingRequest,
    IceLite,
    is_stun,
    peek_local_ufrag,
    unauthenticated_response,
)
from app.media.wire.transport_state import LocalParameters

from .support import binding_request


def parameters(ice: IceLite, *, ufrag: str | None = None) -> LocalParameters:
    return LocalParameters(
        ufrag or ice.local_ufrag, ice.local_pwd, Fingerprint("sha-256", ""), "passive"
    )


REMOTE = ("192.0.2.7", 4321)


def test_credentials_are_long_enough_and_never_repeat() -> None:
    generations = [IceLite.fresh() for _ in range(100)]
    assert len({g.local_ufrag for g in generations}) == 100
    # RFC 8445 section 5.3: 24 bits of randomness for the ufrag, 128 for the password.
    assert all(len(g.local_ufrag) >= 4 and len(g.local_pwd) >= 22 for g in generations)


@pytest.mark.parametrize(
    "remote", [("192.0.2.7", 4321), ("2001:db8::1", 9), ("fe80::1%eth0", 40_000)]
)
def test_right_password_is_answered_and_consents(remote: tuple[str, int]) -> None:
    ice = IceLite.fresh()
    request = BindingRequest.parse(binding_request(parameters(ice)))
    assert ice.consent_deadline is None
    assert ice.authenticate(request, remote, 50.0)
    assert ice.consent_deadline == 50.0 + CONSENT_EXPIRES_S
    assert (request.remote_ufrag, request.is_nominating) == ("remo", True)
    response = stun.parse_message(ice.success_response(request, remote))
    assert response.transaction_id == request.transaction_id
    host, _, _ = remote[0].partition("%")
    assert response.attributes["XOR-MAPPED-ADDRESS"] == (host, remote[1])
    assert "FINGERPRINT" in response.attributes
    assert response.check_message_integrity(ice.local_pwd.encode())


def test_controlled_remote_is_answered_too() -> None:
    """A lite agent cannot switch roles: RFC 8445 section 6.1.1 leaves it controlled."""
    ice = IceLite.fresh()
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ice.local_ufrag}:x"
    message.attributes["ICE-CONTROLLED"] = 2**64 - 1
    message.add_message_integrity(ice.local_pwd.encode())
    request = BindingRequest.parse(bytes(message))
    assert ice.authenticate(request, REMOTE, 1.0)
    assert not request.is_nominating


def test_wrong_password_ufrag_or_no_integrity_does_not_consent() -> None:
    ice, other = IceLite.fresh(), IceLite.fresh()
    unsigned = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    unsigned.attributes["USERNAME"] = f"{ice.local_ufrag}:x"
    for data in (
        binding_request(parameters(ice), pwd=other.local_pwd),
        binding_request(parameters(ice, ufrag=other.local_ufrag)),
        bytes(unsigned),
    ):
        assert not ice.authenticate(BindingRequest.parse(data), REMOTE, 1.0)
    assert ice.consent_deadline is None


def test_what_is_remembered_against_replay_is_bounded() -> None:
    ice = IceLite.fresh()
    requests = [
        BindingRequest.parse(binding_request(parameters(ice))) for _ in range(MAX_TRANSACTIONS + 1)
    ]
    for request in requests:
        assert ice.authenticate(request, REMOTE, 1.0)
    assert not ice.authenticate(requests[-1], ("192.0.2.66", 1), 1.0)
    assert ice.authenticate(requests[0], ("192.0.2.66", 1), 1.0), "forgotten"


def test_refusal_is_smaller_than_the_request() -> None:
    data = binding_request(parameters(IceLite.fresh()))
    refusal = unauthenticated_response(BindingRequest.parse(data))
    assert stun.parse_message(refusal).attributes["ERROR-CODE"][0] == 401
    assert len(refusal) < len(data)


def test_ufrag_is_found_behind_other_attributes() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["SOFTWARE"] = "odd"
    message.attributes["PRIORITY"] = 1
    message.attributes["USERNAME"] = "ours:theirs"
    message.add_fingerprint()
    data = bytes(message)
    assert is_stun(data)
    assert peek_local_ufrag(data) == BindingRequest.parse(data).local_ufrag == "ours"


@pytest.mark.parametrize(
    "message",
    [
        stun.Message(stun.Method.BINDING, stun.Class.REQUEST),
        stun.Message(stun.Method.BINDING, stun.Class.INDICATION, attributes={"USERNAME": "a:b"}),
        stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, attributes={"USERNAME": "a:b"}),
        stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, attributes={"USERNAME": "a:b"}),
        stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"SOFTWARE": "x" * 1300}),
    ],
)
def test_what_is_not_a_binding_request_with_username_is_refused(message: stun.Message) -> None:
    for read in (peek_local_ufrag, BindingRequest.parse):
        with pytest.raises(ValueError, match="STUN"):
            read(bytes(message))


@given(st.binary(max_size=120))
def test_no_attributes_raise_anything_but_value_error(attributes: bytes) -> None:
    header = b"\x00\x01" + len(attributes).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12)
    for data in (
        header + attributes,
        header[:2] + (len(attributes) + 8).to_bytes(2, "big") + header[4:]
        + b"\x00\x06\x00\x03a:b\x00" + attributes,
    ):  # fmt: skip
        for read in (peek_local_ufrag, BindingRequest.parse):
            try:
                read(data)
            except ValueError:
                continue
