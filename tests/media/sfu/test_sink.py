"""The stream to the recorder, read by a Unix server in the test."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from app.ids import ParticipantId, PublicationId
from app.media.port import RtpSink
from app.media.rtp_sink import (
    BYE,
    GAP,
    GAP_BODY,
    HELLO,
    KEYFRAME_WANTED,
    RTP,
    RTP_PREFIX,
    SENDER_REPORT,
    SENDER_REPORT_BODY,
    FrameReader,
    frame,
)
from app.media.sfu.sink import MAX_BUFFERED_BYTES, SinkConnection
from app.media.sfu.track_format import TrackFormat
from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.rtcp import PictureLossIndication, SenderReport
from app.media.wire.rtp import RtpPacket, pack_header
from tests.support.rtc_peer import ColourTrack, RtcPeer, allow_loopback
from tests.support.waiting import until

from .support import LESSON, AsyncNegotiator, Engine, Publisher, sender

CAMERA = PublicationId("p/camera")


class FakeRecorder:
    """Takes connections and keeps their frames; can stop reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.ended = 0
        self.writer: asyncio.StreamWriter | None = None
        self.may_read = asyncio.Event()
        self.may_read.set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        if self.writer is not None:
            self.writer.close()
        self.path.unlink(missing_ok=True)

    def ask_for_keyframe(self) -> None:
        assert self.writer is not None
        self.writer.write(frame(KEYFRAME_WANTED))

    def of(self, kind: bytes) -> list[bytes]:
        return [payload for found, payload in self.frames if found == kind]

    def packets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(payload[RTP_PREFIX.size :]) for payload in self.of(RTP)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writer = writer
        frames = FrameReader()
        with contextlib.suppress(ConnectionError):
            while True:
                await self.may_read.wait()
                data = await reader.read(65_536)
                if not data:
                    break
                self.frames.extend(frames.feed(data))
        self.ended += 1
        writer.close()


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[FakeRecorder]:
    recorder = FakeRecorder(tmp_path / "sink.sock")
    await recorder.start()
    yield recorder
    await recorder.stop()


def decode_vp8(packets: list[RtpPacket]) -> list[av.VideoFrame]:
    """Put frames together as a recorder would and decode them."""
    decoder = av.CodecContext.create("vp8", "r")
    frames, data = [], b""
    for packet in sorted(packets, key=lambda one: one.sequence_number):
        descriptor = Vp8Descriptor.parse(packet.payload)
        if descriptor.is_frame_start:
            data = b""
        data += packet.payload[descriptor.size :]
        if packet.marker:
            frames += decoder.decode(av.Packet(data))
    return frames


