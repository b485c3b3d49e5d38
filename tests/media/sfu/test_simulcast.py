"""Simulcast publishers around a real engine on a loopback port: real ICE, DTLS and SRTP."""

import asyncio
import itertools
import json
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.ids import ParticipantId, PublicationId
from app.media.port import (
    LayersWanted,
    MediaPermissions,
    PublicationAdded,
    PublicationRemoved,
    Reception,
    RtpSink,
    Source,
)
from app.media.rtp_sink import HELLO, SENDER_REPORT, SENDER_REPORT_BODY
from app.media.sfu.downlink import OPENS_S
from app.media.sfu.layer_choice import LayerChoice
from app.media.sfu.publication import Publication
from app.media.sfu.slot_stream import SlotStream
from app.media.wire.rtcp import (
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverReport,
    Remb,
    RtcpPacket,
)
from app.media.wire.rtp import (
    RtpPacket,
    pack_extensions,
    pack_header,
    sequence_delta,
    timestamp_delta,
    unwrap_rtx,
)
from tests.support.raw_peer import Background, RawPeer, RawSection, paced
from tests.support.waiting import until

from .layered import RIDS, LayeredEncoder, Tag
from .support import LESSON, LOOPBACK, Engine, Subscriber, receiver, sender
from .test_allocator import LOW, MIDDLE_BASE, THINNED
from .test_layers import assert_is_one_stream, layers_of
from .test_sink import FakeRecorder

VIDEO = "stage.0.v"
CAMERA = PublicationId("p/camera")
MID_ID, RID_ID, REPAIRED_ID = 4, 10, 11
FRAME_S = 0.02
H264 = "H264/90000"


@dataclass
class SimulcastPublisher:
    """A raw peer with a camera of three encodings that are told apart by RID, as browsers do it."""

    engine: Engine
    codec: str = "VP8/90000"
    rids: tuple[str, ...] = RIDS
    source: Source = Source.CAMERA
    peer: RawPeer = field(default_factory=RawPeer)
    sending: set[int] = field(default_factory=lambda: {0, 1, 2})
    losing: set[int] = field(default_factory=set)
    """Frames (modulo 10) whose first packet is lost on the way until it is asked for."""

    def __post_init__(self) -> None:
        self.participant_id = ParticipantId("p")
        self.encoders = [
            LayeredEncoder(0, 10, 65_500, 4_294_000_000, 32_760, 250),
            LayeredEncoder(1, 11, 100, 17, 5, 3),
            LayeredEncoder(2, 12, 40_000, 2_000_000_000, 20_000, 128),
        ][: len(self.rids)]
        self.sent: dict[tuple[int, int], RtpPacket] = {}
        self.rtx_numbers = itertools.count(700)
        self.peer.on_rtcp = self._on_rtcp

    async def connect(self) -> "SimulcastPublisher":
        lines = [
            f"a=extmap:{RID_ID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            f"a=extmap:{REPAIRED_ID} urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            *(f"a=rid:{rid} send" for rid in self.rids),
            f"a=simulcast:send {';'.join(self.rids)}",
        ]
        section = RawSection(
            "0", "video", 10, 96, self.codec, None, 97, False, MID_ID, tuple(lines)
        )
        self.engine.admit(LESSON, self.participant_id, sender(self.source), ())
        offer = self.peer.offer(section)
        tracks = {"0": self.source}
        answer = self.engine.answer(LESSON, self.participant_id, offer, tracks, LOOPBACK)
        assert f"a=simulcast:recv {';'.join(self.rids)}\r\n" in answer
        await self.peer.connect(answer)
        return self

    def frame(self) -> None:
        """One frame of each encoding that is sent, and now and then a sender report."""
        now = asyncio.get_running_loop().time()
        if self.encoders[0].frame % 5 == 4:
            self.peer.send_rtcp(*(self.encoders[index].report(now) for index in self.sending))
        for index in sorted(self.sending):
            encoder = self.encoders[index]
            is_lost = encoder.frame % 10 in self.losing
            for number, packet in enumerate(encoder.next_frame(now)):
                self.sent[packet.ssrc, packet.sequence_number] = packet
                if not (is_lost and number == 0):
                    self.peer.send_rtp(self._with_ids(packet, index, RID_ID))

    def _with_ids(self, packet: RtpPacket, index: int, rid_id: int) -> bytes:
        ids = [(MID_ID, b"0"), (rid_id, self.rids[index].encode())]
        header = pack_header(
            packet.payload_type,
            packet.sequence_number,
            packet.timestamp,
            packet.ssrc,
            marker=packet.marker,
            extension_block=pack_extensions(ids),
        )
        return header + packet.payload

    def _on_rtcp(self, packet: RtcpPacket) -> None:
        if isinstance(packet, PictureLossIndication):
            self.encoders[packet.media_ssrc - 10].is_keyframe_due = True
        elif isinstance(packet, Nack):
            for number in packet.sequence_numbers:
                self._resend(packet.media_ssrc, number)

    def _resend(self, ssrc: int, number: int) -> None:
        original = self.sent[ssrc, number]
        body = struct.pack("!H", number) + original.payload
        header = pack_header(
            97, next(self.rtx_numbers), original.timestamp, ssrc + 10, marker=original.marker
        )
        repaired = RtpPacket.parse(header + body)
        self.peer.send_rtp(self._with_ids(repaired, ssrc - 10, REPAIRED_ID))

    @property
    def publication(self) -> Publication:
        room = self.engine.rooms[LESSON]
        return room.participants[self.participant_id].publications[self.source]


