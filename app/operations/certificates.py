"""Until when the certificates count that browsers check: the server's own, and those of relays behind TLS."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs

from cryptography import x509

from app.settings import Settings

ANSWERS_S = 5.0
SOON = timedelta(days=21)
"""Whoever renews by themselves has done it by then, with a third of a life of 90 days left."""
TURN_PORTS = {"turn": 3478, "turns": 5349}

Problem = Literal["ended", "ends_soon", "unreadable", "unreachable"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """`name`: the file, or the address of the relay. `ends_at` is None where nobody could read it."""

    name: str
    is_relay: bool
    ends_at: datetime | None
    problem: Problem | None
    detail: str = ""
    """Why it could not be read, in the system's words."""


def server_certificate(settings: Settings, now: datetime) -> Certificate | None:
    """The one that `serve` gives to browsers; None where a proxy does, or before the first `serve --tls`."""
    if not settings.tls:
        return None
    own = settings.data_dir / "tls" / "server.crt"
    path = settings.tls_certificate_file or own
    if path == own and not own.exists():
        return None
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return Certificate(str(path), False, None, "unreadable", str(error))
    return _judged(path.name, certificate, now, is_relay=False)


async def relay_certificates(turn_urls: Sequence[str], now: datetime) -> list[Certificate]:
    """Those of the relays that are reached over TLS, read from the relays themselves."""
    urls = [url for url in turn_urls if url.startswith("turns:")]
    return list(await asyncio.gather(*(_relay_certificate(url, now) for url in urls)))


async def _relay_certificate(url: str, now: datetime) -> Certificate:
    try:
        _, host, port, transport = parse_turn_url(url)
        if transport != "tcp":
            raise ValueError("TLS runs over TCP")
        async with asyncio.timeout(ANSWERS_S):
            der = await _presented(host, port)
        certificate = x509.load_der_x509_certificate(der)
    except ValueError as error:
        return Certificate(url, True, None, "unreadable", str(error))
    except (OSError, TimeoutError) as error:
        return Certificate(url, True, None, "unreachable", str(error) or type(error).__name__)
    return _judged(url, certificate, now, is_relay=True)


async def _presented(host: str, port: int) -> bytes:
    """The certificate (DER) that a TLS server shows, whether it still counts or not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        der: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return der
    finally:
        writer.close()


def _judged(
    name: str, certificate: x509.Certificate, now: datetime, *, is_relay: bool
) -> Certificate:
    ends_at = certificate.not_valid_after_utc
    lifetime = ends_at - certificate.not_valid_before_utc
    problem: Problem | None = None
    if ends_at <= now:
        problem = "ended"
    elif ends_at - now < min(SOON, lifetime / 4):
        problem = "ends_soon"
    return Certificate(name, is_relay, ends_at, problem)


def parse_turn_url(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and transport of an RFC 7065 URI. Raises ValueError."""
    scheme, _, rest = url.partition(":")
    if scheme not in TURN_PORTS:
        raise ValueError("it does not begin with turn: or turns:")
    place, _, query = rest.partition("?")
    host, separator, port = place.rpartition(":")
    if not separator or place.endswith("]"):
        host, port = place, str(TURN_PORTS[scheme])
    default = "tcp" if scheme == "turns" else "udp"
    transport = parse_qs(query).get("transport", [default])[0]
    if not host or transport not in ("udp", "tcp"):
        raise ValueError("it has no host, or a transport that is not udp or tcp")
    return scheme, host.strip("[]"), int(port), transport