async def test_a_sink_attached_before_the_publication_gets_decodable_frames(
    engine: Engine, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    engine.attach_sink(RtpSink(str(recorder.path), LESSON, CAMERA))
    engine.admit(LESSON, ParticipantId("p"), sender(), ())
    peer = RtcPeer(AsyncNegotiator(engine), LESSON, ParticipantId("p"))
    await peer.publish(ColourTrack(60))
    took = await until(
        lambda: len(recorder.of(RTP)) > 30 and bool(recorder.of(SENDER_REPORT)), deadline_s=30
    )
    print(f"30 packets and a sender report after {took:.2f} s")
    assert recorder.frames[0][0] == HELLO
    hello = json.loads(recorder.frames[0][1])
    assert hello["publication_id"] == CAMERA and hello["lesson_id"] == LESSON
    assert (hello["kind"], hello["codec"], hello["clock_rate_hz"]) == ("video", "vp8", 90_000)
    packets = recorder.packets()
    assert {packet.ssrc for packet in packets} == {hello["ssrc"]}
    assert {packet.payload_type for packet in packets} == {hello["payload_type"]}
    pictures = decode_vp8(packets)
    assert len(pictures) > 20
    assert abs(int(pictures[-1].to_ndarray(format="gray").mean()) - 60) < 20
    _, ssrc, ntp, _ = SENDER_REPORT_BODY.unpack(recorder.of(SENDER_REPORT)[0])
    assert ssrc == hello["ssrc"] and ntp > 0
    await peer.close()
    await until(lambda: recorder.ended == 1)
    assert recorder.frames[-1][0] == BYE


async def test_the_recorders_wish_for_a_keyframe_becomes_a_pli(
    engine: Engine, recorder: FakeRecorder
) -> None:
    engine.attach_sink(RtpSink(str(recorder.path), LESSON, CAMERA))
    publisher = await Publisher(engine, "p", 1_000).connect()
    publisher.video.frame()
    await until(lambda: len(recorder.of(RTP)) == 2)
    recorder.ask_for_keyframe()
    await until(lambda: any(isinstance(p, PictureLossIndication) for p in publisher.peer.rtcp))


async def test_the_stream_comes_back_when_the_recorder_restarts(
    engine: Engine, recorder: FakeRecorder
) -> None:
    engine.attach_sink(RtpSink(str(recorder.path), LESSON, CAMERA))
    publisher = await Publisher(engine, "p", 1_000).connect()
    publisher.video.frame(keyframe=True)
    await until(lambda: len(recorder.of(RTP)) == 2)
    await recorder.stop()
    sink = engine.rooms[LESSON].sinks[CAMERA]
    await until(lambda: not sink.is_connected)
    publisher.video.frame()
    await until(lambda: sink.packets_dropped == 2)

    restarted = FakeRecorder(recorder.path)
    await restarted.start()
    await until(lambda: restarted.connections == 1)
    publisher.video.frame(keyframe=True)
    await until(lambda: len(restarted.of(RTP)) == 2)
    assert [kind for kind, _ in restarted.frames] == [HELLO, GAP, RTP, RTP]
    assert GAP_BODY.unpack(restarted.of(GAP)[0])[1] == 2
    await restarted.stop()


async def test_a_new_track_says_hello_on_a_new_connection_and_detaching_says_bye(
    engine: Engine, recorder: FakeRecorder
) -> None:
    engine.attach_sink(RtpSink(str(recorder.path), LESSON, CAMERA))
    first = await Publisher(engine, "p", 1_000).connect()
    first.video.frame(keyframe=True)
    await until(lambda: len(recorder.of(RTP)) == 2)
    second = await Publisher(engine, "p", 2_000).connect()
    second.video.frame(keyframe=True)
    await until(lambda: len(recorder.of(RTP)) == 4)
    ssrcs = [json.loads(hello)["ssrc"] for hello in recorder.of(HELLO)]
    assert ssrcs == [1_000, 2_000]
    assert len(recorder.of(BYE)) == 1 and recorder.connections == 2
    engine.detach_sink(LESSON, CAMERA)
    await until(lambda: recorder.ended == recorder.connections)
    assert recorder.frames[-1][0] == BYE
    count = len(recorder.frames)
    second.video.frame(keyframe=True)
    second.audio.packet()
    published = engine.rooms[LESSON].participants[second.participant_id].publications
    await until(lambda: len(published) == 2)
    assert len(recorder.frames) == count
    assert engine.snapshot().sinks == frozenset()


async def test_a_recorder_that_does_not_read_costs_video_up_to_the_next_keyframe(
    recorder: FakeRecorder,
) -> None:
    recorder.may_read.clear()
    sink = SinkConnection(RtpSink(str(recorder.path), LESSON, CAMERA), lambda: None)
    sink.track_started(TrackFormat("vp8", 96, 90_000, 7), is_video=True)

    def send(number: int, *, keyframe: bool = False) -> None:
        header = pack_header(96, number & 0xFFFF, number, 7)
        sink.rtp(RtpPacket.parse(header + bytes(1_100)), keyframe, 1.0 + number)

    number = 0
    while not sink.packets_dropped:
        send(number, keyframe=number == 0)
        number += 1
        if number % 50 == 0:
            await asyncio.sleep(0)
        assert number < 5_000
    assert number * 1_125 > MAX_BUFFERED_BYTES
    recorder.may_read.set()
    await until(lambda: len(recorder.of(RTP)) == number - 1)
    for _ in range(9):
        send(number)
        number += 1
    send(number, keyframe=True)
    send(number + 1)
    await until(lambda: len(recorder.of(GAP)) == 1)
    await until(lambda: [p.timestamp for p in recorder.packets()][-2:] == [number, number + 1])
    at_ns, count = GAP_BODY.unpack(recorder.of(GAP)[0])
    assert count == 10 and at_ns == int((1.0 + number) * 1e9)
    sink.sender_report(SenderReport(7, 1, 2, 3, 4), 5.0)
    await until(lambda: recorder.of(SENDER_REPORT) == [SENDER_REPORT_BODY.pack(5 * 10**9, 7, 1, 2)])
    sink.close()


async def test_padding_is_not_recorded(recorder: FakeRecorder) -> None:
    sink = SinkConnection(RtpSink(str(recorder.path), LESSON, CAMERA), lambda: None)
    sink.track_started(TrackFormat("vp8", 96, 90_000, 7), is_video=True)
    header = bytearray(pack_header(96, 1, 2, 7))
    header[0] |= 0x20
    sink.rtp(RtpPacket.parse(bytes(header) + b"picture" + b"\0\0\3"), True, 1.0)
    await until(lambda: bool(recorder.of(RTP)))
    assert recorder.packets()[0].data == pack_header(96, 1, 2, 7) + b"picture"
    sink.close()


async def test_a_recorder_that_breaks_the_protocol_is_hung_up_on_and_tried_again(
    recorder: FakeRecorder,
) -> None:
    sink = SinkConnection(RtpSink(str(recorder.path), LESSON, CAMERA), lambda: None)
    sink.track_started(TrackFormat("opus", 111, 48_000, 7), is_video=False)
    await until(lambda: recorder.connections == 1)
    assert recorder.writer is not None
    recorder.writer.write(b"\xff\xff\xff\xffgarbage")
    await until(lambda: recorder.connections == 2)
    await until(lambda: len(recorder.of(HELLO)) == 2)
    sink.close()