@pytest.fixture
async def publisher(engine: Engine) -> AsyncIterator[SimulcastPublisher]:
    made = await SimulcastPublisher(engine).connect()
    yield made
    await made.peer.close()


def stream_of(engine: Engine, subscriber: Subscriber) -> SlotStream:
    peer = engine.rooms[LESSON].participants[subscriber.participant_id].subscribing
    assert peer is not None
    return peer.streams[VIDEO]


async def test_subscribers_get_their_layers_of_a_lossy_publisher_as_one_stream_each(
    engine: Engine, publisher: SimulcastPublisher
) -> None:
    """Switched up and down by permission while every layer loses packets that RTX brings back."""
    publisher.losing = {3, 4}
    seats = [await Subscriber(engine, name).connect(receiver("p")) for name in "st"]
    streams = [stream_of(engine, seat) for seat in seats]
    async with Background(paced(publisher.frame, FRAME_S)):
        for quality, spatial in (("auto", 2), ("low", 0), ("auto", 2)):
            seats[0].permit(receiver("p", quality=quality))
            took = await until(
                lambda spatial=spatial: (  # type: ignore[misc]
                    (now := streams[0].current) is not None and now.spatial == spatial
                )
            )
            print(f"{quality}: layer {spatial} after {took:.2f} s")
            before = streams[0].packets_sent
            await until(lambda before=before: streams[0].packets_sent > before + 60)  # type: ignore[misc]
        publisher.losing = set()
        before = streams[0].packets_sent
        await until(lambda: streams[0].packets_sent > before + 30)
    layers = publisher.publication.layers
    await until(lambda: not any(layer.missing for layer in layers))
    assert all(layer.reception.packets_recovered > 3 for layer in layers)
    for seat, stream in zip(seats, streams, strict=True):
        ssrc = seat.ssrc(VIDEO)
        await until(
            lambda seat=seat, ssrc=ssrc, stream=stream: (  # type: ignore[misc]
                len(seat.peer.of(ssrc)) == stream.packets_sent
            )
        )
        packets = seat.peer.of(ssrc)
        numbers = {packet.sequence_number for packet in packets}
        assert len(numbers) == len(packets), "no number twice"
        holes = (
            sequence_delta(packets[-1].sequence_number, packets[0].sequence_number)
            + 1
            - len(packets)
        )
        assert holes <= 4, "but for what was missing when the layer was switched"
    widths = [layer.width for layer in layers]
    assert widths == [160, 320, 640]


@pytest.mark.parametrize(
    ("source", "chosen"),
    [(Source.CAMERA, LOW), (Source.DOCUMENT, MIDDLE_BASE)],
)
async def test_what_is_read_gets_detail_where_a_camera_gets_frames(
    engine: Engine, source: Source, chosen: LayerChoice
) -> None:
    publisher = await SimulcastPublisher(engine, source=source).connect()
    publisher.frame()
    may_receive = {PublicationId(f"p/{source}"): Reception("auto", "stage")}
    subscriber = await Subscriber(engine, "s").connect(MediaPermissions(receive=may_receive))
    peer = engine.rooms[LESSON].participants[subscriber.participant_id].subscribing
    assert peer is not None
    await until(lambda: VIDEO in peer.wanted)
    for layer, costs in zip(publisher.publication.layers, THINNED, strict=True):
        layer.rates.typical_bps = costs
    now = time.monotonic()
    peer.decide(now)
    peer.downlink.estimator.lower_to(240_000, now + OPENS_S)
    peer.decide(now + OPENS_S)
    assert peer.downlink.chosen == {VIDEO: chosen}


