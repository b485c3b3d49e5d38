"""The report names what is wrong and what to do."""

import asyncio
import socket
from pathlib import Path

import pytest

from app.db.engine import Database
from app.db.migrate import migrate
from app.doctor import doctor, examine
from app.settings import Settings
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
    assert fatal[0].text.startswith("the database cannot be opened")
    assert "TONGTANG_DATABASE_URL" in fatal[0].fix


def test_addresses_announced_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        http_port=free_port(),
        media_port=free_port(udp=True),
        public_ips=("203.0.113.9",),
    )
    assert any("203.0.113.9" in finding.text for finding in examine(settings))
