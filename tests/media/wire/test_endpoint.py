"""The endpoint over real loopback sockets: demultiplexing, TCP, interfaces, candidates."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from aioice.candidate import Candidate
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.addresses import LocalAddress, local_addresses
from app.media.wire.candidates import candidate_lines
from app.media.wire.dtls_srtp import DtlsCertificate, DtlsConnection, DtlsState
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtp import RtpPacket, pack_header
from app.media.wire.sockets import BoundAddress, PortInUse
from app.media.wire.tcp import FrameDecoder, frame
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState
from app.media.wire.udp import UdpPath
from tests.support.waiting import until

from .support import Recorder, binding_request

LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)
LOOPBACK_SIX = LocalAddress("::1", is_loopback=True, is_ipv6=True)
SECOND = LocalAddress("127.0.0.2", is_loopback=True, is_ipv6=False)


@pytest.fixture
async def endpoint() -> AsyncIterator[MediaEndpoint]:
    endpoint = MediaEndpoint(0, addresses=lambda: [LOOPBACK])
    endpoint.start()
    yield endpoint
    endpoint.close()


class Client:
    """A remote with a real socket: one check, a DTLS client, then SRTP."""

    def __init__(
        self, endpoint: MediaEndpoint, *, over_tcp: bool = False, ip: str = "127.0.0.1"
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.target = (ip, endpoint.port)
        self.over_tcp = over_tcp
        kind = socket.SOCK_STREAM if over_tcp else socket.SOCK_DGRAM
        self.socket = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, kind)
        self.socket.setblocking(False)
        self.certificate = DtlsCertificate.generate()
        self.decoder = FrameDecoder()
        self.frames: list[bytes] = []

    async def open(self) -> Client:
        await self.loop.sock_connect(self.socket, self.target)
        return self

    async def send(self, data: bytes) -> None:
        await self.loop.sock_sendall(self.socket, frame(data) if self.over_tcp else data)

    async def receive(self) -> bytes:
        async with asyncio.timeout(60):
            if not self.over_tcp:
                return await self.loop.sock_recv(self.socket, 4096)
            while not self.frames:
                chunk = await self.loop.sock_recv(self.socket, 4096)
                if not chunk:
                    raise EOFError
                self.frames += self.decoder.feed(chunk)
            return self.frames.pop(0)

    async def check(self, transport: PeerTransport, *, pwd: str | None = None) -> stun.Message:
        await self.send(binding_request(transport.local_parameters, pwd=pwd))
        return stun.parse_message(await self.receive())

    async def handshake(self, transport: PeerTransport) -> DtlsConnection:
        local = transport.local_parameters
        transport.set_remote("remo", "p" * 24, [self.certificate.fingerprint], "active")
        dtls = DtlsConnection(
            self.certificate, is_server=False, remote_fingerprints=[local.fingerprint]
        )
        dtls.start()
        while dtls.state is DtlsState.HANDSHAKING:
            for datagram in dtls.take_outgoing():
                await self.send(datagram)
            dtls.receive(await self.receive())
        for datagram in dtls.take_outgoing():
            await self.send(datagram)
        await until(lambda: transport.state is TransportState.CONNECTED)
        return dtls

    def close(self) -> None:
        self.socket.close()


async def connected(endpoint: MediaEndpoint) -> tuple[PeerTransport, Client, BoundAddress, UdpPath]:
    """A peer, its remote, and the one socket and path between them."""
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint).open()
    await client.check(transport)
    await client.handshake(transport)
    (bound,), (path,) = endpoint._bound.values(), endpoint._owners
    assert isinstance(path, UdpPath)
    return transport, client, bound, path


@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
async def test_media_flows_over_one_port(endpoint: MediaEndpoint, over_tcp: bool) -> None:
    handler = Recorder()
    transport = endpoint.create_transport(handler)
    client = await Client(endpoint, over_tcp=over_tcp).open()
    response = await client.check(transport)
    assert response.message_class is stun.Class.RESPONSE
    assert response.check_message_integrity(transport.local_parameters.pwd.encode())
    assert response.attributes["XOR-MAPPED-ADDRESS"] == client.socket.getsockname()

    dtls = await client.handshake(transport)
    assert transport.path is not None
    assert transport.path.is_tcp is over_tcp
    assert transport.path.remote == client.socket.getsockname()
    assert dtls.srtp is not None
    for number in range(70):
        header = pack_header(111, 1000 + number, 960 * number, 5)
        assert transport.send_rtp(header, b"sound", is_video=False)
    for number in range(70):
        packet = RtpPacket.parse(dtls.srtp.unprotect(await client.receive()))
        assert (packet.sequence_number, packet.payload) == (1000 + number, b"sound")
    dtls.close()
    for datagram in dtls.take_outgoing():
        await client.send(datagram)
    await until(lambda: transport.state is TransportState.CLOSED)
    client.close()


@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
async def test_media_flows_over_ipv6(over_tcp: bool) -> None:
    if LOOPBACK_SIX not in local_addresses():
        pytest.skip("no IPv6 on this machine")
    endpoint = MediaEndpoint(0, addresses=lambda: [LOOPBACK, LOOPBACK_SIX])
    endpoint.start()
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint, over_tcp=over_tcp, ip="::1").open()
    await client.check(transport)
    dtls = await client.handshake(transport)
    assert transport.path is not None
    assert transport.path.local_ip == "::1"
    assert transport.path.remote == client.socket.getsockname()[:2]
    for number in range(3):
        transport.send_rtp(pack_header(111, 1000 + number, 0, 5), b"sound", is_video=False)
    assert dtls.srtp is not None
    for number in range(3):
        packet = RtpPacket.parse(dtls.srtp.unprotect(await client.receive()))
        assert packet.sequence_number == 1000 + number
    client.close()
    endpoint.close()


async def test_wrong_password_gets_401_and_no_route(endpoint: MediaEndpoint) -> None:
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint).open()
    response = await client.check(transport, pwd="x" * 24)
    assert response.message_class is stun.Class.ERROR
    assert response.attributes["ERROR-CODE"][0] == 401
    assert transport.path is None
    assert endpoint.counters.wrong_password == 1
    client.close()


async def test_unknown_traffic_is_dropped_silently_and_counted(endpoint: MediaEndpoint) -> None:
    client = await Client(endpoint).open()
    gone = endpoint.create_transport(Recorder())
    parameters = gone.local_parameters
    endpoint.remove(gone)
    endpoint.remove(gone)
    for data in (b"", b"\x00", b"\x01" * 20, b"\x80" * 40, b"\x16\xfe\xfd", b"\xff" * 1500):
        await client.send(data)
    await client.send(binding_request(parameters))
    await until(lambda: endpoint.counters.datagrams_received == 7)
    counters = endpoint.counters
    assert (counters.malformed, counters.unknown_source, counters.unknown_ufrag) == (2, 4, 1)
    with pytest.raises(BlockingIOError):
        client.socket.recv(4096)
    client.close()


async def test_forged_source_cannot_take_a_live_peers_address(endpoint: MediaEndpoint) -> None:
    """A second participant sends its own valid check from the first one's address."""
    victim, attacker = (endpoint.create_transport(Recorder()) for _ in range(2))
    client = await Client(endpoint).open()
    await client.check(victim)
    dtls = await client.handshake(victim)
    await client.send(binding_request(attacker.local_parameters))
    await until(lambda: endpoint.counters.wrong_password == 1)
    assert attacker.path is None
    victim.send_rtp(pack_header(111, 1000, 0, 5), b"still here", is_video=False)
    assert dtls.srtp is not None
    assert RtpPacket.parse(dtls.srtp.unprotect(await client.receive())).payload == b"still here"
    client.close()


