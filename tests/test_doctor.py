"""The report names what is wrong and what to do."""

import asyncio
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.db.engine import Database
from app.db.migrate import migrate
from app.doctor.network import parse_turn_url
from app.doctor.report import doctor, examine
from app.settings import Settings
from tests.support.coturn import turn_server
from tests.support.ports import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, http_port=free_port(), media_port=free_port(udp=True), tls=False
    )


async def _migrate(settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    await migrate(database)
    await database.close()


def test_a_sound_machine_can_serve(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_migrate(settings))

    assert doctor(settings) == 0

    report = capsys.readouterr().out
    assert "the database is up to date" in report
    assert f"UDP port {settings.media_port} (TONGTANG_MEDIA_PORT) is free, UDP passes" in report
    assert "STOP" not in report


def test_a_busy_port_stops_and_is_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("0.0.0.0", settings.http_port)):
        assert doctor(settings) == 1
    report = capsys.readouterr().out
    assert f"STOP  TCP port {settings.http_port} (TONGTANG_HTTP_PORT) is not free" in report
    assert "-> " in report


def test_a_database_without_tables_stops(settings: Settings) -> None:
    (settings.data_dir / "tongtang.db").touch()
    fatal = [finding for finding in examine(settings) if finding.is_fatal]
    assert [finding.text for finding in fatal] == ["the database does not fit this version"]
    assert "migrate" in fatal[0].fix


def test_a_database_server_that_does_not_answer_is_told_in_words(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        http_port=free_port(),
        media_port=free_port(udp=True),
        database_url=f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none",
    )
    fatal = [finding for finding in examine(settings) if finding.is_fatal]
    assert len(fatal) == 1
    assert fatal[0].text.startswith("the database postgresql+asyncpg://nobody@127.0.0.1:")
    assert "cannot be opened" in fatal[0].text
    assert "TONGTANG_DATABASE_URL" in fatal[0].fix


def test_a_name_that_is_nearly_a_settings_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTANG_PUBLIC_IP", "203.0.113.9")
    monkeypatch.setenv("TONGTANG_VERBOSE", "1")
    (told,) = [finding for finding in examine(settings) if "is not a setting" in finding.text]
    assert told.text.startswith("TONGTANG_PUBLIC_IP ")
    assert told.fix == "TONGTANG_PUBLIC_IPS may be meant"


def test_addresses_announced_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        http_port=free_port(),
        media_port=free_port(udp=True),
        public_ips=("203.0.113.9",),
    )
    assert any("203.0.113.9" in finding.text for finding in examine(settings))


def relayed(tmp_path: Path, turn_port: int, secret: str) -> list[str]:
    settings = Settings(
        data_dir=tmp_path,
        http_port=free_port(),
        media_port=free_port(udp=True),
        turn_urls=(f"turn:127.0.0.1:{turn_port}", f"turn:127.0.0.1:{turn_port}?transport=tcp"),
        turn_secret=SecretStr(secret),
    )
    return [finding.text for finding in examine(settings) if finding.text.startswith("the relay ")]


def test_a_relay_that_lets_us_in_refuses_us_or_is_not_there(tmp_path: Path) -> None:
    port = free_port(udp=True)
    with turn_server(tmp_path, ip="127.0.0.1", port=port, secret="willow-gate-7"):
        let_in = relayed(tmp_path, port, "willow-gate-7")
        assert [text.endswith("lets us in") for text in let_in] == [True, True], let_in
        refused = relayed(tmp_path, port, "another")
        assert ["refuses us" in text for text in refused] == [True, True], refused
    away = relayed(tmp_path, port, "willow-gate-7")
    assert ["does not answer" in text for text in away] == [True, True], away


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("turn:relay.example", ("turn", "relay.example", 3478, "udp")),
        ("turns:relay.example:443?transport=tcp", ("turns", "relay.example", 443, "tcp")),
        ("turn:[2001:db8::1]:9?transport=tcp", ("turn", "2001:db8::1", 9, "tcp")),
        ("turns:[2001:db8::1]", ("turns", "2001:db8::1", 5349, "tcp")),
    ],
)
def test_addresses_of_relays(url: str, parts: tuple[str, str, int, str]) -> None:
    assert parse_turn_url(url) == parts


def test_a_certificate_that_cannot_be_read_stops(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        http_port=free_port(),
        media_port=free_port(udp=True),
        tls=True,
        tls_certificate_file=tmp_path / "none.pem",
        tls_key_file=tmp_path / "none.key",
    )
    (fatal,) = [finding for finding in examine(settings) if finding.is_fatal]
    assert "none.pem cannot be read" in fatal.text
