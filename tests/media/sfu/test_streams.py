"""A publication and the streams that carry it, with a fake clock and no sockets."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ids import PublicationId
from app.media.port import Source
from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.publication import Publication
from app.media.sfu.reported_loss import ReportedLoss
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.slot_stream import SlotStream
from app.media.sfu.stream_formats import StreamFormats
from app.media.sfu.track_format import TrackFormat
from app.media.wire.rtcp import ReportBlock, SenderReport
from app.media.wire.rtp import RtpPacket, pack_header, sequence_delta, timestamp_delta, unwrap_rtx

VIDEO_FORMATS = StreamFormats({"vp8": (96, 97), "h264": (102, None)}, send_time_id=2)


class Asked:
    """What a publisher would be asked for."""

    def __init__(self) -> None:
        self.keyframes = 0
        self.packets: list[list[int]] = []
        self.feedback = PublisherFeedback(
            self._keyframe, lambda _, wanted: self.packets.append(wanted)
        )

    def _keyframe(self, ssrc: int) -> None:
        self.keyframes += 1


class Sender:
    """A camera that makes packets by hand."""

    def __init__(self, sequence_number: int = 0, timestamp: int = 0, codec: str = "vp8") -> None:
        self.asked = Asked()
        self.publication = Publication(
            PublicationId("p/camera"),
            Source.CAMERA,
            TrackFormat(codec, 100, 90_000, 7),
            SenderClock(),
            self.asked.feedback,
        )
        (self.layer,) = self.publication.layers
        self.layer.bind(7, sequence_number & 0xFFFF, 0.0)
        self.sequence_number, self.timestamp = sequence_number, timestamp

    def packet(self, payload: bytes, *, marker: bool = True) -> RtpPacket:
        header = pack_header(100, self.sequence_number & 0xFFFF, self.timestamp, 7, marker=marker)
        self.sequence_number += 1
        return RtpPacket.parse(header + payload)

    def frame(self, now: float, *, keyframe: bool = False, skip: bool = False) -> None:
        self.timestamp = (self.timestamp + 3_000) & 0xFFFFFFFF
        packet = self.packet(b"\x10" + (b"\x10\0\0" if keyframe else b"\x11\0\0") + bytes(20))
        if not skip:
            self.layer.receive(packet, now)


class Wire:
    """The transport of a stream."""

    def __init__(self) -> None:
        self.sent: list[RtpPacket] = []
        self.is_full = False

    def send(
        self,
        header: bytes | bytearray | memoryview,
        payload: bytes | bytearray | memoryview = b"",
        *,
        is_video: bool,
        end_of_frame: bool = False,
    ) -> bool:
        if self.is_full:
            return False
        self.sent.append(RtpPacket.parse(bytes(header) + bytes(payload)))
        assert end_of_frame == self.sent[-1].marker or self.sent[-1].ssrc == 51
        return True

    def of(self, ssrc: int) -> list[RtpPacket]:
        return [packet for packet in self.sent if packet.ssrc == ssrc]


def video_stream(wire: Wire, formats: StreamFormats = VIDEO_FORMATS) -> SlotStream:
    stream = SlotStream("stage.0", "video", 50, 51, wire.send, now=0.0)
    stream.formats = formats
    return stream


def test_a_stream_starts_at_a_keyframe_whose_first_packet_came_late() -> None:
    """Its first packet was lost and sent again: what followed it is taken from the cache."""
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    sender.frame(0.9)
    stream.map(sender.publication, 1.0)
    late = sender.packet(b"\x10\x10\0\0" + bytes(20), marker=False)
    for _ in range(3):
        sender.layer.receive(sender.packet(b"\x00rest", marker=False), 1.1)
    assert wire.sent == []
    sender.layer.receive(late, 1.2)
    numbers = [packet.sequence_number for packet in wire.sent]
    assert [number - numbers[0] for number in numbers] == [0, 1, 2, 3]
    sender.frame(1.3)
    assert wire.sent[-1].sequence_number == numbers[-1] + 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 65_535), st.integers(0, 2**32 - 1))
def test_out_of_order_and_lost_packets_keep_their_places(
    seed: int, sequence_number: int, timestamp: int
) -> None:
    """What is shuffled on the way in has the same gaps and order of numbers on the way out."""
    chance = random.Random(seed)
    wire, sender = Wire(), Sender(sequence_number, timestamp)
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    first = wire.sent[0]
    packets = []
    for _ in range(200):
        sender.timestamp = (sender.timestamp + 3_000) & 0xFFFFFFFF
        packets.append((len(packets) + chance.random() * 6, sender.packet(b"\x10\x11\0\0")))
    kept = [entry for entry in packets if chance.random() > 0.1]
    for _, packet in sorted(kept, key=lambda entry: entry[0]):
        sender.layer.receive(packet, 1.0)
        if chance.random() < 0.1:
            sender.layer.receive(packet, 1.0)
    outgoing = {packet.sequence_number: packet for packet in wire.sent}
    assert len(outgoing) == len(wire.sent), "no number twice"
    for _, packet in kept:
        distance = sequence_delta(packet.sequence_number, sequence_number)
        sent = outgoing[(first.sequence_number + distance) & 0xFFFF]
        since = timestamp_delta(packet.timestamp, (timestamp + 3_000) & 0xFFFFFFFF)
        assert timestamp_delta(sent.timestamp, first.timestamp) == since
    assert len(wire.sent) == 1 + len(kept)


def test_a_pause_leaves_no_hole_in_the_numbers_but_one_in_time() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    for step in range(5):
        sender.frame(step / 30, keyframe=step == 0)
    stream.map(None, 0.2)
    for step in range(60):
        sender.frame(0.2 + step / 30)
    stream.map(sender.publication, 2.2)
    assert sender.publication.subscriber_count == 1
    sender.frame(2.3)
    sender.frame(2.4, keyframe=True)
    before, after = wire.sent[4], wire.sent[5]
    assert len(wire.sent) == 6
    assert sequence_delta(after.sequence_number, before.sequence_number) == 1
    assert timestamp_delta(after.timestamp, before.timestamp) == 62 * 3_000


def test_a_source_that_begins_its_numbers_anew_goes_on_at_its_next_keyframe() -> None:
    wire, sender = Wire(), Sender(100, 4_000_000)
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    sender.sequence_number, sender.timestamp = 40_000, 9
    sender.frame(1.0)
    sender.frame(1.1)
    sender.frame(1.2)
    assert len(wire.sent) == 1
    sender.frame(1.3, keyframe=True)
    sender.frame(1.4)
    numbers = [packet.sequence_number for packet in wire.sent]
    assert [number - numbers[0] for number in numbers] == [0, 1, 2]
    steps = [timestamp_delta(b.timestamp, a.timestamp) for a, b in itertools.pairwise(wire.sent)]
    assert all(0 < step < 10 * 90_000 for step in steps)


def test_a_burst_of_ghosts_does_not_restart_the_source() -> None:
    wire, sender = Wire(), Sender(100)
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    ghost = Sender(50_000)
    sender.layer.receive(ghost.packet(b"\x10\x10\0\0"), 0.1)
    sender.frame(0.2)
    assert len(wire.sent) == 2


def test_h264_starts_at_its_parameter_sets_and_carries_its_own_payload_type() -> None:
    wire, sender = Wire(), Sender(codec="h264")
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    publication = sender.layer
    publication.receive(sender.packet(b"\x41slice"), 0.0)
    for payload in (b"\x67sps", b"\x68pps", b"\x65idr"):
        publication.receive(sender.packet(payload, marker=False), 0.1)
    assert [packet.payload for packet in wire.sent] == [b"\x67sps", b"\x68pps", b"\x65idr"]
    assert {packet.payload_type for packet in wire.sent} == {102}
    assert publication.keyframes == 1
    stream.retransmit((wire.sent[1].sequence_number,), 0.2, 0.0)
    assert len(wire.sent) == 3, "no RTX was agreed for H.264"


def test_a_full_socket_costs_packets_that_a_nack_brings_back_as_rtx() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    wire.is_full = True
    sender.frame(0.1)
    wire.is_full = False
    sender.frame(0.2)
    missing = (wire.sent[0].sequence_number + 1) & 0xFFFF
    assert stream.packets_dropped == 1 and wire.sent[1].sequence_number == missing + 1
    stream.retransmit((missing,), 0.3, 0.0)
    stream.retransmit((missing,), 0.35, 0.0)
    resent = wire.of(51)
    assert [unwrap_rtx(packet, 96, 50).sequence_number for packet in resent] == [missing]
    assert 1_000 <= resent[0].sequence_number <= 32_768


def test_a_nack_that_comes_again_after_a_round_trip_is_answered_twice() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    number = wire.sent[0].sequence_number
    stream.retransmit((number,), 0.3, 0.1)
    stream.retransmit((number,), 0.37, 0.1)
    assert len(wire.of(51)) == 1, "the answer is on its way"
    # The receiver's round trip is 0.1 s as well, and its question may be a little quicker than the one before.
    stream.retransmit((number,), 0.39, 0.1)
    resent = wire.of(51)
    assert [unwrap_rtx(packet, 96, 50).sequence_number for packet in resent] == [number] * 3
    numbers = [packet.sequence_number for packet in resent]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert stream.rtx.asked_again == 1


def test_a_nack_for_what_was_repeated_unasked_is_a_first_question() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    stream.repeat_base(0.02)
    # The repetition may be lost as well, and to wait for the next question takes a round trip.
    stream.retransmit((wire.sent[0].sequence_number,), 0.05, 0.1)
    assert len(wire.of(51)) == 2 and stream.rtx.asked_again == 0
    assert stream.rtx.packets_repeated == stream.rtx.packets_resent == 1


def test_what_fills_no_socket_is_not_counted_as_repeated() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    wire.is_full = True
    stream.repeat_base(0.02)
    assert stream.rtx.packets_repeated == stream.rtx.octets_padded == 0


def test_a_flood_of_nacks_gets_a_bounded_answer() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    for step in range(1_000):
        sender.frame(step / 1_000, keyframe=step == 0)
    numbers = tuple(packet.sequence_number for packet in wire.sent)
    for step in range(20):
        stream.retransmit(numbers, 1.0 + step * 0.11, 0.0)
    assert len(wire.of(51)) <= 300 + 2.2 * 300 + 300


def test_what_the_publisher_lost_is_not_the_receivers_loss() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)
    start = wire.sent[0].sequence_number
    stream.reported(ReportBlock(50, 0, 0, start, 0, 0, 0))
    for step in range(100):
        sender.frame(step / 100, skip=step % 4 == 0)
    holes = 25 - 1  # the very last gap shows only with the next packet; the first one opened
    last = wire.sent[-1].sequence_number
    seen = stream.reported(ReportBlock(50, 0, holes + 1, last, 0, 0, 0))
    assert seen == (75, 0)
    for step in range(100):
        sender.frame(1 + step / 100)
    last = wire.sent[-1].sequence_number
    assert stream.reported(ReportBlock(50, 0, holes + 31, last, 0, 0, 0)) == (100, 30)


def test_what_the_old_path_lost_is_no_loss_of_the_new_one() -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(0.0, keyframe=True)

    def report(number: int, lost: int) -> tuple[int, int]:
        return stream.reported(ReportBlock(50, 0, lost, number, 0, 0, 0))

    start = wire.sent[0].sequence_number
    report(start, 0)
    for step in range(100):
        sender.frame(step / 100)
    stream.retransmit((start + 1,), 1.0, 0.0)
    asked = sender.asked.keyframes
    stream.path_changed(2.0)
    assert sender.asked.keyframes == asked + 1
    assert report(start + 50, 10) == (0, 0), "sent before the path changed"
    for step in range(100):
        sender.frame(2 + step / 100)
    assert report(start + 120, 60) == (0, 0), "this one counts what the old path lost as well"
    assert report(start + 200, 65) == (80, 5)
    stream.retransmit((start + 1,), 3.0, 0.0)
    assert stream.rtx.asked_again == 0, "the first answer went over the old path"
    stream.retransmit((start + 1,), 3.5, 0.0)
    assert stream.rtx.asked_again == 1


def test_the_number_after_which_a_new_path_counts_may_be_the_last_before_zero() -> None:
    loss = ReportedLoss()
    assert loss.since_last(ReportBlock(50, 0, 0, 65_530, 0, 0, 0), 0) == (0, 0)
    loss.path_changed(65_535)
    assert loss.since_last(ReportBlock(50, 0, 9, 65_535, 0, 0, 0), 0) == (0, 0)
    assert loss.since_last(ReportBlock(50, 0, 12, 1 << 16, 0, 0, 0), 0) == (0, 0)
    assert loss.since_last(ReportBlock(50, 0, 13, (1 << 16) + 10, 0, 0, 0), 0) == (10, 1)


@pytest.mark.parametrize("formats", [VIDEO_FORMATS, StreamFormats({"vp8": (96, 97)})])
def test_abs_send_time_is_stamped_where_the_receiver_wants_it(formats: StreamFormats) -> None:
    wire, sender = Wire(), Sender()
    stream = video_stream(wire, formats)
    stream.map(sender.publication, 0.0)
    sender.frame(10.5, keyframe=True)
    value = wire.sent[0].extension(2)
    wanted = int(10.5 * 2**18).to_bytes(4, "big")[1:] if formats.send_time_id else None
    assert value == wanted


def test_reports_extrapolate_the_publishers_clock() -> None:
    wire, sender = Wire(), Sender(0, 1_000)
    stream = video_stream(wire)
    stream.map(sender.publication, 0.0)
    sender.frame(1.0, keyframe=True)
    assert stream.sender_report(1.1) is None, "no report of the publisher yet"
    sender.layer.sender_report(SenderReport(7, 5_000 << 32, 4_000, 1, 20), 1.0)
    report = stream.sender_report(3.0)
    assert report is not None
    ahead = timestamp_delta(report.rtp_timestamp, wire.sent[0].timestamp)
    assert ahead == pytest.approx(2 * 90_000, abs=2)
    assert (report.packet_count, report.octet_count) == (1, 24)


def test_a_publisher_whose_clock_jumps_is_believed_again() -> None:
    clock = SenderClock()
    clock.observe(1_000.0, 10.0)
    clock.observe(1_001.0, 11.2)
    assert clock.to_steady(1_001.0) == 11.0, "the quickest report counts"
    clock.observe(500.0, 12.0)
    assert clock.to_steady(500.0) == 12.0
    clock.observe(4_000.0, 13.0)
    assert clock.to_steady(4_000.0) == 13.0


def test_a_keyframe_is_asked_for_again_while_a_stream_waits() -> None:
    sender = Sender()
    stream = video_stream(Wire())
    stream.map(sender.publication, 0.0)
    for step in range(200):
        sender.publication.tick(step / 50)
    assert 3 <= sender.asked.keyframes <= 5
    sender.frame(4.0, keyframe=True)
    count = sender.asked.keyframes
    for step in range(200):
        sender.publication.tick(4 + step / 50)
    assert sender.asked.keyframes == count


def test_a_gap_that_stays_ends_in_a_keyframe_request() -> None:
    sender = Sender()
    sender.frame(0.0, keyframe=True)
    sender.frame(0.1, skip=True)
    for step in range(3):
        sender.frame(0.2 + step / 30)
    for step in range(200):
        sender.publication.tick(0.3 + step / 50)
    assert len(sender.asked.packets) == 10
    assert sender.asked.keyframes == 1