async def test_peer_that_moves_is_found_at_its_new_address(endpoint: MediaEndpoint) -> None:
    transport = endpoint.create_transport(Recorder())
    first, second = await Client(endpoint).open(), await Client(endpoint).open()
    await first.check(transport)
    dtls = await first.handshake(transport)
    await second.check(transport)
    assert transport.path is not None
    assert transport.path.remote == second.socket.getsockname()
    transport.send_rtp(pack_header(111, 1000, 0, 5), b"moved", is_video=False)
    assert dtls.srtp is not None
    assert RtpPacket.parse(dtls.srtp.unprotect(await second.receive())).payload == b"moved"
    first.close()
    second.close()


async def test_ufrag_of_a_restart_is_reachable_and_the_old_one_ends(
    endpoint: MediaEndpoint,
) -> None:
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint).open()
    await client.check(transport)
    old = transport.local_parameters
    transport.restart_ice()
    response = await client.check(transport)
    assert response.message_class is stun.Class.RESPONSE
    await client.send(binding_request(old))
    await until(lambda: endpoint.counters.unknown_ufrag == 1)
    client.close()


async def test_removed_peer_leaves_no_route(endpoint: MediaEndpoint) -> None:
    handler = Recorder()
    transport = endpoint.create_transport(handler)
    client = await Client(endpoint).open()
    await client.check(transport)
    endpoint.remove(transport)
    assert handler.states[-1] is TransportState.CLOSED
    await client.send(b"\x80" * 40)
    await until(lambda: endpoint.counters.unknown_source == 1)
    assert not endpoint._owners
    assert not endpoint._by_ufrag
    client.close()


