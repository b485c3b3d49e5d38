"""ICE-lite: answer connectivity checks, know who has proven the password. RFC 8445, RFC 7675."""

from __future__ import annotations

import hmac
import secrets
import socket
import string
import struct
import zlib
from typing import NamedTuple

from aioice import stun

CONSENT_EXPIRES_S = 30.0
"""RFC 7675 §5.1: without a valid request for this long the remote no longer consents."""

MAX_TRANSACTIONS = 256
"""Remembered against replay; with a check each 2.5 s the last ten minutes."""

_ICE_CHARACTERS = string.ascii_letters + string.digits
_MAX_STUN_BYTES = 1280
_COOKIE = stun.COOKIE.to_bytes(4, "big")
_METHOD_AND_CLASS_REQUEST = b"\x00\x01"

# RFC 8489 §14: what requests and success responses are made of. Every peer asks every few seconds, so
# they are read and packed here; aioice's general way takes six times as long.
_SUCCESS_RESPONSE = 0x0101
_USERNAME, _USE_CANDIDATE = 0x0006, 0x0025
_XOR_MAPPED_ADDRESS, _MESSAGE_INTEGRITY, _FINGERPRINT = 0x0020, 0x0008, 0x8028
_INTEGRITY_BYTES, _FINGERPRINT_BYTES = 24, 8
_FINGERPRINT_MASK = 0x5354554E
_IPV4, _IPV6 = 1, 2
_USERNAME_BYTES = _USERNAME.to_bytes(2, "big")
_ATTRIBUTE = struct.Struct("!HH")
_ADDRESS = struct.Struct("!HHxBH")


def random_ufrag() -> str:
    """A fresh username fragment, 8 ice-chars (RFC 8839 §5.4 wants 4 to 256)."""
    return "".join(secrets.choice(_ICE_CHARACTERS) for _ in range(8))


def random_pwd() -> str:
    """A fresh password, 24 ice-chars: 142 bits (RFC 8445 §5.3 wants 128)."""
    return "".join(secrets.choice(_ICE_CHARACTERS) for _ in range(24))


def is_stun(data: bytes) -> bool:
    """Whether this datagram is STUN: first byte 0..3 (RFC 7983 §7) and the magic cookie."""
    return len(data) >= 20 and data[0] < 4 and data[4:8] == _COOKIE


def peek_local_ufrag(data: bytes) -> str:
    """Our part of the USERNAME in a STUN message, without reading the rest of it.

    A tenth of the cost of a full parse, so that a flood for nobody stays cheap. Raises ValueError
    if this is no binding request or has no USERNAME.
    """
    if not is_stun(data) or data[:2] != _METHOD_AND_CLASS_REQUEST:
        raise ValueError("STUN message is not a binding request")
    position, end = stun.HEADER_LENGTH, min(len(data), _MAX_STUN_BYTES)
    while position + 4 <= end:
        length = data[position + 2] << 8 | data[position + 3]
        if data[position : position + 2] == _USERNAME_BYTES:
            username = data[position + 4 : position + 4 + length]
            return username.partition(b":")[0].decode("ascii", "replace")
        position += 4 + length + (-length & 3)
    raise ValueError("STUN username is missing")


class BindingRequest(NamedTuple):
    """A parsed binding request, not yet authenticated."""

    transaction_id: bytes
    local_ufrag: str
    remote_ufrag: str
    is_nominating: bool
    """Whether the controlling side wants this pair used."""
    signed: bytes
    """What the sender's signature is over; empty if there is none."""
    signature: bytes

    @classmethod
    def parse(cls, data: bytes) -> BindingRequest:
        """Read a STUN binding request with USERNAME `local:remote`. Raises ValueError."""
        size = len(data)
        if size > _MAX_STUN_BYTES:
            raise ValueError("STUN message is too long")
        if not is_stun(data) or data[:2] != _METHOD_AND_CLASS_REQUEST:
            raise ValueError("STUN message is not a binding request")
        if size != stun.HEADER_LENGTH + int.from_bytes(data[2:4], "big"):
            raise ValueError("STUN message length does not match")
        username = signed = signature = b""
        is_nominating = False
        position = stun.HEADER_LENGTH
        while position < size:
            if position + 4 > size:
                raise ValueError("STUN attribute is truncated")
            kind, length = _ATTRIBUTE.unpack_from(data, position)
            begin, end = position + 4, position + 4 + length
            if end > size:
                raise ValueError("STUN attribute is truncated")
            if kind == _FINGERPRINT:
                if data[begin:end] != _fingerprint(data[:position]):
                    raise ValueError("STUN fingerprint does not match")
            elif signed:
                pass  # RFC 8489 §14.5: what follows the signature is nobody's.
            elif kind == _USERNAME:
                username = data[begin:end]
            elif kind == _USE_CANDIDATE:
                is_nominating = True
            elif kind == _MESSAGE_INTEGRITY:
                signed = _signed(data[:position])
                signature = data[begin:end]
            position = end + (-length & 3)
        local_ufrag, colon, remote_ufrag = username.decode("utf-8", "replace").partition(":")
        if not colon:
            raise ValueError("STUN username is missing")
        return cls(
            data[8 : stun.HEADER_LENGTH],
            local_ufrag,
            remote_ufrag,
            is_nominating,
            signed,
            signature,
        )

    def is_signed_with(self, key: bytes) -> bool:
        """Whether the sender knows `key` (MESSAGE-INTEGRITY, RFC 8489 §14.5)."""
        expected = hmac.digest(key, self.signed, "sha1")
        return bool(self.signed) and hmac.compare_digest(expected, self.signature)


