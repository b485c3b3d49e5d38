"""What goes out in bursts is what goes out packet by packet."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from app.media.sfu import subscription
from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.subscription import SlotStream
from app.media.wire.burst import Burst, BurstPacket
from app.media.wire.rtp import HEADER_LENGTH, RtpPacket
from app.media.wire.srtp import HeaderRewrite
from app.media.wire.transport import PayloadPatch
from tests.media.sfu.layered import LayeredCamera
from tests.media.sfu.test_streams import VIDEO_FORMATS, Wire


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


class Rig:
    """A simulcast camera and two streams that carry it, with or without bursts."""

    def __init__(self, *, in_bursts: bool) -> None:
        self.camera = LayeredCamera()
        self.wires = [BurstWire(), BurstWire()]
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
            ssrc = 50 + 10 * number
            stream = SlotStream("stage.0", "video", ssrc, 51, wire.send, 0.0, send_burst)
            stream.formats = VIDEO_FORMATS
            stream.map(self.camera.publication, 0.0)
            self.streams.append(stream)

    def wake_up(self, packets: list[RtpPacket], now: float) -> None:
        for packet in packets:
            self.camera.receive(packet, now)
        while self.waiting:
            self.waiting.pop(0)()

    def sent(self) -> list[list[tuple[int, int, bool, bytes]]]:
        return [
            [(p.sequence_number, p.timestamp, p.marker, p.payload) for p in wire.sent]
            for wire in self.wires
        ]


@pytest.mark.parametrize("seed", range(8))
def test_loss_disorder_and_switches_give_the_same_packets(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription.secrets, "randbelow", lambda limit: 4_321)
    plain, bursts = Rig(in_bursts=False), Rig(in_bursts=True)
    chance = random.Random(seed)
    for step in range(300):
        now = step / 25
        packets = [
            packet for encoder in plain.camera.encoders for packet in encoder.next_frame(now)
        ]
        for encoder, other in zip(plain.camera.encoders, bursts.camera.encoders, strict=True):
            other.is_keyframe_due = encoder.is_keyframe_due
        packets = [packet for packet in packets if chance.random() > 0.03]
        if chance.random() < 0.1:
            chance.shuffle(packets)
        choice = (chance.randrange(3), chance.randrange(3)) if step % 20 == 0 else None
        for rig in (plain, bursts):
            rig.wake_up(packets, now)
            if choice is not None:
                rig.streams[0].aim(*choice, now)
            rig.camera.publication.tick(now)
    assert plain.sent() == bursts.sent()
    assert min(len(wire.sent) for wire in plain.wires) > 150
    assert sum(wire.bursts for wire in bursts.wires) > 100
    for one, other in zip(plain.streams, bursts.streams, strict=True):
        assert (one.packets_sent, one.octets_sent) == (other.packets_sent, other.octets_sent)


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
