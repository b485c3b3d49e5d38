"""Whether browsers reach this machine: ports, addresses, translation, buffers, relays."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import aioice.stun
import aioice.turn

from app.doctor.finding import Finding
from app.ids import ParticipantId
from app.media.turn import TurnServers
from app.media.wire.addresses import local_addresses
from app.media.wire.udp import RECEIVE_BUFFER_BYTES, set_receive_buffer
from app.moments import to_ms
from app.operations.certificates import parse_turn_url
from app.settings import Settings
from app.supervisor.preflight import (
    CannotServe,
    PortUse,
    check_addresses,
    check_ports,
    ports_of,
    udp_is_blocked,
)

TURN_ANSWERS_S = 5.0


def examine_network(settings: Settings) -> Iterator[Finding]:
    """Everything between this machine and a browser that this machine can see."""
    yield from _ports(settings)
    yield from _addresses(settings)
    yield _receive_buffer()
    yield from _relays(settings)


def _ports(settings: Settings) -> Iterator[Finding]:
    for port in ports_of(settings):
        name = f"{port.transport} port {port.number} ({port.setting})"
        try:
            check_ports([port])
        except CannotServe as error:
            yield Finding(f"{name} is not free", str(error), is_fatal=True)
            continue
        if port.transport == "UDP" and udp_is_blocked(port.number):
            yield _blocked(port)
            continue
        yield Finding(f"{name} is free" + (", UDP passes" if port.transport == "UDP" else ""))


def _blocked(port: PortUse) -> Finding:
    return Finding(
        f"UDP port {port.number} is blocked by a firewall; media will go over TCP and stutter",
        f"allow it, for instance with 'sudo ufw allow {port.number}/udp'",
    )


def _addresses(settings: Settings) -> Iterator[Finding]:
    if settings.public_ips:
        yield Finding(
            f"browsers are sent to {', '.join(settings.public_ips)} (TONGTANG_PUBLIC_IPS)"
        )
        return
    elsewhere = [address.ip for address in local_addresses() if not address.is_loopback]
    if not elsewhere:
        yield Finding(
            "this machine has no network address: only browsers on it can take part",
            "connect it to the network",
        )
        return
    yield Finding(f"browsers of other computers are sent to {', '.join(elsewhere)}")
    if all(not ipaddress.ip_address(ip).is_global for ip in elsewhere):
        yield Finding(
            "all of these are addresses of an inner network: from the internet nobody is let in under them",
            "nothing, where every school is in this network; behind a router with a public address set "
            "TONGTANG_PUBLIC_IPS to that address and forward the ports above to this machine",
        )
    try:
        check_addresses(settings)
    except CannotServe as error:
        yield Finding(
            "these are addresses inside a container", str(error), is_fatal=not settings.demo
        )
    if not settings.tls:
        yield Finding(
            f"other computers reach http://{socket.gethostname()}:{settings.http_port} without a camera",
            "browsers give cameras to https only: 'make run TLS=1' (this machine's own browser needs nothing)",
        )


def _receive_buffer() -> Finding:
    """Linux doubles the figure for its own bookkeeping, and grants ordinary users `net.core.rmem_max`."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        set_receive_buffer(probe)
        granted = probe.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
    text = f"UDP receive buffer of {granted // 1024} KiB"
    if granted >= RECEIVE_BUFFER_BYTES:
        return Finding(text)
    return Finding(
        f"{text}; {RECEIVE_BUFFER_BYTES // 1024} are wanted, so that a burst of many classrooms is not lost",
        f"'sudo sysctl -w net.core.rmem_max={RECEIVE_BUFFER_BYTES}' (in /etc/sysctl.d to keep it)",
    )


def _relays(settings: Settings) -> Iterator[Finding]:
    """Ask each TURN server for an allocation with credentials as browsers get them."""
    if not settings.turn_urls:
        yield Finding(
            "no relay: schools whose firewall lets nothing out but 443 have no picture and no sound "
            "(TONGTANG_TURN_URLS)"
        )
        return
    servers = TurnServers(settings.turn_urls, settings.turn_secret.get_secret_value())
    now_ms = to_ms(datetime.now(UTC))
    for server in servers.ice_servers(ParticipantId("doctor"), now_ms):
        url = server["urls"]
        try:
            asyncio.run(_allocate(url, server["username"], server["credential"]))
        except ValueError as error:
            yield Finding(f"{url} is not a TURN address: {error}", "correct TONGTANG_TURN_URLS")
        except aioice.stun.TransactionFailed as error:
            yield Finding(
                f"the relay {url} refuses us: {error}",
                "give it our TONGTANG_TURN_SECRET (coturn: use-auth-secret and static-auth-secret), "
                "and both machines the right time",
            )
        except (OSError, TimeoutError, aioice.stun.TransactionTimeout) as error:
            yield Finding(
                f"the relay {url} does not answer: {error or type(error).__name__}",
                "start it, open its port, and check its certificate if the address begins with turns:",
            )
        else:
            yield Finding(f"the relay {url} lets us in")


async def _allocate(url: str, username: str, credential: str) -> None:
    scheme, host, port, transport = parse_turn_url(url)
    context = ssl.create_default_context() if scheme == "turns" else None
    async with asyncio.timeout(TURN_ANSWERS_S):
        relay, _ = await aioice.turn.create_turn_endpoint(
            asyncio.DatagramProtocol,
            server_addr=(host, port),
            username=username,
            password=credential,
            ssl=context,
            transport=transport,
        )
        relay.close()
        # The allocation is given back before the loop ends.
        await asyncio.sleep(0.1)