class IceLite:
    """One generation of local ICE credentials and the consent given under it.

    The lite side is always controlled and never sends a check (RFC 8445 §2.5, §6.1.1), so a role
    conflict cannot be repaired by it and ICE-CONTROLLED requests are answered like any other.
    """

    def __init__(self, local_ufrag: str, local_pwd: str) -> None:
        self.local_ufrag = local_ufrag
        self.local_pwd = local_pwd
        self.last_consent: float | None = None
        self._transactions: dict[bytes, tuple[str, int]] = {}
        self._key = local_pwd.encode()

    @classmethod
    def fresh(cls) -> IceLite:
        """With new random credentials."""
        return cls(random_ufrag(), random_pwd())

    def authenticate(self, request: BindingRequest, remote: tuple[str, int], now: float) -> bool:
        """Whether the sender at `remote` knows our password; if so, consent counts from `now`.

        A request that came from another address before is somebody's who overheard it: answering
        would let him draw the stream away. ICE has nothing against that (RFC 8445 §19.2).
        """
        if request.local_ufrag != self.local_ufrag:
            return False
        if not request.is_signed_with(self._key):
            return False
        transactions = self._transactions
        if transactions.setdefault(request.transaction_id, remote) != remote:
            return False
        if len(transactions) > MAX_TRANSACTIONS:
            del transactions[next(iter(transactions))]
        self.last_consent = now
        return True

    def success_response(self, request: BindingRequest, remote: tuple[str, int]) -> bytes:
        """The answer to an authenticated request: where it came from, signed and fingerprinted."""
        transaction_id = request.transaction_id
        body = _xor_mapped_address(remote, transaction_id)
        signed = _signed(_header(len(body), transaction_id) + body)
        body += _ATTRIBUTE.pack(_MESSAGE_INTEGRITY, 20) + hmac.digest(self._key, signed, "sha1")
        message = _header(len(body) + _FINGERPRINT_BYTES, transaction_id) + body
        return message + _ATTRIBUTE.pack(_FINGERPRINT, 4) + _fingerprint(message)

    @property
    def consent_deadline(self) -> float | None:
        """When consent ends unless another valid request comes; None before the first."""
        if self.last_consent is None:
            return None
        return self.last_consent + CONSENT_EXPIRES_S


def _header(size: int, transaction_id: bytes) -> bytes:
    return _ATTRIBUTE.pack(_SUCCESS_RESPONSE, size) + _COOKIE + transaction_id


def _signed(message: bytes) -> bytes:
    """What a signature behind `message` is over: its length counts the signature too (RFC 8489 §14.5)."""
    size = len(message) - stun.HEADER_LENGTH + _INTEGRITY_BYTES
    return message[:2] + size.to_bytes(2, "big") + message[4:]


def _fingerprint(message: bytes) -> bytes:
    """The checksum of all that stands before it, RFC 8489 §14.7."""
    return (zlib.crc32(message) ^ _FINGERPRINT_MASK).to_bytes(4, "big")


def _xor_mapped_address(remote: tuple[str, int], transaction_id: bytes) -> bytes:
    """The attribute of RFC 8489 §14.2: the address, masked with the cookie and the transaction."""
    host, port = remote[0].partition("%")[0], remote[1]
    is_ipv6 = ":" in host
    address = socket.inet_pton(socket.AF_INET6 if is_ipv6 else socket.AF_INET, host)
    mask = (_COOKIE + transaction_id)[: len(address)]
    masked = int.from_bytes(address, "big") ^ int.from_bytes(mask, "big")
    family, port = _IPV6 if is_ipv6 else _IPV4, port ^ stun.COOKIE >> 16
    head = _ADDRESS.pack(_XOR_MAPPED_ADDRESS, 4 + len(address), family, port)
    return head + masked.to_bytes(len(address), "big")


def unauthenticated_response(request: BindingRequest) -> bytes:
    """401 for a wrong password, RFC 8489 §9.1.3; unsigned, as there is no common key.

    Smaller than the request that asked for it, so it is of no use for amplification.
    """
    response = stun.Message(
        stun.Method.BINDING,
        stun.Class.ERROR,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": (401, "Unauthenticated")},
    )
    response.add_fingerprint()
    return bytes(response)
