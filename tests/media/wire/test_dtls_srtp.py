"""DTLS handshakes in both roles against ourselves and against other clients."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from app.media.wire.dtls_srtp import (
    MTU_BYTES,
    DtlsCertificate,
    DtlsConnection,
    DtlsState,
    Fingerprint,
    datagrams,
)
from app.media.wire.srtp import AEAD_AES_128_GCM, AES128_CM_SHA1_80

SERVER, CLIENT = DtlsCertificate.generate(), DtlsCertificate.generate()


def pair() -> tuple[DtlsConnection, DtlsConnection]:
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[CLIENT.fingerprint])
    client = DtlsConnection(CLIENT, is_server=False, remote_fingerprints=[SERVER.fingerprint])
    client.start()
    return server, client


def exchange(server: DtlsConnection, client: DtlsConnection) -> None:
    while True:
        to_server, to_client = client.take_outgoing(), server.take_outgoing()
        if not to_server and not to_client:
            return
        for datagram in to_server:
            server.receive(datagram)
        for datagram in to_client:
            client.receive(datagram)


class Browser:
    """A DTLS client of its own, straight on pyOpenSSL, whose long hello comes in pieces."""

    def __init__(
        self, *, mtu_bytes: int, profiles: bytes = b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
    ) -> None:
        certificate = RTCCertificate.generateCertificate()
        self.fingerprint = Fingerprint.of(certificate._cert)
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_options(SSL.OP_NO_QUERY_MTU)
        context.use_privatekey(certificate._key)
        context.use_certificate(certificate._cert)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        # A long ALPN list makes the hello as long as a post-quantum key share makes Chromium's.
        context.set_alpn_protos([f"protocol-{i:03}".encode() * 4 for i in range(24)])
        self._ssl = SSL.Connection(context)
        self._ssl.set_connect_state()
        self._ssl.set_ciphertext_mtu(mtu_bytes)
        self.is_connected = False

    def advance(self) -> list[bytes]:
        """Go on with the handshake; each record that comes out as its own datagram."""
        try:
            self._ssl.do_handshake()
            self.is_connected = True
        except SSL.WantReadError:
            pass
        try:
            stream = self._ssl.bio_read(65536)
        except SSL.WantReadError:
            return []
        records = []
        while stream:
            size = 13 + int.from_bytes(stream[11:13], "big")
            records.append(stream[:size])
            stream = stream[size:]
        return records

    def receive(self, datagram: bytes) -> None:
        self._ssl.bio_write(datagram)

    def finish(self, server: DtlsConnection) -> None:
        for _ in range(4):
            for datagram in server.take_outgoing():
                assert len(datagram) <= MTU_BYTES
                self.receive(datagram)
            for record in self.advance():
                server.receive(record)


def test_both_roles_agree_on_gcm_and_on_keys() -> None:
    server, client = pair()
    exchange(server, client)
    assert server.state is client.state is DtlsState.CONNECTED
    assert server.srtp is not None
    assert client.srtp is not None
    assert server.srtp.profile is client.srtp.profile is AEAD_AES_128_GCM


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_client_hello_in_fragments_in_any_order(order: tuple[int, ...]) -> None:
    browser = Browser(mtu_bytes=700)
    fragments = browser.advance()
    assert len(fragments) == 3
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[browser.fingerprint])
    for index in order:
        assert not server.take_outgoing()
        server.receive(fragments[index])
    browser.finish(server)
    assert browser.is_connected
    assert server.state is DtlsState.CONNECTED
    assert server.srtp is not None
    assert server.srtp.profile is AEAD_AES_128_GCM


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 1, 0, 0)])
def test_hello_of_more_than_a_datagram_as_chromium_sends_it(order: tuple[int, ...]) -> None:
    browser = Browser(mtu_bytes=1200)
    fragments = browser.advance()
    assert len(fragments) == 2
    assert sum(map(len, fragments)) > MTU_BYTES
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[browser.fingerprint])
    for index in order:
        server.receive(fragments[index])
    browser.finish(server)
    assert server.state is DtlsState.CONNECTED


def ec_certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    theirs = RTCCertificate.generateCertificate()
    return theirs._key, theirs._cert


def test_client_that_has_only_cm80_gets_it() -> None:
    key, certificate = ec_certificate()
    old = DtlsCertificate(key, certificate)
    old.context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[old.fingerprint])
    client = DtlsConnection(old, is_server=False, remote_fingerprints=[SERVER.fingerprint])
    client.start()
    exchange(server, client)
    assert server.srtp is not None
    assert server.srtp.profile is AES128_CM_SHA1_80


def test_client_without_srtp_fails() -> None:
    browser = Browser(mtu_bytes=1200, profiles=b"")
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[browser.fingerprint])
    for record in browser.advance():
        server.receive(record)
    browser.finish(server)
    assert server.state is DtlsState.FAILED
    assert server.failure == "no common SRTP profile"
    assert server.srtp is None


def test_foreign_certificate_fails_in_both_roles() -> None:
    other = DtlsCertificate.generate().fingerprint
    server = DtlsConnection(SERVER, is_server=True, remote_fingerprints=[other])
    client = DtlsConnection(CLIENT, is_server=False, remote_fingerprints=[other])
    client.start()
    exchange(server, client)
    assert server.state is client.state is DtlsState.FAILED
    assert server.srtp is client.srtp is None


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_fingerprint_of_any_strong_hash_and_any_case_matches(algorithm: str) -> None:
    value = str(Fingerprint.of(CLIENT.certificate, algorithm)).lower()
    assert Fingerprint.parse(value.upper()).matches(CLIENT.certificate)
    assert not Fingerprint.parse(value).matches(SERVER.certificate)


def test_lost_flight_is_sent_again() -> None:
    server, client = pair()
    client.take_outgoing()
    remaining_s = client.timeout()
    assert remaining_s is not None
    assert 0 < remaining_s <= 1.0

    async def wait_for_timer() -> None:
        async with asyncio.timeout(3 * 1.0):
            while client.timeout() != 0:
                await asyncio.sleep(0.02)

    asyncio.run(wait_for_timer())
    client.handle_timeout()
    exchange(server, client)
    assert server.state is client.state is DtlsState.CONNECTED


def test_lost_last_flight_is_sent_again_on_request() -> None:
    server, client = pair()
    for _ in range(2):
        for datagram in client.take_outgoing():
            server.receive(datagram)
        answer = server.take_outgoing()
        if server.state is DtlsState.CONNECTED:
            break
        for datagram in answer:
            client.receive(datagram)
    assert server.state is DtlsState.CONNECTED
    assert client.state is DtlsState.HANDSHAKING

    async def wait_for_timer() -> None:
        async with asyncio.timeout(3 * 1.0):
            while client.timeout() != 0:
                await asyncio.sleep(0.02)

    asyncio.run(wait_for_timer())
    client.handle_timeout()
    exchange(server, client)
    assert client.state is DtlsState.CONNECTED


def test_close_notify_closes_the_other_side() -> None:
    server, client = pair()
    exchange(server, client)
    client.close()
    exchange(server, client)
    assert server.state is client.state is DtlsState.CLOSED


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, 3))
def test_garbage_never_raises_nor_connects(noise: list[bytes], after: int) -> None:
    server, client = pair()
    for step in range(4):
        if step == after:
            for datagram in noise:
                server.receive(b"\x16\xfe\xfd" + datagram)
                client.receive(datagram)
        for datagram in client.take_outgoing():
            server.receive(datagram)
        for datagram in server.take_outgoing():
            client.receive(datagram)


@given(st.lists(st.integers(0, 1500), max_size=8), st.binary(max_size=12))
def test_records_are_joined_up_to_the_mtu_and_never_cut(sizes: list[int], rest: bytes) -> None:
    records = [b"\x16\xfe\xfd" + bytes(8) + n.to_bytes(2, "big") + bytes(n) for n in sizes]
    parts = datagrams(b"".join(records) + rest)
    assert b"".join(parts) == b"".join(records)
    for part in parts:
        assert len(part) <= MTU_BYTES or part in records


class QueueIce:
    """What aiortc's DTLS transport needs of an ICE transport, over two queues."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.state = "completed"

    async def _recv(self) -> bytes:
        data = await self.inbox.get()
        if not data:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        await self.outbox.put(data)


