"""SRTP and SRTCP for one peer over libsrtp, RFC 3711 and RFC 7714.

Encryption happens in place in the batch buffer through pylibsrtp's cffi binding. The binding is
private, so a self-test at import compares it with the public `Session.protect`; if the two differ
or the binding has changed, the public call is used instead (half the speed).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from pylibsrtp import Error, Policy, Session
from pylibsrtp._binding import ffi, lib

from app.media.wire.batch import PacketBatch

log = logging.getLogger(__name__)

SrtpError = Error

REPLAY_WINDOW = 1024
MAX_PACKET_BYTES = 1500
TRAILER_BYTES = 32
"""Room to leave behind a plaintext: at most 16 (tag) + 4 (SRTCP index), rounded up."""


@dataclass(frozen=True, slots=True)
class SrtpProfile:
    """A DTLS-SRTP protection profile, RFC 5764 §4.1.2 and RFC 7714 §14.2."""

    name: str
    libsrtp_profile: int
    key_length: int
    salt_length: int

    @property
    def keying_length(self) -> int:
        """Bytes of keying material for both directions, RFC 5764 §4.2."""
        return 2 * (self.key_length + self.salt_length)


AEAD_AES_128_GCM = SrtpProfile(
    "SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12
)
AES128_CM_SHA1_80 = SrtpProfile(
    "SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14
)


def _supported(profile: SrtpProfile) -> bool:
    try:
        Policy(srtp_profile=profile.libsrtp_profile)
    except SrtpError:
        return False  # libsrtp built without OpenSSL has no GCM.
    return True


PROFILES = tuple(p for p in (AEAD_AES_128_GCM, AES128_CM_SHA1_80) if _supported(p))
"""In order of preference."""


class Protection(Protocol):
    """Encrypts one packet inside a batch buffer."""

    def protect(self, batch: PacketBatch, start: int, size: int) -> int:
        """Encrypt `size` bytes at `start` in place; the new size. Raises SrtpError."""
        ...

    def protect_rtcp(self, batch: PacketBatch, start: int, size: int) -> int:
        """The same for one RTCP compound."""
        ...


class InPlaceProtection:
    """libsrtp called on the batch buffer itself."""

    def __init__(self, session: Session) -> None:
        # The struct behind the pointer lives as long as the Session: keep both.
        self._session = session
        self._context = session._srtp[0]
        self._size = ffi.new("int *")

    def protect(self, batch: PacketBatch, start: int, size: int) -> int:
        """Encrypt RTP in place; `TRAILER_BYTES` behind it must be free."""
        length = self._size
        length[0] = size
        if lib.srtp_protect(self._context, batch.pointer + start, length):
            raise SrtpError("cannot protect RTP packet")
        protected: int = length[0]
        return protected

    def protect_rtcp(self, batch: PacketBatch, start: int, size: int) -> int:
        """Encrypt RTCP in place; `TRAILER_BYTES` behind it must be free."""
        length = self._size
        length[0] = size
        if lib.srtp_protect_rtcp(self._context, batch.pointer + start, length):
            raise SrtpError("cannot protect RTCP packet")
        protected: int = length[0]
        return protected


class PublicProtection:
    """The same through pylibsrtp's public calls, with copies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def protect(self, batch: PacketBatch, start: int, size: int) -> int:
        """Encrypt RTP, then copy it back."""
        return self._store(batch, start, self._session.protect(_copy(batch, start, size)))

    def protect_rtcp(self, batch: PacketBatch, start: int, size: int) -> int:
        """Encrypt RTCP, then copy it back."""
        return self._store(batch, start, self._session.protect_rtcp(_copy(batch, start, size)))

    @staticmethod
    def _store(batch: PacketBatch, start: int, protected: bytes) -> int:
        batch.buffer[start : start + len(protected)] = protected
        return len(protected)


def _copy(batch: PacketBatch, start: int, size: int) -> bytes:
    return bytes(batch.view[start : start + size])


def outbound_session(profile: SrtpProfile, key: bytes) -> Session:
    """A libsrtp session that encrypts any SSRC with master key and salt `key`."""
    policy = Policy(
        key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile.libsrtp_profile
    )
    return Session(policy)


def inbound_session(profile: SrtpProfile, key: bytes) -> Session:
    """A libsrtp session that decrypts any SSRC, replay window `REPLAY_WINDOW`."""
    policy = Policy(
        key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile.libsrtp_profile
    )
    policy.window_size = REPLAY_WINDOW
    return Session(policy)


def in_place_works() -> bool:
    """Whether in-place encryption gives byte for byte what the public call gives."""
    rtp = bytes.fromhex("80e0 1000 00000010 01020304") + bytes(range(200))
    rtcp = bytes.fromhex("80c9 0001 01020304")
    try:
        for profile in PROFILES:
            key = bytes(range(profile.key_length + profile.salt_length))
            public = outbound_session(profile, key)
            in_place = InPlaceProtection(outbound_session(profile, key))
            batch = PacketBatch()
            batch.end = 7  # An odd start: the buffer is not aligned in real use either.
            for plain, expected, protect in (
                (rtp, public.protect(rtp), in_place.protect),
                (rtcp, public.protect_rtcp(rtcp), in_place.protect_rtcp),
            ):
                batch.append(plain)
                size = protect(batch, 7, len(plain))
                if bytes(batch.view[7 : 7 + size]) != expected:
                    return False
                batch.clear()
                batch.end = 7
    except Exception:  # A changed binding may fail in any way; then the public call serves.
        log.warning("pylibsrtp: in-place encryption is not available", exc_info=True)
        return False
    return True


IN_PLACE = in_place_works()
_PROTECTION: type[InPlaceProtection] | type[PublicProtection] = (
    InPlaceProtection if IN_PLACE else PublicProtection
)


class SrtpTransport:
    """Both directions of one peer's SRTP."""

    def __init__(self, profile: SrtpProfile, sending_key: bytes, receiving_key: bytes) -> None:
        """The keys are master key followed by master salt."""
        self.profile = profile
        self._inbound = inbound_session(profile, receiving_key)
        protection: Protection = _PROTECTION(outbound_session(profile, sending_key))
        self.protect = protection.protect
        self.protect_rtcp = protection.protect_rtcp

    def unprotect(self, data: bytes) -> bytes:
        """Decrypt and authenticate RTP. Raises ValueError, also on a replay."""
        if len(data) > MAX_PACKET_BYTES:
            raise ValueError("SRTP packet is too long")
        try:
            plain: bytes = self._inbound.unprotect(data)
        except SrtpError as error:
            raise ValueError(f"SRTP: {error}") from error
        return plain

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """Decrypt and authenticate RTCP. Raises ValueError, also on a replay."""
        if len(data) > MAX_PACKET_BYTES:
            raise ValueError("SRTCP packet is too long")
        try:
            plain: bytes = self._inbound.unprotect_rtcp(data)
        except SrtpError as error:
            raise ValueError(f"SRTCP: {error}") from error
        return plain


def split_keys(profile: SrtpProfile, material: bytes, *, is_server: bool) -> tuple[bytes, bytes]:
    """(sending key, receiving key) from exported keying material, RFC 5764 §4.2.

    The export is client key, server key, client salt, server salt.
    """
    key, salt = profile.key_length, profile.salt_length
    client = material[:key] + material[2 * key : 2 * key + salt]
    server = material[key : 2 * key] + material[2 * key + salt : 2 * (key + salt)]
    return (server, client) if is_server else (client, server)