async def test_tcp_connection_must_begin_with_stun(endpoint: MediaEndpoint) -> None:
    client = await Client(endpoint, over_tcp=True).open()
    await client.send(b"GET / HTTP/1.1\r\n")
    with pytest.raises((EOFError, ConnectionError)):
        await client.receive()
    client.close()


async def test_closed_tcp_connection_disconnects_its_peer(endpoint: MediaEndpoint) -> None:
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint, over_tcp=True).open()
    await client.check(transport)
    await client.handshake(transport)
    client.close()
    await until(lambda: transport.state is TransportState.DISCONNECTED)
    assert transport.path is None


async def test_failing_handler_does_not_stop_the_others(endpoint: MediaEndpoint) -> None:
    class Broken(Recorder):
        def state_changed(self, state: TransportState) -> None:
            raise RuntimeError("a bug of the forwarder")

    broken, sound = endpoint.create_transport(Broken()), endpoint.create_transport(Recorder())
    client = await Client(endpoint).open()
    await client.send(binding_request(broken.local_parameters))
    await client.receive()
    other = await Client(endpoint).open()
    await other.check(sound)
    assert endpoint.counters.handler_errors == 1
    client.close()
    other.close()


async def test_what_can_wait_comes_after_what_a_wake_up_sends(endpoint: MediaEndpoint) -> None:
    order: list[str] = []
    endpoint.on_wake_up_ended = lambda: order.append("what can wait")
    endpoint.at_end_of_wake_up(lambda: order.append("media"))
    endpoint.at_end_of_wake_up(lambda: order.append("more media"))
    await until(lambda: len(order) >= 3)
    assert order == ["media", "more media", "what can wait"]


async def test_consent_of_a_connected_peer_waits_for_company_and_counts_from_when_it_came(
    endpoint: MediaEndpoint,
) -> None:
    transport, client, bound, path = await connected(endpoint)
    heard = transport.silent_s(time.monotonic())
    request = binding_request(transport.local_parameters)
    endpoint.datagram_received(bound.udp, request, path.remote, time.monotonic() + 5)
    assert transport.silent_s(time.monotonic()) >= heard
    endpoint.catch_up()
    assert -5 <= transport.silent_s(time.monotonic()) < -4
    endpoint.wake_up_ended()
    client.close()


async def test_who_overheard_a_check_that_waits_does_not_overtake_it(
    endpoint: MediaEndpoint,
) -> None:
    transport, client, bound, path = await connected(endpoint)
    request = binding_request(transport.local_parameters)
    endpoint.datagram_received(bound.udp, request, path.remote, time.monotonic())
    endpoint.datagram_received(bound.udp, request, ("127.0.0.1", 9), time.monotonic())
    assert endpoint.counters.wrong_password == 1
    assert transport.path is path and list(endpoint._owners) == [path]
    endpoint.wake_up_ended()
    client.close()


