"""https with a local authority: a client that installed the one file trusts every name and address of the server."""

import asyncio
import os
import signal
import socket
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app import tls
from app.http_server import listening_socket, serve_http
from app.settings import Settings
from tests.support.ports import free_port
from tests.support.waiting import until

NAMES = frozenset({"localhost", "127.0.0.1", "10.77.0.1", "fd00::7", "school-server.local"})
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        http_host="127.0.0.1",
        http_port=free_port(),
        https_port=free_port(),
        tls=True,
    )


def _certificate(files: tls.TlsFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def test_the_certificate_carries_every_name_and_address_and_is_signed_by_the_authority(
    settings: Settings,
) -> None:
    files = tls.ensure_certificates(settings, NAMES, NOW)

    certificate = _certificate(files)
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in named} == NAMES
    assert files.authority == tls.authority_file(settings)
    authority = x509.load_pem_x509_certificate(tls.authority_file(settings).read_bytes())
    certificate.verify_directly_issued_by(authority)
    for key in (files.key, tls.authority_file(settings).with_suffix(".key")):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_second_start_keeps_the_certificate(settings: Settings) -> None:
    first = tls.ensure_certificates(settings, NAMES, NOW).certificate.read_bytes()

    again = tls.ensure_certificates(settings, NAMES, NOW + timedelta(days=1))

    assert again.certificate.read_bytes() == first


@pytest.mark.parametrize(
    ("names", "later"),
    [
        (NAMES | {"192.168.4.20"}, timedelta(days=1)),
        (NAMES - {"10.77.0.1"}, timedelta(days=1)),
        (NAMES, timedelta(days=tls.SERVER_DAYS - tls.BACKDATED_DAYS - tls.RENEW_DAYS + 1)),
    ],
    ids=["address-added", "address-gone", "near-its-end"],
)
def test_the_certificate_is_issued_again_by_the_same_authority(
    settings: Settings, names: frozenset[str], later: timedelta
) -> None:
    before = tls.ensure_certificates(settings, NAMES, NOW)
    authority = tls.authority_file(settings).read_bytes()
    serial = _certificate(before).serial_number

    after = tls.ensure_certificates(settings, names, NOW + later)

    assert _certificate(after).serial_number != serial
    assert _certificate(after).not_valid_after_utc > NOW + later + timedelta(days=tls.RENEW_DAYS)
    assert tls.authority_file(settings).read_bytes() == authority


def test_a_damaged_server_certificate_is_replaced(settings: Settings) -> None:
    files = tls.ensure_certificates(settings, NAMES, NOW)
    files.certificate.write_bytes(b"-----BEGIN CERTIFICATE-----\nnonsense")

    tls.ensure_certificates(settings, NAMES, NOW)

    assert _certificate(files).not_valid_after_utc > NOW


def test_no_authority_is_offered_beside_the_certificate_of_a_domain(settings: Settings) -> None:
    """The pages once offered a file that was not there."""
    assert tls.has_own_authority(settings)
    assert not tls.has_own_authority(settings.model_copy(update={"tls": False}))
    domain = settings.model_copy(update={"tls_certificate_file": Path("chain.pem")})
    assert not tls.has_own_authority(domain)


def test_a_certificate_of_a_domain_that_does_not_exist_is_refused_in_words(tmp_path: Path) -> None:
    half = Settings(data_dir=tmp_path, tls_certificate_file=tmp_path / "chain.pem")
    absent = Settings(
        data_dir=tmp_path,
        tls_certificate_file=tmp_path / "chain.pem",
        tls_key_file=tmp_path / "key.pem",
    )

    with pytest.raises(tls.TlsUnusable, match="TONGTANG_TLS_KEY_FILE"):
        tls.ensure_certificates(half, NAMES, NOW)
    with pytest.raises(tls.TlsUnusable, match=r"chain\.pem for https does not exist"):
        tls.ensure_certificates(absent, NAMES, NOW)


def test_a_key_of_another_certificate_is_refused_in_words(tmp_path: Path) -> None:
    one = tls.ensure_certificates(Settings(data_dir=tmp_path / "one"), NAMES, NOW)
    two = tls.ensure_certificates(Settings(data_dir=tmp_path / "two"), NAMES, NOW)

    with pytest.raises(tls.TlsUnusable, match="cannot be used together"):
        tls.server_context(tls.TlsFiles(one.certificate, two.key, None))


# --- the two listeners ------------------------------------------------------------------------------


class Started:
    """A served application, with the number of times its lifespan began and ended."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    def application(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            self.begun += 1
            yield
            self.ended += 1

        async def where(request: Request) -> PlainTextResponse:
            return PlainTextResponse(request.url.scheme)

        return Starlette(routes=[Route("/", where)], lifespan=lifespan)


async def _get(port: int, context: ssl.SSLContext | None, name: str = "") -> tuple[str, str]:
    """Body of `GET /`, and the serial number of the certificate that was shown."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name or None
    )
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    body = (await reader.read()).decode().rpartition("\r\n\r\n")[2]
    shown = writer.get_extra_info("peercert") or {}
    writer.close()
    return body, str(shown.get("serialNumber", ""))


@asynccontextmanager
async def _serving(settings: Settings, started: Started) -> AsyncIterator[None]:
    task = asyncio.create_task(serve_http(started.application(), settings))
    try:
        await until(lambda: started.begun == 1 or task.done())
        yield
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 15)


async def test_http_and_https_share_one_application_and_a_client_with_the_authority_trusts_both_names(
    settings: Settings,
) -> None:
    started = Started()
    async with _serving(settings, started):
        trusting = ssl.create_default_context(cafile=str(tls.authority_file(settings)))
        assert (await _get(settings.http_port, None))[0] == "http"
        assert (await _get(settings.https_port, trusting, "localhost"))[0] == "https"
        assert (await _get(settings.https_port, trusting, "127.0.0.1"))[0] == "https"
        with pytest.raises(ssl.SSLCertVerificationError):
            await _get(settings.https_port, trusting, "another-school.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            await _get(settings.https_port, ssl.create_default_context(), "localhost")
    assert (started.begun, started.ended) == (1, 1)


async def test_a_running_listener_shows_the_new_certificate_when_an_address_appears(
    settings: Settings,
) -> None:
    names = set(NAMES)
    files = tls.ensure_certificates(settings, names, datetime.now(UTC))
    context = tls.server_context(files)
    renewal = asyncio.create_task(
        tls.keep_current(settings, context, names=lambda _: frozenset(names), recheck_s=0.02)
    )
    with listening_socket("127.0.0.1", settings.https_port) as sock:
        server = await asyncio.start_server(_answer, sock=sock, ssl=context)
        trusting = ssl.create_default_context(cafile=str(tls.authority_file(settings)))
        _, before = await _get(settings.https_port, trusting, "10.77.0.1")

        names.add("192.168.4.20")

        async with asyncio.timeout(60):
            while True:
                try:
                    _, after = await _get(settings.https_port, trusting, "192.168.4.20")
                    break
                except ssl.SSLCertVerificationError:
                    await asyncio.sleep(0.02)
        assert after != before
        renewal.cancel()
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
    writer.close()


def test_a_socket_on_all_addresses_takes_ipv4_and_ipv6() -> None:
    with listening_socket("::", 0) as sock:
        sock.listen(4)
        port = sock.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            assert client.getpeername()[1] == port
