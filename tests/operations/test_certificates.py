"""A certificate that ends is told in time, the server's and a relay's."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from app import tls
from app.operations.certificates import (
    Certificate,
    Problem,
    relay_certificates,
    server_certificate,
)
from app.operations.clocks import Clocks
from app.operations.forecast import Forecast, Rates
from app.operations.report import Report, Storage
from app.operations.warnings import warnings_of
from app.settings import Settings

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
LIFE = timedelta(days=tls.SERVER_DAYS - tls.BACKDATED_DAYS)


@pytest.fixture
def files(tmp_path: Path) -> tls.TlsFiles:
    settings = Settings(data_dir=tmp_path, tls=True)
    return tls.ensure_certificates(settings, frozenset({"localhost", "127.0.0.1"}), NOW)


def ends_at(files: tls.TlsFiles) -> datetime:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes()).not_valid_after_utc


@pytest.mark.parametrize(
    ("later", "problem"),
    [
        (timedelta(), None),
        (LIFE - timedelta(days=22), None),
        (LIFE - timedelta(days=20), "ends_soon"),
        (LIFE + timedelta(seconds=1), "ended"),
    ],
)
def test_three_weeks_before_its_end_a_certificate_is_told(
    tmp_path: Path, files: tls.TlsFiles, later: timedelta, problem: Problem | None
) -> None:
    own = server_certificate(Settings(data_dir=tmp_path, tls=True), NOW + later)
    assert own == Certificate("server.crt", False, ends_at(files), problem)


def test_a_server_that_gives_no_certificate_has_none_and_a_damaged_file_is_told(
    tmp_path: Path,
) -> None:
    assert server_certificate(Settings(data_dir=tmp_path), NOW) is None
    assert server_certificate(Settings(data_dir=tmp_path, tls=True), NOW) is None
    damaged = tmp_path / "chain.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nnonsense")
    found = server_certificate(
        Settings(data_dir=tmp_path, tls=True, tls_certificate_file=damaged), NOW
    )
    assert found is not None and found.problem == "unreadable" and found.detail


@asynccontextmanager
async def tls_server(files: tls.TlsFiles) -> AsyncIterator[int]:
    """A relay's listener as far as its certificate goes; yields the port."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_relays_certificate_is_read_from_the_relay_even_when_it_has_ended(
    files: tls.TlsFiles,
) -> None:
    async with tls_server(files) as port:
        url = f"turns:127.0.0.1:{port}?transport=tcp"
        urls = [url, "turn:127.0.0.1:3478"]
        assert await relay_certificates(urls, NOW) == [Certificate(url, True, ends_at(files), None)]
        (late,) = await relay_certificates(urls, NOW + 2 * LIFE)
        assert late.problem == "ended"
    away, wrong = await relay_certificates([url, "turns::5349"], NOW)
    assert (away.problem, wrong.problem) == ("unreachable", "unreadable")


def report(full_on: date | None, clocks: Clocks, *certificates: Certificate) -> Report:
    storage = Storage(
        "disk", 1, 2, 0, 0, Rates(1, 1, 1), 60, Forecast(full_on, date(2027, 6, 30), ())
    )
    return Report(NOW.date(), storage, certificates, clocks)


def test_warnings_are_urgent_when_lessons_will_suffer_within_weeks() -> None:
    ended = Certificate("server.crt", False, NOW, "ended")
    in_order = Clocks(is_kept=None, database_ahead_ms=-1_999)
    assert warnings_of(report(None, in_order), 0) == []
    off = Clocks(is_kept=False, database_ahead_ms=-7_400)
    soon, later = NOW.date() + timedelta(days=30), NOW.date() + timedelta(days=31)
    found = [
        (one.code, one.is_urgent) for one in warnings_of(report(later, off, ended), pcs_apart=3)
    ]
    assert found == [
        ("database_clock_apart", True),
        ("certificate_ended", True),
        ("disk_full_soon", False),
        ("clock_not_kept", False),
        ("pc_clocks_apart", False),
    ]
    (urgent,) = warnings_of(report(soon, in_order), 0)
    assert (urgent.code, urgent.is_urgent, urgent.on) == ("disk_full_soon", True, soon)
    (full,) = warnings_of(report(NOW.date(), in_order), 0)
    assert (full.code, full.is_urgent) == ("disk_full", True)