async def test_only_so_much_waits(endpoint: MediaEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.media.wire.endpoint.MAX_POSTPONED", 2)
    transport, client, bound, path = await connected(endpoint)
    rejected = transport.stats.packets_rejected
    for _ in range(3):
        endpoint.datagram_received(bound.udp, b"\x80\xc9" + bytes(30), path.remote, 0.0)
    assert transport.stats.packets_rejected == rejected + 1
    endpoint.catch_up()
    assert transport.stats.packets_rejected == rejected + 3
    endpoint.wake_up_ended()
    client.close()


async def test_taken_port_is_one_clear_error() -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    endpoint = MediaEndpoint(taken.getsockname()[1], addresses=lambda: [LOOPBACK])
    with pytest.raises(PortInUse, match="in use"):
        endpoint.start()
    taken.close()


async def test_running_out_of_descriptors_pauses_accepting(
    endpoint: MediaEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.media.wire.tcp._ACCEPT_PAUSE_S", 0.05)
    (bound,) = endpoint._bound.values()
    listening, attempts = bound.tcp._socket, 0

    class Exhausted:
        def accept(self) -> tuple[socket.socket, tuple[str, int]]:
            nonlocal attempts
            attempts += 1
            if attempts <= 3:
                raise OSError(errno.EMFILE, "Too many open files")
            return listening.accept()

        def fileno(self) -> int:
            return listening.fileno()

        def close(self) -> None:
            listening.close()

    bound.tcp._socket = Exhausted()  # type: ignore[assignment]
    transport = endpoint.create_transport(Recorder())
    client = await Client(endpoint, over_tcp=True).open()
    response = await client.check(transport)
    assert response.message_class is stun.Class.RESPONSE
    assert 4 <= attempts <= 6, "not a busy loop"
    client.close()


async def test_two_endpoints_cannot_share_a_port(endpoint: MediaEndpoint) -> None:
    second = MediaEndpoint(endpoint.port, addresses=lambda: [LOOPBACK])
    with pytest.raises(PortInUse):
        second.start()


async def test_new_interface_is_bound_and_a_lost_one_disconnects() -> None:
    present = [LOOPBACK]
    endpoint = MediaEndpoint(0, addresses=lambda: list(present))
    endpoint.start()
    changes: list[list[LocalAddress]] = []
    endpoint.on_addresses_changed = lambda: changes.append(endpoint.addresses)
    transport = endpoint.create_transport(Recorder())
    client = Client(endpoint)
    client.target = ("127.0.0.2", endpoint.port)

    present.append(SECOND)
    endpoint._follow_interfaces()
    assert changes == [[LOOPBACK, SECOND]]
    await client.open()
    await client.check(transport)
    await client.handshake(transport)
    assert transport.path is not None
    assert transport.path.local_ip == "127.0.0.2"

    present.remove(SECOND)
    endpoint._follow_interfaces()
    endpoint._follow_interfaces()
    assert changes[1:] == [[LOOPBACK]]
    assert transport.state is TransportState.DISCONNECTED
    client.close()
    endpoint.close()
    endpoint.close()


async def test_works_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def scenario() -> None:
        endpoint = MediaEndpoint(0, addresses=lambda: [LOOPBACK])
        endpoint.start()
        for over_tcp in (False, True):
            transport = endpoint.create_transport(Recorder())
            client = await Client(endpoint, over_tcp=over_tcp).open()
            await client.check(transport)
            await client.handshake(transport)
            client.close()
        endpoint.close()

    await asyncio.to_thread(lambda: uvloop.run(scenario()))


LAN = LocalAddress("192.168.1.10", is_loopback=False, is_ipv6=False)
VPN = LocalAddress("10.8.0.2", is_loopback=False, is_ipv6=False)
SIX = LocalAddress("2001:db8::5", is_loopback=False, is_ipv6=True)
ALL = [VPN, LAN, SIX, LOOPBACK, LOOPBACK_SIX]


def hosts(lines: list[str], transport: str) -> list[str]:
    parsed = [Candidate.from_sdp(line.removeprefix("candidate:")) for line in lines]
    assert all(c.type == "host" and c.component == 1 and c.port == 7000 for c in parsed)
    assert all(c.tcptype == ("passive" if c.transport == "tcp" else None) for c in parsed)
    assert len({(c.foundation) for c in parsed}) == len(parsed)
    chosen = [c for c in parsed if c.transport == transport]
    assert [c.priority for c in chosen] == sorted((c.priority for c in chosen), reverse=True)
    return [c.host for c in chosen]


def test_loopback_is_announced_to_pages_from_loopback_only() -> None:
    outside = candidate_lines(ALL, 7000, for_loopback=False)
    assert hosts(outside, "udp") == hosts(outside, "tcp") == ["10.8.0.2", LAN.ip, SIX.ip]
    inside = candidate_lines(ALL, 7000, for_loopback=True, preferred_ip="127.0.0.1")
    assert hosts(inside, "udp") == ["127.0.0.1", "10.8.0.2", LAN.ip, SIX.ip, "::1"]


def test_address_used_for_http_comes_first() -> None:
    lines = candidate_lines(ALL, 7000, for_loopback=False, preferred_ip=LAN.ip)
    assert hosts(lines, "udp") == [LAN.ip, VPN.ip, SIX.ip]
    elsewhere = candidate_lines(ALL, 7000, for_loopback=False, preferred_ip="203.0.113.1")
    assert hosts(elsewhere, "udp") == [VPN.ip, LAN.ip, SIX.ip]
    hidden = candidate_lines(ALL, 7000, for_loopback=False, preferred_ip="127.0.0.1")
    assert "127.0.0.1" not in hosts(hidden, "udp")


def test_public_addresses_of_a_nat_come_before_the_local_ones() -> None:
    lines = candidate_lines([LAN], 7000, for_loopback=False, public_ips=["203.0.113.1"])
    assert hosts(lines, "udp") == hosts(lines, "tcp") == ["203.0.113.1", LAN.ip]
    with pytest.raises(ValueError, match="IP"):
        candidate_lines([LAN], 7000, for_loopback=False, public_ips=["media.example.org, 1"])


@given(st.integers(0, 60))
def test_number_of_candidates_is_bounded(count: int) -> None:
    addresses = [LocalAddress(f"10.0.0.{i}", False, False) for i in range(count)]
    assert len(candidate_lines(addresses, 7000, for_loopback=False)) == 2 * min(count, 16)
