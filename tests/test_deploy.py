"""The container set-up fits the program: its settings, ports, files and commands. What runs without Docker is run."""

import asyncio
import contextlib
import ipaddress
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aioice.stun
import aioice.turn
import pytest
import yaml

from app.__main__ import cli
from app.ids import ParticipantId
from app.media.turn import TurnServers
from app.settings import Settings, read_settings
from tests.support.coturn import AWAIT
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")
FILLED_IN = "long-random-word"


def _environment_file() -> dict[str, str]:
    """`deploy/env.example` as an administrator fills it in."""
    lines = (ROOT / "deploy" / "env.example").read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value or FILLED_IN for name, _, value in pairs}


@pytest.fixture(scope="module")
def services() -> Mapping[str, Any]:
    """The services of docker-compose.yml with the variables of `.env` put in; KeyError for one that is not there."""
    variables = _environment_file()
    text = VARIABLE.sub(
        lambda found: variables[found[1]], (ROOT / "docker-compose.yml").read_text()
    )
    found: Mapping[str, Any] = yaml.safe_load(text)["services"]
    return found


def _settings_of(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_every_variable_of_the_containers_is_a_setting_with_a_value_that_can_be(
    services: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {f"TONGTANG_{name.upper()}" for name in Settings.model_fields}
    given = services["tongtang"]["environment"]
    of_image = dict(re.findall(r"(TONGTANG_\w+)=(\S+)", DOCKERFILE))
    assert {*given, *of_image} <= known

    settings = _settings_of({**of_image, **given}, monkeypatch)

    assert settings.public_ips == (_environment_file()["PUBLIC_IP"],)
    assert FILLED_IN in settings.database_url
    assert settings.storage_url == "s3://tongtang"
    assert len(settings.turn_urls) == 2


def test_ports_and_addresses_meet(
    services: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, caddy = services["tongtang"], services["caddy"]
    settings = _settings_of(app["environment"], monkeypatch)
    port = settings.media_port
    assert set(app["ports"]) == {f"{port}:{port}/udp", f"{port}:{port}/tcp"}
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert f"reverse_proxy tongtang:{settings.http_port}" in caddyfile
    (proxy,) = settings.trusted_proxies
    assert caddy["networks"]["inside"]["ipv4_address"] == proxy
    networks = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["networks"]
    subnet = networks["inside"]["ipam"]["config"][0]["subnet"]
    assert ipaddress.ip_address(proxy) in ipaddress.ip_network(subnet)
    # The name under which the app reaches the store is one that Caddy answers to, inside and outside.
    store = settings.s3_endpoint.removeprefix("https://")
    assert store in caddy["networks"]["inside"]["aliases"]
    assert "store.{$DOMAIN}" in caddyfile


def test_every_file_that_is_mounted_or_copied_is_there(services: Mapping[str, Any]) -> None:
    mounted = [
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]
    copied = [
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert mounted
    assert copied
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for path in [*mounted, *copied]:
        assert (ROOT / path).exists(), path
    for path in copied:
        assert path in let_in or Path(path).parts[0] in let_in, path


def test_the_image_runs_commands_that_exist_as_a_user_without_rights() -> None:
    commands = {
        one.name or one.callback.__name__ for one in cli.registered_commands if one.callback
    }
    (started,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    named = re.findall(r"python -m app (\w+)", started)
    assert named == ["migrate", "serve"]
    assert set(named) <= commands
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE, re.MULTILINE)
    assert f":{Settings.model_fields['http_port'].default}/readyz" in DOCKERFILE


# --- the relay --------------------------------------------------------------------------------------


@pytest.fixture
def relay(services: Mapping[str, Any], tmp_path: Path) -> Iterator[int]:
    """The turnserver of the set-up with its own file and arguments, on loopback; its port."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("turnserver is missing: install coturn")
    port = free_port(udp=True)
    public_ip = _environment_file()["PUBLIC_IP"]
    given = [
        argument.replace(public_ip, "127.0.0.1")
        for argument in services["turn"]["command"]
        if not argument.startswith("--external-ip")
    ]
    given[given.index("-c") + 1] = str(ROOT / "deploy" / "turnserver.conf")
    here = (
        f"--listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --listening-port={port} "
        f"--allow-loopback-peers --pidfile={tmp_path}/pid --userdb={tmp_path}/db"
    )
    log = tmp_path / "turnserver.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, *given, *shlex.split(here)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        subprocess.run(["python3", "-c", AWAIT, "127.0.0.1", str(port)], check=True, timeout=30)
        yield port
    finally:
        process.terminate()
        process.wait(10)
    told = log.read_text(errors="replace")
    assert "Bad configuration format" not in told, told
    assert "unrecognized" not in told, told


async def test_the_relay_lets_our_credentials_in_and_leads_to_our_media_and_nowhere_else(
    relay: int,
) -> None:
    servers = TurnServers((f"turn:127.0.0.1:{relay}",), FILLED_IN)
    (ours,) = servers.ice_servers(ParticipantId("sea_1"), time.time_ns() // 1_000_000)
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    class Media(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            arrived.put_nowait(data)

    def allocation() -> aioice.turn.TurnClientUdpProtocol:
        server = ("127.0.0.1", relay)
        return aioice.turn.TurnClientUdpProtocol(
            server, ours["username"], ours["credential"], lifetime=60, channel_refresh_time=60
        )

    media, _ = await loop.create_datagram_endpoint(Media, local_addr=("127.0.0.1", 0))
    with contextlib.closing(media):
        _, through = await loop.create_datagram_endpoint(
            allocation, remote_addr=("127.0.0.1", relay)
        )
        await through.connect()
        await through.send_data(b"hello", media.get_extra_info("sockname"))
        async with asyncio.timeout(60):
            assert await arrived.get() == b"hello"
        for inside in ("10.0.0.1", "192.168.1.1", "127.0.0.2"):
            with pytest.raises(aioice.stun.TransactionFailed, match="403"):
                await through.channel_bind(0x4FFF, (inside, 80))
        await through.delete()
