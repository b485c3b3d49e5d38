"""DTLS handshake for SRTP keys, RFC 5763 and RFC 5764, bytes in and bytes out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hash of a certificate as in `a=fingerprint`, RFC 8122 §5."""

    algorithm: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Fingerprint:
        """Read `sha-256 AB:CD:...`; ValueError if it is not two words."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.algorithm} {self.value}"


class DtlsCertificate:
    """A self-signed ECDSA P-256 certificate, its key and the shared OpenSSL context."""

    @classmethod
    def generate(cls) -> DtlsCertificate:
        """A fresh certificate, valid from yesterday for 30 days."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> Fingerprint:
        """The sha-256 fingerprint for `a=fingerprint`."""
        raise NotImplementedError
