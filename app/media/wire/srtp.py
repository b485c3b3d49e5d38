"""SRTP and SRTCP for one peer over libsrtp, RFC 3711 and RFC 7714.

Encryption happens in place in the batch buffer through pylibsrtp's cffi binding. The binding is
private, so a self-test at import compares it with the public `Session.protect`; if the two differ,
or the binding has changed or gone, the public call is used instead (half the speed).
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from pylibsrtp import ERRORS, Error, Policy, Session

from app.media.wire.batch import PacketBatch
from app.media.wire.burst import SEND_TIME_LENGTH, Burst, BurstLayout
from app.media.wire.rtp import HEADER_LENGTH

ffi: Any = None
lib: Any = None
with contextlib.suppress(ImportError, AttributeError):
    _binding = importlib.import_module("pylibsrtp._binding")
    ffi, lib = _binding.ffi, _binding.lib

log = logging.getLogger(__name__)

MAX_PACKET_BYTES = 1500
if ffi is not None:
    _opened_at: Any = ffi.new("char[]", MAX_PACKET_BYTES)
    _opened: Any = ffi.buffer(_opened_at)
    _opened_size: Any = ffi.new("int *")

SrtpError = Error

REPLAY_WINDOW = 1024
TRAILER_BYTES = 32
"""Room to leave behind a plaintext: at most 16 (tag) + 4 (SRTCP index), rounded up."""

_HEADER = struct.Struct("!BBHII")
_HEADER_WITH_SEND_TIME = struct.Struct("!BBHIIII")
_ONE_WORD_EXTENSION = 0xBEDE0001


@dataclass(frozen=True, slots=True)
class SrtpProfile:
    """A DTLS-SRTP protection profile, RFC 5764 §4.1.2 and RFC 7714 §14.2."""

    name: str
    libsrtp_profile: int
    key_length: int
    salt_length: int
    tag_length: int
    """Bytes that a protected RTP packet is longer."""

    @property
    def keying_length(self) -> int:
        """Bytes of keying material for both directions, RFC 5764 §4.2."""
        return 2 * (self.key_length + self.salt_length)


AEAD_AES_128_GCM = SrtpProfile(
    "SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12, 16
)
AES128_CM_SHA1_80 = SrtpProfile(
    "SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14, 10
)


def _supported(profile: SrtpProfile) -> bool:
    try:
        Policy(srtp_profile=profile.libsrtp_profile)
    except SrtpError:
        return False  # libsrtp built without OpenSSL has no GCM.
    return True


PROFILES = tuple(p for p in (AEAD_AES_128_GCM, AES128_CM_SHA1_80) if _supported(p))
"""In order of preference."""


class PacketBuffer(Protocol):
    """Memory with packets in it (see `PacketBatch` and `Outbox`)."""

    buffer: bytearray
    view: memoryview
    address: int
    pointer: Any
    """None, or `address` as libsrtp wants it."""


class HeaderRewrite(NamedTuple):
    """What the headers of a burst become for one receiver."""

    payload_type: int
    ssrc: int
    sequence_offset: int
    """Added to each packet's index."""
    timestamp_offset: int


class Protection(Protocol):
    """Encrypts packets inside a batch buffer."""

    def protect_burst(
        self,
        batch: PacketBuffer,
        start: int,
        layout: BurstLayout,
        header: HeaderRewrite,
        word: int = 0,
    ) -> None:
        """Write the headers into a copy of `layout.template` at `start`, and encrypt each packet.

        `word` is the abs-send-time element (id, length and 24 bits of time), 0 for no header
        extension. Raises SrtpError; some packets are encrypted then.
        """
        ...

    def protect(self, batch: PacketBuffer, start: int, size: int) -> int:
        """Encrypt `size` bytes at `start` in place; the new size. Raises SrtpError."""
        ...

    def protect_rtcp(self, batch: PacketBuffer, start: int, size: int) -> int:
        """The same for one RTCP compound."""
        ...


