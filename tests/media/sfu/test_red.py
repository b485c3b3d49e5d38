"""Redundant audio: what a publisher lost is rebuilt, and who loses much hears everything twice."""

import asyncio
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import PublicationId
from app.media.port import RtpSink, Source
from app.media.rtp_sink import HELLO, RTP
from app.media.sfu import red
from app.media.sfu.packet_cache import MediaPacket, PacketCache
from app.media.sfu.red import CALM_S, LASTS_S, RedundancyRule, unwrap_red, with_previous
from app.media.wire.red import build_red, parse_red
from app.media.wire.rtcp import ReceiverReport, ReportBlock
from app.media.wire.rtp import RtpPacket, pack_header
from tests.support.raw_peer import RawPeer
from tests.support.waiting import until

from .support import LESSON, Engine, Publisher, Subscriber, receiver
from .test_sink import FakeRecorder

AUDIO = "stage.0.a"
OPUS, RED = 111, 63


def red_packet(number: int, timestamp: int, previous: tuple[int, bytes] | None) -> RtpPacket:
    primary = b"primary %d" % number
    payload = bytes((OPUS,)) + primary
    if previous is not None:
        payload = build_red(OPUS, *previous, primary)
    header = pack_header(RED, number & 0xFFFF, timestamp & 0xFFFFFFFF, 7)
    return RtpPacket.parse(header + payload)


@given(
    st.integers(0x10000, 0x30000),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 60),
    st.integers(1, 16_383),
)
def test_the_packet_before_is_rebuilt_only_where_it_is_missing(
    number: int, timestamp: int, missing: int, offset: int
) -> None:
    elapsed = offset * (missing + 1)
    last = MediaPacket(number - missing - 1, (timestamp - elapsed) & 0xFFFFFFFF, False, b"last")
    packet = red_packet(number, timestamp, (offset, b"previous"))
    primary, recovered = unwrap_red(packet, OPUS, last)
    assert (primary.payload_type, primary.ssrc) == (OPUS, 7)
    assert (primary.sequence_number, primary.timestamp) == (number & 0xFFFF, timestamp)
    assert primary.payload == b"primary %d" % number
    if 1 <= missing <= 50:
        (before,) = recovered
        assert before.sequence_number == (number - 1) & 0xFFFF
        assert before.timestamp == (timestamp - offset) & 0xFFFFFFFF
        assert (before.payload_type, before.payload) == (OPUS, b"previous")
    else:
        assert recovered == []


def test_a_block_that_is_older_than_the_last_packet_fills_no_hole() -> None:
    last = MediaPacket(10, 9_600, False, b"last")
    _, recovered = unwrap_red(red_packet(12, 11_520, (1_920, b"the last again")), OPUS, last)
    assert recovered == []


def test_red_of_something_else_is_refused() -> None:
    header = pack_header(RED, 1, 1, 7)
    for payload in (b"\x08other", bytes((OPUS,)), b""):
        with pytest.raises(ValueError):
            unwrap_red(RtpPacket.parse(header + payload), OPUS, None)


def test_only_the_packet_right_before_is_said_again() -> None:
    cache = PacketCache()
    first, third = MediaPacket(10, 960, False, b"one"), MediaPacket(12, 2_880, False, b"three")
    second = MediaPacket(11, 1_920, False, b"two")
    after_silence = MediaPacket(13, 2_880 + 19_200, False, b"four")
    for packet in (first, third, after_silence):
        cache.put(packet)
    assert with_previous(third, cache, OPUS) is None, "the one before is lost"
    assert with_previous(after_silence, cache, OPUS) is None, "400 ms do not fit the header"
    cache.put(second)
    payload = with_previous(third, cache, OPUS)
    assert payload is not None
    assert parse_red(payload) == [(OPUS, 960, b"two"), (OPUS, 0, b"three")]


def test_redundancy_begins_over_3_percent_and_ends_after_a_calm_time() -> None:
    rule = RedundancyRule()
    assert not rule.update(0.02, True, 0.0)
    assert not rule.update(0.05, True, 1.0)
    assert not rule.update(0.02, True, 2.0) and not rule.update(0.05, True, 3.0)
    began = 3.0 + LASTS_S
    assert not rule.update(None, True, began - 0.1)
    assert rule.update(0.05, True, began), "it lasted"
    assert not rule.update(0.02, True, began + CALM_S), "still over 1 %"
    assert not rule.update(None, True, began + CALM_S + 1)
    assert rule.update(0.0, True, began + 2 * CALM_S)
    assert not rule.is_on


def test_a_link_without_room_gets_its_sound_once() -> None:
    rule = RedundancyRule()
    assert not rule.update(0.2, False, 0.0) and not rule.update(0.2, False, LASTS_S)
    assert rule.update(0.2, True, LASTS_S + 1)
    assert rule.update(0.2, False, LASTS_S + 2)
    assert not rule.is_on


