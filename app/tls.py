"""https without a public domain: a local certificate authority whose one file a school installs.

`data_dir/tls` holds `tongtang-ca.crt` (given to everybody), its key, and the server's certificate with every name and
address of this machine. A real domain brings its own files by `TONGTANG_TLS_CERTIFICATE_FILE` and `..._KEY_FILE`.
"""

import asyncio
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.media.wire.addresses import local_addresses
from app.settings import Settings

logger = logging.getLogger(__name__)

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""Browsers refuse server certificates that are valid for longer."""
RENEW_DAYS = 30
BACKDATED_DAYS = 30
"""School PCs with an empty clock battery live in the past."""
RECHECK_S = 60.0


class TlsUnusable(Exception):
    """The certificate files that the settings name cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What the https listener loads."""

    certificate: Path
    key: Path
    authority: Path | None
    """The file that schools install; None with the certificate of a real domain."""


def server_names(settings: Settings) -> frozenset[str]:
    """Every name and address under which a browser may reach this machine."""
    host = socket.gethostname().lower()
    names = {"localhost", host}
    if "." not in host:
        names.add(f"{host}.local")
    names.update(address.ip for address in local_addresses())
    names.update(settings.public_ips)
    return frozenset(names)


def authority_file(settings: Settings) -> Path:
    """The authority's certificate (PEM), to be served at `/tongtang-ca.crt`; it may not exist yet."""
    return settings.data_dir / "tls" / "tongtang-ca.crt"


def has_own_authority(settings: Settings) -> bool:
    """Whether browsers must be given our authority; a real domain's certificate needs nothing of ours."""
    return settings.tls and settings.tls_certificate_file is None


def ensure_certificates(settings: Settings, names: Iterable[str], now: datetime) -> TlsFiles:
    """The files to listen with, made or renewed where needed. Idempotent.

    Raises `TlsUnusable` when the settings name files that are missing or do not belong together.
    """
    if settings.tls_certificate_file is not None or settings.tls_key_file is not None:
        return _files_of_domain(settings)
    directory = settings.data_dir / "tls"
    directory.mkdir(parents=True, exist_ok=True)
    files = TlsFiles(directory / "server.crt", directory / "server.key", authority_file(settings))
    authority = _load_authority(directory, now) or _make_authority(directory, now)
    if not _is_current(files, authority[0], frozenset(names), now):
        _issue(files, *authority, frozenset(names), now)
    return files


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """A context for the https listener; raises `TlsUnusable`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.certificate, files.key)
    except (ssl.SSLError, OSError) as error:
        raise TlsUnusable(
            f"The certificate {files.certificate} and the key {files.key} cannot be used together: {error}."
        ) from error
    return context


async def keep_current(
    settings: Settings,
    context: ssl.SSLContext,
    *,
    names: Callable[[Settings], frozenset[str]] = server_names,
    recheck_s: float = RECHECK_S,
) -> None:
    """Re-issue and load the certificate again whenever addresses change or it nears its end; runs until cancelled.

    Connections that are open keep theirs; new ones get the new certificate.
    """
    loaded: tuple[int, int] | None = None
    while True:
        try:
            files = ensure_certificates(settings, names(settings), datetime.now(UTC))
            stamp = (files.certificate.stat().st_mtime_ns, files.key.stat().st_mtime_ns)
            if stamp != loaded:
                if loaded is not None:
                    logger.info("https certificate loaded again: %s", files.certificate)
                context.load_cert_chain(files.certificate, files.key)
                loaded = stamp
        except (TlsUnusable, ssl.SSLError, OSError):
            logger.exception("https certificate could not be renewed; the old one stays")
        await asyncio.sleep(recheck_s)


def _files_of_domain(settings: Settings) -> TlsFiles:
    certificate, key = settings.tls_certificate_file, settings.tls_key_file
    if certificate is None or key is None:
        raise TlsUnusable(
            "Set both TONGTANG_TLS_CERTIFICATE_FILE and TONGTANG_TLS_KEY_FILE, or neither."
        )
    for path in (certificate, key):
        if not path.is_file():
            raise TlsUnusable(f"The file {path} for https does not exist.")
    return TlsFiles(certificate, key, None)


Authority = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _load_authority(directory: Path, now: datetime) -> Authority | None:
    try:
        certificate = x509.load_pem_x509_certificate((directory / "tongtang-ca.crt").read_bytes())
        key = serialization.load_pem_private_key((directory / "tongtang-ca.key").read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey)
        or certificate.public_key() != key.public_key()
    ):
        return None
    # A server certificate must not outlive its authority.
    if certificate.not_valid_after_utc < now + timedelta(days=SERVER_DAYS):
        return None
    return certificate, key


def _make_authority(directory: Path, now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tongtang"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Tongtang on {socket.gethostname()}"[:64]),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=BACKDATED_DAYS))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(directory / "tongtang-ca.key", _pem_key(key), is_secret=True)
    _write(directory / "tongtang-ca.crt", certificate.public_bytes(serialization.Encoding.PEM))
    logger.info("local certificate authority made: %s", directory / "tongtang-ca.crt")
    return certificate, key


def _is_current(
    files: TlsFiles, authority: x509.Certificate, names: frozenset[str], now: datetime
) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return False
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(name.value) for name in named}
    try:
        certificate.verify_directly_issued_by(authority)
    except (
        Exception
    ):  # the library raises InvalidSignature, ValueError or TypeError; each means: not ours
        return False
    return (
        certificate.public_key() == key.public_key()
        and covered == names
        and certificate.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)
    )


def _issue(
    files: TlsFiles,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: frozenset[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tongtang")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(now - timedelta(days=BACKDATED_DAYS), authority.not_valid_before_utc))
        .not_valid_after(now + timedelta(days=SERVER_DAYS - BACKDATED_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(files.key, _pem_key(key), is_secret=True)
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    logger.info("https certificate issued for %s", ", ".join(sorted(names)))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes, *, is_secret: bool = False) -> None:
    """Whole or not at all: a process killed here leaves the old file."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if is_secret else 0o644
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