class InPlaceProtection:
    """libsrtp called on the batch buffer itself."""

    def __init__(self, session: Session) -> None:
        # The struct behind the pointer lives as long as the Session: keep both.
        self._session = session
        self.context = session._srtp[0]
        self._size = ffi.new("int *")

    def protect_burst(
        self,
        batch: PacketBuffer,
        start: int,
        layout: BurstLayout,
        header: HeaderRewrite,
        word: int = 0,
    ) -> None:
        """The innermost loop of forwarding: nothing per packet but a header and libsrtp."""
        payload_type, ssrc, sequence_offset, timestamp_offset = header
        protect, context, length = lib.srtp_protect, self.context, self._size
        buffer, pointer = batch.buffer, batch.pointer
        if pointer is None:
            pointer = batch.pointer = ffi.cast("char *", batch.address)
        pointer = pointer + start
        if word:
            pack = _HEADER_WITH_SEND_TIME.pack_into
            for offset, size, first, marker, index, timestamp in layout.packets:
                pack(
                    buffer,
                    start + offset,
                    first,
                    marker | payload_type,
                    (index + sequence_offset) & 0xFFFF,
                    (timestamp + timestamp_offset) & 0xFFFFFFFF,
                    ssrc,
                    _ONE_WORD_EXTENSION,
                    word,
                )
                length[0] = size
                if protect(context, pointer + offset, length):
                    raise SrtpError("cannot protect RTP packet")
            return
        pack = _HEADER.pack_into
        for offset, size, first, marker, index, timestamp in layout.packets:
            pack(
                buffer,
                start + offset,
                first,
                marker | payload_type,
                (index + sequence_offset) & 0xFFFF,
                (timestamp + timestamp_offset) & 0xFFFFFFFF,
                ssrc,
            )
            length[0] = size
            if protect(context, pointer + offset, length):
                raise SrtpError("cannot protect RTP packet")

    def protect(self, batch: PacketBuffer, start: int, size: int) -> int:
        """Encrypt RTP in place; `TRAILER_BYTES` behind it must be free."""
        length = self._size
        length[0] = size
        if lib.srtp_protect(self.context, ffi.cast("char *", batch.address + start), length):
            raise SrtpError("cannot protect RTP packet")
        protected: int = length[0]
        return protected

    def protect_rtcp(self, batch: PacketBuffer, start: int, size: int) -> int:
        """Encrypt RTCP in place; `TRAILER_BYTES` behind it must be free."""
        length = self._size
        length[0] = size
        if lib.srtp_protect_rtcp(self.context, ffi.cast("char *", batch.address + start), length):
            raise SrtpError("cannot protect RTCP packet")
        protected: int = length[0]
        return protected


def protect_alike(
    contexts: Iterable[Any], buffer: PacketBuffer, stride: int, layout: BurstLayout
) -> list[int]:
    """Encrypt copies of a burst that lie `stride` bytes apart, each for its own receiver.

    `contexts` are those of `SrtpTransport.context`. The positions of copies that could not be
    encrypted: nothing of those may be sent.
    """
    protect, length = lib.srtp_protect, ffi.new("int *")
    spans = [(start, size) for start, size, *_ in layout.packets]
    at = ffi.cast("char *", buffer.address)
    failed = []
    for position, context in enumerate(contexts):
        for start, size in spans:
            length[0] = size
            if protect(context, at + start, length):
                failed.append(position)
                break
        at = at + stride
    return failed