class RedPublisher(Publisher):
    """Its microphone may be sent as RED."""

    def sections(self):  # type: ignore[no-untyped-def]
        video, audio = super().sections()
        extra = (f"a=rtpmap:{RED} red/48000/2", f"a=fmtp:{RED} {OPUS}/{OPUS}")
        audio.extra, audio.also = extra, (RED,)
        return video, audio

    def red(self, number: int, *, is_lost: bool = False) -> None:
        """The RED packet of this number, every 20 ms one."""
        if not is_lost:
            previous = (960, b"primary %d" % (number - 1))
            self.peer.send_rtp(
                _with_ssrc(red_packet(number, number * 960, previous), self.audio.ssrc)
            )


def _with_ssrc(packet: RtpPacket, ssrc: int) -> bytes:
    return packet.data[:8] + ssrc.to_bytes(4, "big") + packet.data[12:]


async def test_what_a_publishers_link_lost_is_filled_from_the_next_packet(engine: Engine) -> None:
    publisher = await RedPublisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    for number in range(1_000, 1_100):
        publisher.red(number, is_lost=number % 10 == 5)
        await asyncio.sleep(0)
    ssrc = subscriber.ssrc(AUDIO)
    await until(lambda: len(subscriber.peer.of(ssrc)) == 100)
    packets = subscriber.peer.of(ssrc)
    assert {packet.payload_type for packet in packets} == {OPUS}
    assert [packet.payload for packet in packets] == [
        b"primary %d" % number for number in range(1_000, 1_100)
    ]
    for before, after in itertools.pairwise(packets):
        assert (after.sequence_number - before.sequence_number) & 0xFFFF == 1
        assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 960
    microphone = (
        engine.rooms[LESSON].participants[publisher.participant_id].publications[Source.MICROPHONE]
    )
    assert microphone.layers[0].reception.packets_rebuilt == 10
    report = microphone.layers[0].reception.report(0.0)
    assert report.packets_lost == 10, "to the publisher they stay lost"


async def test_the_recorder_gets_plain_opus_without_the_holes(
    engine: Engine, tmp_path: Path
) -> None:
    recorder = FakeRecorder(tmp_path / "sink.sock")
    await recorder.start()
    engine.attach_sink(RtpSink(str(recorder.path), LESSON, PublicationId("p/microphone")))
    publisher = await RedPublisher(engine, "p", 1_000).connect()
    for number in range(1_000, 1_050):
        publisher.red(number, is_lost=number % 10 == 5)
        await asyncio.sleep(0)
    await until(lambda: len(recorder.of(RTP)) == 50)
    (hello,) = recorder.of(HELLO)
    described = json.loads(hello)
    assert (described["codec"], described["payload_type"]) == ("opus", OPUS)
    packets = recorder.packets()
    assert {(packet.payload_type, packet.ssrc) for packet in packets} == {(OPUS, described["ssrc"])}
    assert [packet.payload for packet in packets] == [
        b"primary %d" % number for number in range(1_000, 1_050)
    ]
    assert [packet.sequence_number for packet in packets] == list(range(1_000, 1_050))
    await recorder.stop()


async def test_malformed_red_of_a_publisher_does_no_harm(engine: Engine) -> None:
    publisher = await RedPublisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    header = pack_header(RED, 999, 999 * 960, publisher.audio.ssrc)
    for payload in (b"", b"\xef", b"\xef\x0f\xff\xff\x6f", b"\x08?"):
        publisher.peer.send_rtp(header + payload)
    publisher.red(1_000)
    await until(lambda: len(subscriber.peer.of(subscriber.ssrc(AUDIO))) == 1)


async def test_a_receiver_who_loses_much_hears_everything_twice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(red, "LASTS_S", 0.1)
    publisher = await Publisher(engine, "p", 1_000).connect()
    lossy = await Subscriber(engine, "s").connect(receiver("p"))
    plain = await Subscriber(engine, "t", peer=RawPeer(takes_red=False)).connect(receiver("p"))
    well = await Subscriber(engine, "w").connect(receiver("p"))
    reported = {}

    def report(subscriber: Subscriber, lost_of_20: int) -> None:
        ssrc = subscriber.ssrc(AUDIO)
        packets = subscriber.peer.of(ssrc)
        if packets:
            highest = packets[-1].sequence_number
            lost = reported[ssrc] = reported.get(ssrc, 0) + lost_of_20
            block = ReportBlock(ssrc, 0, lost, highest, 0, 0, 0)
            subscriber.peer.send_rtcp(ReceiverReport(5, (block,)))

    for _ in range(25):
        for _ in range(20):
            publisher.audio.packet()
        await asyncio.sleep(0.05)
        report(lossy, 2)
        report(plain, 2)
        report(well, 0)
    subscribers = (lossy, plain, well)
    await until(lambda: all(len(s.peer.of(s.ssrc(AUDIO))) == 500 for s in subscribers))
    packets = lossy.peer.of(lossy.ssrc(AUDIO))
    doubled = [packet for packet in packets if packet.payload_type == RED]
    print(f"{len(doubled)} of 500 packets were redundant")
    assert len(doubled) > 100
    numbers = [packet.sequence_number for packet in packets]
    assert len(set(numbers)) == 500, "no number was used twice"
    for packet in doubled:
        previous, primary = parse_red(packet.payload)
        assert previous == (OPUS, 960, primary.data)
    for other in (plain, well):
        assert {packet.payload_type for packet in other.peer.of(other.ssrc(AUDIO))} == {OPUS}