async def test_nacks_are_answered_across_a_switch(
    engine: Engine, publisher: SimulcastPublisher
) -> None:
    seat = await Subscriber(engine, "s").connect(receiver("p"))
    stream = stream_of(engine, seat)
    async with Background(paced(publisher.frame, FRAME_S)):
        await until(lambda: (now := stream.current) is not None and now.spatial == 2)
        seat.permit(receiver("p", quality="low"))
        await until(lambda: (now := stream.current) is not None and now.spatial == 0)
        before = stream.packets_sent
        await until(lambda: stream.packets_sent > before + 10)
    ssrc, rtx_ssrc = seat.ssrc(VIDEO), seat.rtx_ssrc(VIDEO)
    await until(lambda: len(seat.peer.of(ssrc)) == stream.packets_sent)
    packets = seat.peer.of(ssrc)
    frames = assert_is_one_stream(packets)
    assert layers_of(frames)[-2:] == [2, 0]
    switch = next(
        n
        for n, (a, b) in enumerate(itertools.pairwise(packets))
        if Tag.of(a.payload).layer == 2 and Tag.of(b.payload).layer == 0
    )
    wanted = packets[switch - 3 : switch + 5]
    seat.peer.send_rtcp(Nack(5, ssrc, tuple(packet.sequence_number for packet in wanted)))
    await until(lambda: len(seat.peer.of(rtx_ssrc)) == len(wanted))
    resent = [unwrap_rtx(packet, 96, ssrc) for packet in seat.peer.of(rtx_ssrc)]
    assert [packet.payload for packet in resent] == [packet.payload for packet in wanted]
    assert [packet.timestamp for packet in resent] == [packet.timestamp for packet in wanted]


async def test_a_publisher_gets_reports_and_a_remb_for_every_layer(
    publisher: SimulcastPublisher,
) -> None:
    async with Background(paced(publisher.frame, FRAME_S)):
        await until(
            lambda: any(
                isinstance(p, Remb) and set(p.ssrcs) == {10, 11, 12} for p in publisher.peer.rtcp
            )
        )
        await until(
            lambda: any(
                isinstance(p, ReceiverReport) and {b.ssrc for b in p.reports} == {10, 11, 12}
                for p in publisher.peer.rtcp
            )
        )
    rates = [layer.rates_bps for layer in publisher.publication.layers]
    assert all(rate == tuple(sorted(rate)) for rate in rates)


async def test_layers_that_were_switched_off_on_demand_are_no_end_of_the_track(
    engine: Engine, publisher: SimulcastPublisher
) -> None:
    """Browsers say goodbye for every encoding that they switch off."""
    async with Background(paced(publisher.frame, FRAME_S)):
        told = lambda: [e.layers for e in engine.of(LayersWanted)]  # type: ignore[attr-defined]  # noqa: E731
        took = await until(lambda: told()[-1:] == [(False, False, False)], 20)
        print(f"told to rest after {took:.2f} s without a viewer")
        publisher.sending = set()
        publisher.peer.send_rtcp(Goodbye((10, 11)), Goodbye((12,)))
        publication = publisher.publication
        await until(lambda: not any(layer.is_sent for layer in publication.layers))
        assert engine.of(PublicationRemoved) == []

        await Subscriber(engine, "s").connect(receiver("p", quality="low"))
        took = await until(lambda: told()[-1] == (True, False, False))
        print(f"told to send the low layer {took:.2f} s after somebody came")
        publisher.sending = {0}
        await until(lambda: publication.layers[0].is_sent)
        publisher.sending = set()
        publisher.peer.send_rtcp(Goodbye((10,)))
        await until(lambda: len(engine.of(PublicationRemoved)) == 1)
    assert len(engine.of(PublicationAdded)) == 1


async def test_unknown_rids_and_more_ssrcs_than_layers_are_not_taken(
    engine: Engine, publisher: SimulcastPublisher
) -> None:
    publisher.frame()
    await until(lambda: len(engine.of(PublicationAdded)) == 1)
    for ssrc, rid in ((77, b"x"), (78, b"l"), (79, b"")):
        ids = pack_extensions([(MID_ID, b"0"), *([(RID_ID, rid)] if rid else [])])
        publisher.peer.send_rtp(pack_header(96, 5, 5, ssrc, extension_block=ids) + b"\x10\x10\0\0")
    peer = engine.rooms[LESSON].participants[publisher.participant_id].publishing
    assert peer is not None
    await until(lambda: peer.packets_unbound == 3)
    assert [layer.ssrc for layer in publisher.publication.layers] == [10, 11, 12]