class PublicProtection:
    """The same through pylibsrtp's public calls, with copies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def protect_burst(
        self,
        batch: PacketBuffer,
        start: int,
        layout: BurstLayout,
        header: HeaderRewrite,
        word: int = 0,
    ) -> None:
        """Packet by packet."""
        payload_type, ssrc, sequence_offset, timestamp_offset = header
        for offset, size, first, marker, index, timestamp in layout.packets:
            _HEADER.pack_into(
                batch.buffer,
                start + offset,
                first,
                marker | payload_type,
                (index + sequence_offset) & 0xFFFF,
                (timestamp + timestamp_offset) & 0xFFFFFFFF,
                ssrc,
            )
            if word:
                extension = struct.pack("!II", _ONE_WORD_EXTENSION, word)
                begin = start + offset + HEADER_LENGTH
                batch.buffer[begin : begin + len(extension)] = extension
            self.protect(batch, start + offset, size)

    def protect(self, batch: PacketBuffer, start: int, size: int) -> int:
        """Encrypt RTP, then copy it back."""
        return self._store(batch, start, self._session.protect(_copy(batch, start, size)))

    def protect_rtcp(self, batch: PacketBuffer, start: int, size: int) -> int:
        """Encrypt RTCP, then copy it back."""
        return self._store(batch, start, self._session.protect_rtcp(_copy(batch, start, size)))

    @staticmethod
    def _store(batch: PacketBuffer, start: int, protected: bytes) -> int:
        batch.buffer[start : start + len(protected)] = protected
        return len(protected)


def _copy(batch: PacketBuffer, start: int, size: int) -> bytes:
    return bytes(batch.view[start : start + size])


class Opening(Protocol):
    """Decrypts what came. Raises SrtpError, also on a replay."""

    def unprotect(self, packet: bytes) -> bytes:
        """One RTP packet."""
        ...

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """One RTCP compound."""
        ...


class InPlaceOpening:
    """libsrtp called on one buffer for all peers, which stays in the caches; each Session has one of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context = session._srtp[0]

    def unprotect(self, packet: bytes) -> bytes:
        """Decrypt RTP."""
        return self._open(lib.srtp_unprotect, packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """Decrypt RTCP."""
        return self._open(lib.srtp_unprotect_rtcp, packet)

    def _open(self, function: Any, packet: bytes) -> bytes:
        size = len(packet)
        if size > MAX_PACKET_BYTES:
            raise SrtpError("packet is too long")
        _opened[0:size] = packet
        _opened_size[0] = size
        status = function(self._context, _opened_at, _opened_size)
        if status:
            raise SrtpError(ERRORS[status])
        plain: bytes = _opened[0 : _opened_size[0]]
        return plain


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


@dataclass(frozen=True, slots=True)
class _TestPacket:
    index: int
    rtp_timestamp: int
    marker: bool
    payload: bytes


def in_place_works() -> bool:
    """Whether in-place encryption gives byte for byte what the public call gives, and can be undone."""
    if ffi is None:
        return False
    rtp = bytes.fromhex("80e0 1000 00000010 01020304") + bytes(range(200))
    rtcp = bytes.fromhex("80c9 0001 01020304")
    burst = Burst([_TestPacket(n, n, n == 2, bytes(90 + n)) for n in range(3)], is_video=True)
    try:
        for profile in PROFILES:
            key = bytes(range(profile.key_length + profile.salt_length))
            results = []
            for kind in (PublicProtection, InPlaceProtection):
                protection: Protection = kind(outbound_session(profile, key))
                batch = PacketBatch()
                batch.buffer[7 : 7 + len(rtp)] = rtp  # Not aligned in real use either.
                sizes = [protection.protect(batch, 7, len(rtp))]
                batch.buffer[300 : 300 + len(rtcp)] = rtcp
                sizes.append(protection.protect_rtcp(batch, 300, len(rtcp)))
                layout = burst.layout(HEADER_LENGTH, profile.tag_length)
                batch.buffer[400 : 400 + layout.size] = layout.template
                protection.protect_burst(batch, 400, layout, HeaderRewrite(96, 1, 5_000, 7))
                results.append((sizes, bytes(batch.view[:800])))
            if results[0] != results[1] or results[0][0][0] != len(rtp) + profile.tag_length:
                return False
            (rtp_size, rtcp_size), sent = results[0]
            opening = InPlaceOpening(inbound_session(profile, key))
            if opening.unprotect(sent[7 : 7 + rtp_size]) != rtp:
                return False
            if opening.unprotect_rtcp(sent[300 : 300 + rtcp_size]) != rtcp:
                return False
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
        self.layout_key = (HEADER_LENGTH, profile.tag_length)
        """Of burst layouts for this peer, without and with the time of sending."""
        self.layout_key_with_send_time = (HEADER_LENGTH + SEND_TIME_LENGTH, profile.tag_length)
        inbound = inbound_session(profile, receiving_key)
        self._inbound: Opening = InPlaceOpening(inbound) if IN_PLACE else inbound
        protection: Protection = _PROTECTION(outbound_session(profile, sending_key))
        self.context: Any = getattr(protection, "context", None)
        """For `protect_alike`; None where encryption in place does not work."""
        self.protect = protection.protect
        self.protect_burst = protection.protect_burst
        self.protect_rtcp = protection.protect_rtcp

    def unprotect(self, data: bytes) -> bytes:
        """Decrypt and authenticate RTP. Raises ValueError, also on a replay."""
        if len(data) > MAX_PACKET_BYTES:
            raise ValueError("SRTP packet is too long")
        try:
            return self._inbound.unprotect(data)
        except SrtpError as error:
            raise ValueError(f"SRTP: {error}") from error

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """Decrypt and authenticate RTCP. Raises ValueError, also on a replay."""
        if len(data) > MAX_PACKET_BYTES:
            raise ValueError("SRTCP packet is too long")
        try:
            return self._inbound.unprotect_rtcp(data)
        except SrtpError as error:
            raise ValueError(f"SRTCP: {error}") from error


def split_keys(profile: SrtpProfile, material: bytes, *, is_server: bool) -> tuple[bytes, bytes]:
    """(sending key, receiving key) from exported keying material, RFC 5764 §4.2.

    The export is client key, server key, client salt, server salt.
    """
    key, salt = profile.key_length, profile.salt_length
    client = material[:key] + material[2 * key : 2 * key + salt]
    server = material[key : 2 * key] + material[2 * key + salt : 2 * (key + salt)]
    return (server, client) if is_server else (client, server)
