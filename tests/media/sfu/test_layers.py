"""Which layer a stream carries, and how its numbers go on: a fake clock and no sockets."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.sfu.layer import LIVE_FOR_S
from app.media.sfu.layer_choice import BASE_LAYER, TOP_LAYER, LayerChoice
from app.media.sfu.rtx_stream import REPEATED_AT_ONCE
from app.media.sfu.slot_stream import SlotStream
from app.media.sfu.wanted_layers import OFF_AFTER_S, WantedLayers
from app.media.wire.rtp import RtpPacket, timestamp_delta, unwrap_rtx

from .layered import LayeredCamera, SentFrame, Tag, frames_of, in_order
from .test_streams import Wire, video_stream

FRAME_S = 1 / 30


def watching(camera: LayeredCamera, aim: LayerChoice = TOP_LAYER) -> tuple[SlotStream, Wire]:
    wire = Wire()
    stream = video_stream(wire)
    stream.map(camera.publication, 0.0, aim)
    return stream, wire


def run(
    camera: LayeredCamera, begin: float, seconds: float, layers: tuple[int, ...] = (0, 1, 2)
) -> float:
    """Frames for so long; when the next one is due."""
    for step in range(round(seconds / FRAME_S)):
        camera.step(begin + step * FRAME_S, layers)
    return begin + seconds


def assert_is_one_stream(packets: list[RtpPacket]) -> list[SentFrame]:
    """No hole, no number twice, and frames as one encoder would number them."""
    numbers = [number for number, _ in in_order(packets)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    frames = list(frames_of(packets))
    for before, after in itertools.pairwise(frames):
        assert (after.picture_id - before.picture_id) & 0x7FFF == 1
        is_base = after.tag.temporal_id == 0
        assert (after.tl0picidx - before.tl0picidx) & 0xFF == is_base
        assert (after.keyidx - before.keyidx) & 0x1F == after.is_keyframe
        assert 0 < timestamp_delta(after.timestamp, before.timestamp) < 180_000
    return frames


def layers_of(frames: list[SentFrame]) -> list[int]:
    """The layers in the order in which they were carried."""
    return [layer for layer, _ in itertools.groupby(frame.tag.layer for frame in frames)]


def test_a_thumbnail_gets_the_low_layer_and_all_else_the_top_one() -> None:
    camera = LayeredCamera()
    small, small_wire = watching(camera, BASE_LAYER)
    large, large_wire = watching(camera)
    run(camera, 0.0, 1.0)
    assert layers_of(assert_is_one_stream(small_wire.sent)) == [0]
    assert layers_of(assert_is_one_stream(large_wire.sent)) == [0, 1, 2]
    assert small.current == LayerChoice(0, 3) and large.current == LayerChoice(2, 3)
    assert camera.publication.layers[2].width == 640


def test_the_base_layer_is_sent_once_more_and_what_can_be_done_without_is_not() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera)
    now = run(camera, 0.0, 1.0)
    stream.repeat_base(now)
    repeated_before = len(wire.of(51))
    assert 0 < repeated_before <= REPEATED_AT_ONCE, "not all of a long past"
    wire.sent.clear()
    for _ in range(8):
        now = run(camera, now, 0.1)
        stream.repeat_base(now)
        stream.repeat_base(now)
    sent = [packet for packet in wire.of(50) if Tag.of(packet.payload).temporal_id == 0]
    repeated = [unwrap_rtx(packet, 96, 50) for packet in wire.of(51)]
    assert len(sent) == 12 and [
        (p.sequence_number, p.timestamp, p.marker, bytes(p.payload)) for p in repeated
    ] == [(p.sequence_number, p.timestamp, p.marker, bytes(p.payload)) for p in sent]
    assert stream.rtx.packets_repeated == repeated_before + len(sent)
    assert stream.rtx.packets_resent == 0 and stream.rtx.octets_padded > 0


def test_the_old_layer_flows_until_the_keyframe_of_the_new_one() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera)
    now = run(camera, 0.0, 1.0)
    camera.keyframes_asked.clear()
    for aimed in (0, 2, 1):
        camera.encoders[aimed].is_keyframe_due = False
        stream.aim(aimed, 3, now)
        assert camera.keyframes_asked.pop() == 10 + aimed
        camera.encoders[aimed].is_keyframe_due = False
        before = stream.current
        now = run(camera, now, 0.2)
        assert stream.current == before, "no keyframe came yet"
        assert stream.target == LayerChoice(aimed, 3)
        camera.encoders[aimed].is_keyframe_due = True
        now = run(camera, now, 1.0)
        assert stream.current == LayerChoice(aimed, 3)
    frames = assert_is_one_stream(wire.sent)
    assert layers_of(frames) == [0, 1, 2, 0, 2, 1]
    # At a switch the same moment may be shown twice: by the old layer and by the keyframe.
    assert 0 <= len(frames) - round(now / FRAME_S) <= 5
    steps = [timestamp_delta(b.timestamp, a.timestamp) for a, b in itertools.pairwise(frames)]
    assert max(steps) < 3 * 3_000, "timestamps are those of the capture, also across layers"


def test_requests_of_many_subscribers_for_one_layer_are_one_request() -> None:
    camera = LayeredCamera()
    streams = [watching(camera)[0] for _ in range(20)]
    now = run(camera, 0.0, 1.0)
    camera.keyframes_asked.clear()
    for stream in streams:
        stream.aim(1, 3, now)
    assert camera.keyframes_asked == [11]


@pytest.mark.parametrize("temporal", [0, 1, 2])
def test_temporal_layers_are_left_out_without_a_hole(temporal: int) -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera, LayerChoice(0, temporal))
    run(camera, 0.0, 2.0)
    frames = assert_is_one_stream(wire.sent)
    assert {frame.tag.temporal_id for frame in frames} == set(range(temporal + 1))
    assert len(frames) == (15, 30, 60)[temporal]
    assert stream.packets_left_out == 2 * (60 - len(frames))


def test_a_higher_temporal_layer_begins_where_it_can_be_decoded() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera, LayerChoice(0, 0))
    now = run(camera, 0.0, 1.0)
    for temporal in (2, 1, 2, 0, 2):
        stream.aim(0, temporal, now)
        now = run(camera, now, 0.5)
    frames = assert_is_one_stream(wire.sent)
    assert_decodable(frames, lost=set())
    assert {frame.tag.temporal_id for frame in frames[-4:]} == {0, 1, 2}


def test_a_keyframe_lets_all_temporal_layers_through_at_once() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera, LayerChoice(0, 0))
    now = run(camera, 0.0, 1.0)
    stream.aim(0, 3, now)
    camera.encoders[0].is_keyframe_due = True
    sent = len(wire.sent)
    run(camera, now, 4 * FRAME_S)
    assert len(wire.sent) - sent == 4 * 2


def test_a_layer_that_is_not_sent_any_more_is_replaced_and_comes_back() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera)
    now = run(camera, 0.0, 1.0)
    assert stream.current == TOP_LAYER
    now = run(camera, now, 2.0, layers=(0, 1))
    assert stream.current == LayerChoice(1, 3)
    now = run(camera, now, 2.0, layers=(0,))
    assert stream.current == LayerChoice(0, 3)
    camera.encoders[2].is_keyframe_due = True
    run(camera, now, 1.0)
    assert stream.current == TOP_LAYER
    assert layers_of(assert_is_one_stream(wire.sent)) == [0, 1, 2, 1, 0, 2]


def test_a_stream_aimed_low_is_not_left_without_a_picture() -> None:
    camera = LayeredCamera()
    stream, _ = watching(camera, BASE_LAYER)
    now = run(camera, 0.0, 1.0)
    now = run(camera, now, 2 * LIVE_FOR_S, layers=(1, 2))
    assert stream.current == LayerChoice(1, 3)
    run(camera, now, 0.5)
    assert stream.current == BASE_LAYER


def test_a_nack_finds_its_packet_across_switches_and_left_out_ones() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera, LayerChoice(2, 1))
    now = run(camera, 0.0, 0.5)
    for spatial, temporal in ((0, 0), (1, 1), (2, 2), (0, 1)):
        stream.aim(spatial, temporal, now)
        now = run(camera, now, 0.4)
    sent = {packet.sequence_number: packet for packet in wire.sent}
    for number in list(sent):
        now += 0.004
        stream.retransmit((number,), now, 0.05)
    resent = [unwrap_rtx(packet, 96, 50) for packet in wire.of(51)]
    assert len(resent) == len(sent)
    for packet in resent:
        assert packet.payload == sent[packet.sequence_number].payload
        assert packet.timestamp == sent[packet.sequence_number].timestamp


def test_what_may_not_be_received_any_more_is_not_sent_again() -> None:
    camera = LayeredCamera()
    stream, wire = watching(camera)
    now = run(camera, 0.0, 0.5)
    number = wire.sent[-1].sequence_number
    stream.map(None, now)
    stream.retransmit((number,), now, 0.05)
    assert wire.of(51) == []


def test_a_publisher_that_lists_its_highest_layer_first_is_understood() -> None:
    camera = LayeredCamera()
    camera.encoders = [
        *(camera.encoders[2 - index] for index in range(3)),
    ]
    for index, encoder in enumerate(camera.encoders):
        encoder.ssrc = 10 + index
    stream, wire = watching(camera, BASE_LAYER)
    run(camera, 0.0, 1.0)
    assert [layer.width for layer in camera.publication.layers] == [160, 320, 640]
    assert [layer.rid for layer in camera.publication.layers] == ["h", "m", "l"]
    frames = assert_is_one_stream(wire.sent)
    assert frames[-1].tag.layer == 0 and stream.current == BASE_LAYER


# -- what a publisher should send


def test_a_layer_comes_on_at_once_and_goes_off_with_patience() -> None:
    wanted = WantedLayers(3, 0.0)
    assert wanted.layers == (True, True, True)
    assert not wanted.update([True, False, False], OFF_AFTER_S - 0.1)
    assert wanted.update([True, False, False], OFF_AFTER_S)
    assert wanted.layers == (True, False, False)
    assert not wanted.update([True, False, False], 100.0)
    assert wanted.update([False, True, False], 100.1)
    assert wanted.layers == (True, True, False)
    assert wanted.update([False, False, False], 105.2)
    assert wanted.layers == (False, False, False)


def test_a_publisher_is_asked_for_what_somebody_aims_at() -> None:
    camera = LayeredCamera()
    told: list[tuple[bool, ...]] = []
    camera.publication.on_layers_wanted = lambda _, layers: told.append(layers)
    now = run(camera, 0.0, 1.0)
    assert told == [(True, True, True)], "a track begins with everything"
    thumbnail, _ = watching(camera, BASE_LAYER)
    now = run(camera, now, OFF_AFTER_S)
    assert told.pop() == (True, False, False)
    large, _ = watching(camera, TOP_LAYER)
    now = run(camera, now, FRAME_S, layers=(0,))
    assert told.pop() == (True, False, True)
    now = run(camera, now, 2 * LIVE_FOR_S, layers=(0,))
    assert told.pop() == (True, True, True), "something must stand in for the top one"
    now = run(camera, now, OFF_AFTER_S + 1)
    assert told.pop() == (True, False, True)
    large.map(None, now)
    thumbnail.map(None, now)
    run(camera, now, OFF_AFTER_S + 0.5)
    assert told[-1] == (False, False, False)
    camera.publication.end(now)
    assert told[-1] == (True, True, True)


# -- any order of events


def assert_decodable(frames: list[SentFrame], lost: set[tuple[int, int]]) -> None:
    """Each frame that was sent has those that it needs, unless they were lost on the way in."""
    sent = {(frame.tag.layer, frame.tag.frame) for frame in frames}
    base: dict[int, int] = {}
    first: dict[int, int] = {}
    for frame in frames:
        tag = frame.tag
        key = (tag.layer, tag.frame)
        if frame.is_keyframe:
            base[tag.layer] = first[tag.layer] = tag.frame
            continue
        step = {0: -4, 1: -2, 2: -1}[tag.temporal_id]
        needed = (tag.layer, tag.frame + step)
        if needed[1] >= first.get(tag.layer, 0):
            assert needed in sent or needed in lost, (key, needed)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.02, 0.15]),
    disorder=st.sampled_from([0.0, 1.5, 6.0]),
)
def test_any_switches_under_loss_and_disorder_make_one_stream(
    seed: int, loss: float, disorder: float
) -> None:
    """Numbers are unique, rise with first sending, and have no hole but what was really lost."""
    chance = random.Random(seed)
    camera = LayeredCamera()
    stream, wire = watching(camera)
    packets_per_frame = chance.choice([1, 2, 3])
    for encoder in camera.encoders:
        encoder.packets_per_frame = packets_per_frame
    arrivals: list[tuple[float, int, RtpPacket]] = []
    lost: set[tuple[int, int]] = set()
    losses = 0
    for step in range(150):
        now = step * FRAME_S
        if chance.random() < 0.08:
            stream.aim(chance.randrange(3), chance.randrange(3), now)
        for encoder in camera.encoders:
            if chance.random() < 0.01:
                encoder.is_keyframe_due = True
            for packet in encoder.next_frame(now):
                if chance.random() < loss:
                    losses += 1
                    tag = Tag.of(packet.payload)
                    lost.add((tag.layer, tag.frame))
                    if chance.random() < 0.5:
                        continue
                    delay = 0.1 + chance.random() * 0.2  # asked for again
                else:
                    delay = chance.random() * disorder * FRAME_S
                arrivals.append((now + delay, len(arrivals), packet))
        arrivals.sort()
        while arrivals and arrivals[0][0] <= now:
            camera.receive(arrivals.pop(0)[2], now)
        camera.publication.tick(now)

    ordered = in_order(wire.of(50))
    numbers = [number for number, _ in ordered]
    assert len(set(numbers)) == len(numbers), "no number twice"
    assert wire.of(51) == []
    holes = numbers[-1] - numbers[0] + 1 - len(numbers)
    if not disorder:
        assert holes <= losses
    if not loss and not disorder:
        assert holes == 0
    frames = list(frames_of(wire.of(50)))
    for before, after in itertools.pairwise(frames):
        assert timestamp_delta(after.timestamp, before.timestamp) > 0
        ahead = (after.picture_id - before.picture_id) & 0x7FFF
        assert 1 <= ahead < 0x4000
        assert (after.tl0picidx - before.tl0picidx) & 0xFF < 0x80
        if not loss and not disorder:
            assert ahead == 1
    if not loss and not disorder:
        assert_decodable(frames, lost)
    media = [packet for _, packet in ordered if packet.payload_size]
    for packet, following in itertools.pairwise(media):
        tag, next_tag = Tag.of(packet.payload), Tag.of(following.payload)
        is_same_frame = (tag.layer, tag.frame) == (next_tag.layer, next_tag.frame)
        if is_same_frame and next_tag.packet == tag.packet + 1:
            assert following.timestamp == packet.timestamp