async def test_the_recorder_gets_the_top_live_layer_as_one_stream(
    engine: Engine, publisher: SimulcastPublisher, tmp_path: Path
) -> None:
    recorder = FakeRecorder(tmp_path / "sink.sock")
    await recorder.start()
    publisher.sending = {0}
    async with Background(paced(publisher.frame, FRAME_S)):
        await until(lambda: len(engine.of(PublicationAdded)) == 1)
        engine.attach_sink(RtpSink(str(recorder.path), LESSON, CAMERA))

        def newest_layer() -> int | None:
            packets = recorder.packets()
            return Tag.of(packets[-1].payload).layer if packets else None

        for sending in ({0}, {0, 2}, {0, 1}):
            publisher.sending = set(sending)
            took = await until(lambda sending=sending: newest_layer() == max(sending))  # type: ignore[misc]
            print(f"recording layer {max(sending)} after {took:.2f} s")
            before = len(recorder.of(SENDER_REPORT))
            await until(lambda before=before: len(recorder.of(SENDER_REPORT)) >= before + 3)  # type: ignore[misc]
    packets = recorder.packets()
    hellos = [json.loads(one) for one in recorder.of(HELLO)]
    assert len(hellos) == 1, "one track"
    assert {packet.ssrc for packet in packets} == {hellos[0]["ssrc"]}
    frames = assert_is_one_stream_but_for_vp8_numbers(packets)
    assert [layer for layer, _ in itertools.groupby(frames)] == [0, 2, 1]
    reports = [SENDER_REPORT_BODY.unpack(one) for one in recorder.of(SENDER_REPORT)]
    assert {ssrc for _, ssrc, _, _ in reports} == {hellos[0]["ssrc"]}
    for (_, _, ntp, rtp), (_, _, next_ntp, next_rtp) in itertools.pairwise(reports):
        elapsed_s = (next_ntp - ntp) / 2**32
        assert timestamp_delta(next_rtp, rtp) == pytest.approx(elapsed_s * 90_000, abs=4_000)
    await recorder.stop()


def assert_is_one_stream_but_for_vp8_numbers(packets: list[RtpPacket]) -> list[int]:
    """No hole, time that goes on; the layers of the packets. A recorder does not look at picture ids."""
    for before, after in itertools.pairwise(packets):
        assert sequence_delta(after.sequence_number, before.sequence_number) == 1
        assert 0 <= timestamp_delta(after.timestamp, before.timestamp) < 270_000
    return [Tag.of(packet.payload).layer for packet in packets]


async def test_h264_layers_are_switched_at_their_parameter_sets(engine: Engine) -> None:
    publisher = await SimulcastPublisher(engine, H264, ("lo", "hi")).connect()
    seat = await Subscriber(engine, "s").connect(receiver("p"))
    stream = stream_of(engine, seat)
    numbers, timestamps = [60_000, 9], [5, 4_000_000_000]

    def frame(*, keyframes: tuple[int, ...] = ()) -> None:
        for index in (0, 1):
            units = [b"\x67sps", b"\x68pps", b"\x65idr"] if index in keyframes else [b"\x41slice"]
            timestamps[index] = (timestamps[index] + 3_000) & 0xFFFFFFFF
            for unit in units:
                packet = RtpPacket.parse(
                    pack_header(
                        96,
                        numbers[index],
                        timestamps[index],
                        10 + index,
                        marker=unit is units[-1],
                    )
                    + unit
                    + bytes((index,))
                )
                publisher.peer.send_rtp(publisher._with_ids(packet, index, RID_ID))
                numbers[index] = (numbers[index] + 1) & 0xFFFF

    ssrc = seat.ssrc(VIDEO)

    def shows_the_top_layer() -> bool:
        frame(keyframes=(0, 1))
        return (now := stream.current) is not None and now.spatial == 1

    # A link that never reports counts as new for as long.
    await until(shows_the_top_layer, OPENS_S * 3)
    seat.permit(receiver("p", quality="low"))
    frame()
    await until(lambda: (aimed := stream.target) is not None and aimed.spatial == 0)
    frame(keyframes=(0,))
    frame()
    await until(lambda: (now := stream.current) is not None and now.spatial == 0)
    seat.permit(receiver("p"))
    await until(lambda: (aimed := stream.target) is not None and aimed.spatial == 1)
    frame(keyframes=(1,))
    frame()
    await until(lambda: (now := stream.current) is not None and now.spatial == 1)
    await until(lambda: len(seat.peer.of(ssrc)) == stream.packets_sent)
    packets = seat.peer.of(ssrc)
    for before, after in itertools.pairwise(packets):
        assert sequence_delta(after.sequence_number, before.sequence_number) == 1
        assert 0 <= timestamp_delta(after.timestamp, before.timestamp) < 90_000
        if before.payload[-1] != after.payload[-1]:
            assert after.payload[:4] == b"\x67sps", "a decoder can begin here"
    assert [k for k, _ in itertools.groupby(p.payload[-1] for p in packets)][-3:] == [1, 0, 1]
    assert {packet.payload_type for packet in packets} == {102}
    await publisher.peer.close()
