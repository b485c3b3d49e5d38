"""DTLS handshake for SRTP keys, RFC 5763 and RFC 5764, bytes in and bytes out."""

from __future__ import annotations

import datetime
import enum
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from app.media.wire.srtp import PROFILES, SrtpTransport, split_keys

MTU_BYTES = 1200
"""Largest DTLS datagram sent: the smallest path WebRTC is expected to work over."""
_MAX_DATAGRAM_BYTES = 16_384
_RECORD_HEADER_LENGTH = 13
_VALID_DAYS = 365
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA"
)
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hash of a certificate as in `a=fingerprint`, RFC 8122 §5."""

    algorithm: str
    """Lower case, as `sha-256`."""
    value: str
    """Upper case hex pairs joined by colons."""

    @classmethod
    def parse(cls, text: str) -> Fingerprint:
        """Read `sha-256 AB:CD:...` in any case; ValueError if it is not two words."""
        words = text.split()
        if len(words) != 2:
            raise ValueError("fingerprint is not a hash name and a value")
        return cls(words[0].lower(), words[1].upper())

    @classmethod
    def of(cls, certificate: x509.Certificate, algorithm: str = "sha-256") -> Fingerprint:
        """The fingerprint of `certificate`; `algorithm` must be one of the known hashes."""
        return cls(algorithm, certificate.fingerprint(_HASHES[algorithm]).hex(":").upper())

    @property
    def is_checkable(self) -> bool:
        """Whether the hash is strong and known."""
        return self.algorithm in _HASHES

    def matches(self, certificate: x509.Certificate) -> bool:
        """Whether this is the fingerprint of `certificate`."""
        if not self.is_checkable:
            return False
        actual = Fingerprint.of(certificate, self.algorithm).value
        return hmac.compare_digest(actual.encode(), self.value.upper().encode())

    def __str__(self) -> str:
        return f"{self.algorithm} {self.value}"


class DtlsCertificate:
    """A self-signed ECDSA P-256 certificate, its key and the shared OpenSSL context."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.certificate = certificate
        self._fingerprint = Fingerprint.of(certificate)
        self.context = _context(key, certificate, tuple(p.name for p in PROFILES))

    @classmethod
    def generate(cls) -> DtlsCertificate:
        """A fresh certificate, valid from yesterday for a year."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(16))])
        now = datetime.datetime.now(tz=datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @property
    def fingerprint(self) -> Fingerprint:
        """The sha-256 fingerprint for `a=fingerprint`."""
        return self._fingerprint


def _context(
    key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, profiles: tuple[str, ...]
) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    # Certificates are self-signed: the fingerprint from signalling is what is checked.
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_privatekey(key)
    context.use_certificate(certificate)
    context.set_cipher_list(_CIPHERS)
    # As server OpenSSL takes the first of ours that the client has too.
    context.set_tlsext_use_srtp(":".join(profiles).encode())
    return context


class DtlsState(enum.Enum):
    """Where a handshake stands."""

    HANDSHAKING = "handshaking"
    CONNECTED = "connected"
    CLOSED = "closed"
    """The remote sent close_notify, or `close` was called."""
    FAILED = "failed"


class DtlsConnection:
    """One DTLS association without sockets; afterwards `srtp` holds the keys.

    Datagrams go in through `receive`; what must be sent is in `outgoing` until taken with
    `take_outgoing`. The retransmission timer is OpenSSL's own, which reads the system clock:
    `timeout` says how many seconds remain.
    """

    def __init__(
        self,
        certificate: DtlsCertificate,
        *,
        is_server: bool,
        remote_fingerprints: Iterable[Fingerprint],
    ) -> None:
        self.is_server = is_server
        self.state = DtlsState.HANDSHAKING
        self.failure: str | None = None
        """Why the state is FAILED, for the log."""
        self.srtp: SrtpTransport | None = None
        self._fingerprints = tuple(remote_fingerprints)
        self._outgoing: list[bytes] = []
        self._ssl = SSL.Connection(certificate.context)
        self._ssl.set_ciphertext_mtu(MTU_BYTES)
        if is_server:
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()

    def start(self) -> None:
        """Begin the handshake; as client this puts the ClientHello in `outgoing`."""
        self._advance()

    def receive(self, datagram: bytes) -> None:
        """One DTLS datagram from the remote. Never raises."""
        if self.state in (DtlsState.CLOSED, DtlsState.FAILED):
            return
        if len(datagram) > _MAX_DATAGRAM_BYTES:
            return
        try:
            self._ssl.bio_write(datagram)
        except SSL.Error:
            return
        self._advance()

    def take_outgoing(self) -> list[bytes]:
        """The datagrams to send, in order; afterwards there are none."""
        datagrams, self._outgoing = self._outgoing, []
        return datagrams

    def timeout(self) -> float | None:
        """Seconds until `handle_timeout` is due, None if nothing awaits an answer."""
        if self.state is not DtlsState.HANDSHAKING:
            return None
        return self._ssl.DTLSv1_get_timeout()

    def handle_timeout(self) -> None:
        """Send the last flight again if it is time."""
        if self.state is not DtlsState.HANDSHAKING:
            return
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error:
            self._fail("retransmission limit reached")
        self._collect()

    def close(self) -> None:
        """Say close_notify if connected; the state becomes CLOSED."""
        if self.state is DtlsState.CONNECTED:
            try:
                self._ssl.shutdown()
            except SSL.Error:
                pass
            self._collect()
        if self.state is not DtlsState.FAILED:
            self.state = DtlsState.CLOSED

    def _advance(self) -> None:
        try:
            if self.state is DtlsState.HANDSHAKING:
                self._ssl.do_handshake()
                self._finish()
            # Also answers a retransmitted last flight; application data (SCTP) is not ours.
            while self.state is DtlsState.CONNECTED:
                self._ssl.recv(_MAX_DATAGRAM_BYTES)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.state = DtlsState.CLOSED
        except SSL.Error as error:
            if self.state is DtlsState.HANDSHAKING:
                self._fail(f"handshake failed: {error}")
        self._collect()

    def _finish(self) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            self._fail("remote sent no certificate")
            return
        if not any(fingerprint.matches(certificate) for fingerprint in self._fingerprints):
            self._fail("remote certificate does not match the signalled fingerprint")
            return
        name = self._ssl.get_selected_srtp_profile().decode()
        profile = next((p for p in PROFILES if p.name == name), None)
        if profile is None:
            self._fail("no common SRTP profile")
            return
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.keying_length)
        self.srtp = SrtpTransport(profile, *split_keys(profile, material, is_server=self.is_server))
        self.state = DtlsState.CONNECTED

    def _fail(self, reason: str) -> None:
        self.state = DtlsState.FAILED
        self.failure = reason

    def _collect(self) -> None:
        try:
            stream = self._ssl.bio_read(1 << 16)
        except SSL.Error:
            return
        self._outgoing.extend(datagrams(stream))


def datagrams(stream: bytes) -> list[bytes]:
    """Cut what the memory BIO ran together into datagrams of whole records, `MTU_BYTES` at most.

    A record that is longer than that by itself stays whole (RFC 6347 §4.1.1).
    """
    result: list[bytes] = []
    position = start = 0
    while position + _RECORD_HEADER_LENGTH <= len(stream):
        size = _RECORD_HEADER_LENGTH + int.from_bytes(stream[position + 11 : position + 13], "big")
        if position > start and position + size - start > MTU_BYTES:
            result.append(stream[start:position])
            start = position
        position += size
    if position > start:
        result.append(stream[start:position])
    return result
