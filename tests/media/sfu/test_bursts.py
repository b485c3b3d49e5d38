"""What goes out in bursts, or to many in step, is what goes out packet by packet."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.slot_stream import SlotStream
from app.media.wire.batch import PacketBatch
from app.media.wire.burst import Burst, BurstPacket
from app.media.wire.fan_out import Deltas, FanOuts, Recipient
from app.media.wire.rtp import HEADER_LENGTH, RtpPacket
from app.media.wire.srtp import AEAD_AES_128_GCM, HeaderRewrite
from app.media.wire.srtp_sender import PayloadPatch
from app.media.wire.udp import UdpPath, UdpSocket
from tests.media.sfu.layered import LayeredCamera
from tests.media.sfu.test_streams import VIDEO_FORMATS, Wire
from tests.media.wire.test_srtp import transports
from tests.media.wire.test_udp import LOOPBACK, Nobody, Viewer


class BurstWire(Wire):
    """A transport that takes bursts too, and writes down what they hold."""

    bursts = 0

    def send_burst(
        self,
        burst: Burst[BurstPacket],
        header: HeaderRewrite,
        send_time_word: int = 0,
        patch: PayloadPatch | None = None,
    ) -> bool:
        self.bursts += 1
        layout = burst.layout(HEADER_LENGTH, 0)
        buffer = bytearray(layout.template)
        if patch is not None:
            patch(buffer, [HEADER_LENGTH + offset for offset, *_ in layout.packets])
        for offset, size, first, marker, index, timestamp in layout.packets:
            buffer[offset] = first
            buffer[offset + 1] = marker | header.payload_type
            number = (index + header.sequence_offset) & 0xFFFF
            stamp = (timestamp + header.timestamp_offset) & 0xFFFFFFFF
            buffer[offset + 2 : offset + 4] = number.to_bytes(2, "big")
            buffer[offset + 4 : offset + 8] = stamp.to_bytes(4, "big")
            buffer[offset + 8 : offset + 12] = header.ssrc.to_bytes(4, "big")
            self.sent.append(RtpPacket.parse(bytes(buffer[offset : offset + size])))
        return True


class SteppingWire(BurstWire):
    """One that can be sent to together with others; what comes so arrives through a socket."""

    def __init__(self, udp: UdpSocket) -> None:
        super().__init__()
        self.in_step = 0
        self.recipient: Recipient | None = None
        self._outbox = udp.outbox
        self._viewer = Viewer()
        self._viewer.socket.setblocking(False)
        self._path = UdpPath(udp, self._viewer.address)
        self._srtp, self._reader = transports(AEAD_AES_128_GCM)

    def join(
        self,
        fan_outs: FanOuts,
        header: HeaderRewrite,
        send_time_word: int,
        deltas: Deltas,
        on_left: Callable[[], None],
    ) -> Recipient:
        assert self._outbox is not None
        self.recipient = Recipient(self, self._srtp, self._path, header, deltas, on_left)
        fan_outs.add(self.recipient, self._outbox, send_time_word)
        return self.recipient

    def read(self) -> None:
        """Note what has arrived."""
        while True:
            try:
                data = self._viewer.socket.recv(4_096)
            except BlockingIOError:
                return
            packet = RtpPacket.parse(self._reader.unprotect(data))
            assert packet.extension(2) is not None
            self.sent.append(packet)
            self.in_step += 1

    def recipient_left(self, recipient: Recipient) -> None:
        self.read()
        assert recipient is self.recipient
        self.recipient = None

    def burst_dropped(self, dropped: int) -> None:
        raise AssertionError("nothing is dropped here")

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        raise AssertionError("no batches here")

    def close(self) -> None:
        self._viewer.socket.close()


@pytest.fixture
def udp() -> Iterator[UdpSocket]:
    udp = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    yield udp
    udp.close()


class Rig:
    """A simulcast camera and three streams that carry it: packet by packet, in bursts, or in step over `udp`."""

    def __init__(self, *, in_bursts: bool, udp: UdpSocket | None = None) -> None:
        self.camera = LayeredCamera()
        self.wires = [SteppingWire(udp) if udp is not None else BurstWire() for _ in range(3)]
        self.waiting: list[Callable[[], None]] = []
        if in_bursts:
            for layer in self.camera.publication.layers:
                former = layer._feedback
                layer._feedback = PublisherFeedback(
                    former.request_keyframe, former.request_packets, self.waiting.append
                )
        self.streams = []
        for number, wire in enumerate(self.wires):
            send_burst = wire.send_burst if in_bursts else None
            join = wire.join if isinstance(wire, SteppingWire) else None
            ssrc = 50 + 10 * number
            stream = SlotStream("stage.0", "video", ssrc, 51, wire.send, 0.0, send_burst, join)
            stream.formats = VIDEO_FORMATS
            stream.map(self.camera.publication, 0.0)
            self.streams.append(stream)

    def wake_up(self, packets: list[RtpPacket], now: float) -> None:
        for packet in packets:
            self.camera.receive(packet, now)
        while self.waiting:
            self.waiting.pop(0)()
        for wire in self.wires:
            if isinstance(wire, SteppingWire):
                wire.read()

    def sent(self) -> list[list[tuple[int, int, bool, bytes]]]:
        return [
            [(p.sequence_number, p.timestamp, p.marker, p.payload) for p in wire.sent]
            for wire in self.wires
        ]


@pytest.mark.parametrize("seed", range(8))
def test_loss_disorder_and_switches_give_the_same_packets(
    seed: int, udp: UdpSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda limit: 4_321)
    plain, bursts, in_step = (
        Rig(in_bursts=False),
        Rig(in_bursts=True),
        Rig(in_bursts=True, udp=udp),
    )
    chance = random.Random(seed)
    for step in range(300):
        now = step / 25
        packets = [
            packet for encoder in plain.camera.encoders for packet in encoder.next_frame(now)
        ]
        for rig in (bursts, in_step):
            for encoder, other in zip(plain.camera.encoders, rig.camera.encoders, strict=True):
                other.is_keyframe_due = encoder.is_keyframe_due
        packets = [packet for packet in packets if chance.random() > 0.03]
        if chance.random() < 0.1:
            chance.shuffle(packets)
        choice = (chance.randrange(3), chance.randrange(4)) if step % 20 == 0 else None
        for rig in (plain, bursts, in_step):
            rig.wake_up(packets, now)
            if choice is not None:
                rig.streams[0].aim(*choice, now)
            rig.camera.publication.tick(now)
        someone = in_step.wires[chance.randrange(3)]
        if isinstance(someone, SteppingWire) and someone.recipient and chance.random() < 0.1:
            someone.recipient.leave()
    assert plain.sent() == bursts.sent() == in_step.sent()
    assert min(len(wire.sent) for wire in plain.wires) > 150
    assert sum(wire.bursts for wire in bursts.wires) > 100
    assert sum(wire.in_step for wire in in_step.wires if isinstance(wire, SteppingWire)) > 200
    for rig in (bursts, in_step):
        for one, other in zip(plain.streams, rig.streams, strict=True):
            assert (one.packets_sent, one.octets_sent) == (other.packets_sent, other.octets_sent)
            assert one.packets_left_out == other.packets_left_out
    for wire in in_step.wires:
        if isinstance(wire, SteppingWire):
            wire.close()


def test_who_leaves_in_the_middle_of_a_wake_up_has_got_what_came_before() -> None:
    rig = Rig(in_bursts=True)
    rig.wake_up(rig.camera.encoders[0].next_frame(0.0), 0.0)
    counts = [len(wire.sent) for wire in rig.wires]
    frame = rig.camera.encoders[0].next_frame(0.04)
    for packet in frame[:2]:
        rig.camera.receive(packet, 0.04)
    rig.streams[0].map(None, 0.04)
    for packet in frame[2:]:
        rig.camera.receive(packet, 0.04)
    while rig.waiting:
        rig.waiting.pop(0)()
    assert len(rig.wires[0].sent) == counts[0] + 2
    assert len(rig.wires[1].sent) == counts[1] + len(frame)