@pytest.mark.parametrize("we_are_server", [True, False])
async def test_aiortc_dtls_transport_gets_the_same_keys(we_are_server: bool) -> None:
    certificate = RTCCertificate.generateCertificate()
    ice = QueueIce("controlling")
    theirs = RTCDtlsTransport(ice, [certificate])
    theirs._set_role("client" if we_are_server else "server")
    ours = DtlsConnection(
        SERVER,
        is_server=we_are_server,
        remote_fingerprints=[Fingerprint.of(certificate._cert)],
    )
    fingerprint = RTCDtlsFingerprint("sha-256", SERVER.fingerprint.value)
    start = asyncio.create_task(theirs.start(RTCDtlsParameters([fingerprint])))
    ours.start()
    async with asyncio.timeout(60):
        while ours.state is DtlsState.HANDSHAKING or not start.done():
            for datagram in ours.take_outgoing():
                await ice.inbox.put(datagram)
            try:
                ours.receive(await asyncio.wait_for(ice.outbox.get(), 0.05))
            except TimeoutError:
                pass
    await start
    assert theirs.state == "connected"
    assert ours.srtp is not None
    packet = bytes.fromhex("8060 1000 00000000 00000001") + b"sound"
    assert ours.srtp.unprotect(theirs._tx_srtp.protect(packet)) == packet
    await ice.inbox.put(b"")
    await theirs.stop()


def test_sessions_of_the_public_library_read_our_keys() -> None:
    server, client = pair()
    exchange(server, client)
    key = bytes(range(28))
    policy = Policy(
        key=key,
        ssrc_type=Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    )
    packet = bytes.fromhex("8060 1000 00000000 00000001") + b"sound"
    assert client.srtp is not None
    with pytest.raises(ValueError, match="authentication"):
        client.srtp.unprotect(Session(policy).protect(packet))
