"""What publishers send reaches subscribers, through a real engine on a loopback port."""

import asyncio
import itertools
import time

import pytest

from app.ids import ParticipantId, PublicationId
from app.media.port import (
    MediaPermissions,
    Reception,
    SlotGroup,
    SlotMapped,
    Source,
    SubscriptionPaused,
)
from app.media.sfu.layer import KEYFRAME_REQUEST_INTERVAL_S
from app.media.wire.rtcp import (
    Nack,
    PictureLossIndication,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from app.media.wire.rtp import RtpPacket, sequence_delta, timestamp_delta, unwrap_rtx
from tests.support.raw_peer import Background, paced
from tests.support.rtc_peer import ColourTrack, RtcPeer, allow_loopback
from tests.support.waiting import until

from .support import LESSON, STAGE, AsyncNegotiator, Engine, Publisher, Subscriber, receiver, sender

VIDEO, AUDIO = "stage.0.v", "stage.0.a"


async def test_two_aiortc_subscribers_decode_what_an_aiortc_peer_publishes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    negotiator = AsyncNegotiator(engine)
    peers = {name: RtcPeer(negotiator, LESSON, ParticipantId(name)) for name in "pab"}
    engine.admit(LESSON, ParticipantId("p"), sender(), ())
    for name in "ab":
        engine.admit(LESSON, ParticipantId(name), receiver("p"), STAGE)
        await peers[name].subscribe()
    await peers["p"].publish(ColourTrack(210))
    viewers = [peers[name].received for name in "ab"]
    took = await until(
        lambda: all(seen.frames[VIDEO] >= 15 and seen.frames[AUDIO] >= 25 for seen in viewers),
        deadline_s=30,
    )
    print(f"15 frames and 25 sounds decoded by both after {took:.2f} s")
    for seen in viewers:
        assert abs(seen.luma[VIDEO] - 210) < 20
        assert seen.frames["stage.1.v"] == 0
    for peer in peers.values():
        await peer.close()


async def test_no_packet_follows_a_receive_permission_that_is_gone(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 3)

    subscriber.permit(MediaPermissions())
    for _ in range(20):
        publisher.video.frame(keyframe=True)
        publisher.audio.packet()
    published = engine.rooms[LESSON].participants[publisher.participant_id].publications
    await until(lambda: published[Source.MICROPHONE].layers[0].reception.packets_received == 21)

    subscriber.permit(receiver("p"))
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) > 3)
    assert len(subscriber.peer.rtp) == 4


async def test_sound_switched_off_by_quality_keeps_the_slot_and_sends_nothing(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    silent = MediaPermissions(
        receive={
            PublicationId("p/camera"): Reception("auto", "stage"),
            PublicationId("p/microphone"): Reception("off", "stage"),
        }
    )
    subscriber = await Subscriber(engine, "s").connect(silent)
    for _ in range(10):
        publisher.audio.packet()
        publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.of(subscriber.ssrc(VIDEO))) == 20)
    assert subscriber.peer.of(subscriber.ssrc(AUDIO)) == []
    assert [event.publisher_id for event in engine.of(SlotMapped)] == ["p"]  # type: ignore[attr-defined]


async def test_a_subscriber_waits_for_a_keyframe_and_one_is_asked_for(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    publisher.video.frame()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame()
    await until(
        lambda: any(isinstance(packet, PictureLossIndication) for packet in publisher.peer.rtcp)
    )
    publisher.video.frame()
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 2)
    first = subscriber.peer.rtp[0].packet
    assert 1_000 <= first.sequence_number <= 32_768
    assert first.payload[5] == 0x10, "the keyframe's first packet"


async def test_keyframe_requests_are_merged_within_500_ms(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    publisher.video.frame(keyframe=True)
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    ssrc = subscriber.ssrc(VIDEO)
    began = time.monotonic()
    for _ in range(50):
        subscriber.peer.send_rtcp(PictureLossIndication(5, ssrc))
        engine.request_keyframe(LESSON, PublicationId("p/camera"))
        await asyncio.sleep(0.01)
    asked = [p for p in publisher.peer.rtcp if isinstance(p, PictureLossIndication)]
    assert 1 <= len(asked) <= 2 + (time.monotonic() - began) / KEYFRAME_REQUEST_INTERVAL_S
    assert asked[0].media_ssrc == 1_000


async def test_a_remapped_slot_goes_on_without_a_break(engine: Engine) -> None:
    """Sequence numbers, timestamps and VP8 picture ids, over a change of publisher and back."""
    first = await Publisher(engine, "p", 1_000).connect()
    second = await Publisher(engine, "q", 2_000).connect()
    second.video.sequence_number, second.video.rtp_timestamp = 7, 55
    second.video.picture_id, second.video.tl0picidx = 3, 200
    one_slot = (SlotGroup("stage", 1),)
    subscriber = await Subscriber(engine, "s", slots=one_slot).connect(receiver("p"))
    seen = subscriber.peer.rtp
    for publisher in (first, second, first):
        subscriber.permit(receiver(publisher.name))
        before = len(seen)
        for number in range(5):
            publisher.video.frame(keyframe=number == 0)
            publisher.audio.packet()
            await asyncio.sleep(0.02)
        await until(lambda before=before: len(seen) == before + 15)

    video = subscriber.peer.of(subscriber.ssrc(VIDEO))
    audio = subscriber.peer.of(subscriber.ssrc(AUDIO))
    assert (len(video), len(audio)) == (30, 15)
    for packets in (video, audio):
        for before_it, packet in itertools.pairwise(packets):
            assert sequence_delta(packet.sequence_number, before_it.sequence_number) == 1
            step = timestamp_delta(packet.timestamp, before_it.timestamp)
            assert 0 <= step < 90_000
    frames = [packet for packet in video if packet.payload[0] & 0x10]
    picture_ids = [(f.payload[2] & 0x7F) << 8 | f.payload[3] for f in frames]
    assert all((b - a) & 0x7FFF == 1 for a, b in itertools.pairwise(picture_ids))
    tl0 = [f.payload[4] for f in frames]
    assert all((b - a) & 0xFF == 1 for a, b in itertools.pairwise(tl0))


async def test_a_nack_is_answered_once_as_rtx(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    ssrc, rtx_ssrc = subscriber.ssrc(VIDEO), subscriber.rtx_ssrc(VIDEO)
    publisher.video.frame(keyframe=True)
    for _ in range(4):
        publisher.video.frame()
    await until(lambda: len(subscriber.peer.of(ssrc)) == 10)
    wanted = subscriber.peer.of(ssrc)[3:6]
    numbers = tuple(packet.sequence_number for packet in wanted)
    for _ in range(3):
        subscriber.peer.send_rtcp(Nack(5, ssrc, numbers))
    await until(lambda: len(subscriber.peer.of(rtx_ssrc)) >= 3)
    publisher.video.frame()
    await until(lambda: len(subscriber.peer.of(ssrc)) == 12)
    resent = subscriber.peer.of(rtx_ssrc)
    assert len(resent) == 3, "repeats within 100 ms are ignored"
    originals = [unwrap_rtx(packet, 96, ssrc) for packet in resent]
    assert [p.payload for p in originals] == [p.payload for p in wanted]
    assert [p.sequence_number for p in originals] == list(numbers)
    assert [p.timestamp for p in originals] == [p.timestamp for p in wanted]


async def test_a_nack_for_what_was_never_sent_is_ignored(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    ssrc = subscriber.ssrc(VIDEO)
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.of(ssrc)) == 2)
    start = subscriber.peer.of(ssrc)[0].sequence_number
    strange = tuple((start + offset) & 0xFFFF for offset in (-5, -1, 2, 500, 30_000))
    subscriber.peer.send_rtcp(Nack(5, ssrc, strange), Nack(5, 999_999, (1, 2)))
    publisher.video.frame()
    await until(lambda: len(subscriber.peer.of(ssrc)) == 4)
    assert subscriber.peer.of(subscriber.rtx_ssrc(VIDEO)) == []


async def test_what_a_lossy_publisher_lost_is_asked_for_and_forwarded(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    ssrc = subscriber.ssrc(VIDEO)
    rtx_number = itertools.count(40_000)
    made = 0

    def resend(packet: object) -> None:
        if not isinstance(packet, Nack):
            return
        assert packet.media_ssrc == 1_000
        for number in packet.sequence_numbers:
            original = RtpPacket.parse(publisher.video.sent[number])
            header = bytearray(original.data[:12])
            header[1] = 97 | (0x80 if original.marker else 0)
            header[2:4] = (next(rtx_number) & 0xFFFF).to_bytes(2, "big")
            header[8:12] = (1_001).to_bytes(4, "big")
            publisher.peer.send_rtp(bytes(header) + number.to_bytes(2, "big") + original.payload)

    publisher.peer.on_rtcp = resend
    publisher.video.frame(keyframe=True)
    made += 2
    for number in range(60):
        for position, packet in enumerate(publisher.video.packets()):
            made += 1
            if number % 5 or position:
                publisher.peer.send_rtp(packet)
        await asyncio.sleep(0.005)
    publisher.video.frame()
    made += 2
    await until(lambda: len(subscriber.peer.of(ssrc)) == made)
    arrived = {packet.sequence_number for packet in subscriber.peer.of(ssrc)}
    assert len(arrived) == made, "every packet once"
    published = engine.rooms[LESSON].participants[publisher.participant_id].publications
    assert published[Source.CAMERA].layers[0].reception.packets_recovered == 12
    assert published[Source.CAMERA].layers[0].duplicates == 0


async def test_publishers_get_reports_and_a_remb_up_to_their_cap(engine: Engine) -> None:
    permissions = MediaPermissions(publish=frozenset({Source.CAMERA}), video_cap_bps=200_000)
    publisher = await Publisher(engine, "p", 1_000).connect(permissions)
    async with Background(paced(lambda: publisher.video.frame(keyframe=True), 0.02)):
        rembs: list[Remb] = []

        def has_reports() -> bool:
            rembs[:] = [p for p in publisher.peer.rtcp if isinstance(p, Remb)]
            reports = [p for p in publisher.peer.rtcp if isinstance(p, ReceiverReport)]
            return len(rembs) >= 2 and len(reports) >= 2

        took = await until(has_reports)
    print(f"two rembs after {took:.2f} s")
    assert {remb.bitrate_bps for remb in rembs} == {200_000}
    assert rembs[0].ssrcs == (1_000,)
    blocks = [
        block for p in publisher.peer.rtcp if isinstance(p, ReceiverReport) for block in p.reports
    ]
    assert {block.ssrc for block in blocks} == {1_000}
    assert blocks[-1].packets_lost == 0


async def test_sender_reports_lay_sound_and_picture_on_one_clock(engine: Engine) -> None:
    """The publisher's clock is an hour off; both streams of the slot still agree with each other."""
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 3)
    ntp = 3_900_000_000 << 32
    # Both captured at the same moment of the publisher's clock, arriving 30 ms apart.
    publisher.peer.send_rtcp(SenderReport(1_000, ntp, 4_294_900_000, 1, 1))
    await asyncio.sleep(0.03)
    publisher.peer.send_rtcp(SenderReport(1_002, ntp, 1_000, 1, 1))

    def reports() -> dict[int, SenderReport]:
        return {p.ssrc: p for p in subscriber.peer.rtcp if isinstance(p, SenderReport)}

    await until(lambda: len(reports()) == 2)
    video, audio = (reports()[subscriber.ssrc(mid)] for mid in (VIDEO, AUDIO))
    first_video = subscriber.peer.of(subscriber.ssrc(VIDEO))[0]
    first_audio = subscriber.peer.of(subscriber.ssrc(AUDIO))[0]

    def seconds(report: SenderReport, packet: RtpPacket, rate: int) -> float:
        since = timestamp_delta(report.rtp_timestamp, packet.timestamp) / rate
        return report.ntp_timestamp / 2**32 - since

    apart = seconds(video, first_video, 90_000) - seconds(audio, first_audio, 48_000)
    print(f"sound and picture are {apart * 1000:.2f} ms apart")
    assert abs(apart) < 0.005
    # aiortc would drop the reports if one description named both.
    names = [p.cnames for p in subscriber.peer.rtcp if isinstance(p, SourceDescription)]
    assert {len(cnames) for cnames in names} == {1}
    assert {ssrc for ((ssrc, _),) in names} == {subscriber.ssrc(VIDEO), subscriber.ssrc(AUDIO)}


async def test_a_subscriber_with_high_loss_gets_its_video_paused_and_tried_again(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    ssrc = subscriber.ssrc(VIDEO)
    highest = lost = 0

    def frames() -> None:
        publisher.video.frame(keyframe=True)
        publisher.audio.packet()

    def report() -> None:
        """Of a link that loses every third packet."""
        nonlocal highest, lost
        packets = subscriber.peer.of(ssrc)
        if packets and packets[-1].sequence_number != highest:
            highest = packets[-1].sequence_number
            lost = len(packets) // 3
            block = ReportBlock(ssrc, 85, lost, highest, 0, 0, 0)
            subscriber.peer.send_rtcp(ReceiverReport(5, (block,)))

    async with Background(paced(frames, 0.01), paced(report, 0.2)):
        took = await until(lambda: bool(engine.of(SubscriptionPaused)))
        print(f"paused after {took:.2f} s")
        await asyncio.sleep(0.1)
        videos = len(subscriber.peer.of(ssrc))
        sounds = len(subscriber.peer.of(subscriber.ssrc(AUDIO)))
        await until(lambda: len(subscriber.peer.of(subscriber.ssrc(AUDIO))) > sounds + 50)
        assert len(subscriber.peer.of(ssrc)) == videos
        took = await until(lambda: len(engine.of(SubscriptionPaused)) == 2, 45.0)
        print(f"tried again after {took:.2f} s")
        await until(lambda: len(subscriber.peer.of(ssrc)) > videos)
    paused, resumed = engine.of(SubscriptionPaused)
    assert paused == SubscriptionPaused(
        LESSON, subscriber.participant_id, PublicationId("p/camera"), True, "loss", True
    )
    assert resumed == SubscriptionPaused(
        LESSON, subscriber.participant_id, PublicationId("p/camera"), False, ""
    )


async def test_garbage_from_a_connected_peer_harms_nobody(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 2)
    for payload in (b"", b"\x90", b"\x80\xff", b"\x90\xc0\xff", b"\x80\xff\xff\xff\xff"):
        header = publisher.video.packets()[0][:12]
        publisher.peer.send_rtp(header + payload)
    for number in range(40):  # unknown SSRCs and payload types
        publisher.peer.send_rtp(b"\x80\x7f\x00\x01" + bytes(4) + number.to_bytes(4, "big") + b"x")
    publisher.peer.send_rtp(b"\x80\x61\x00\x01" + bytes(4) + (1_001).to_bytes(4, "big") + b"\x01")
    subscriber.peer.send_rtcp(
        ReceiverReport(1, (ReportBlock(subscriber.ssrc(VIDEO), 255, -5, 2**32 - 1, 1, 1, 1),))
    )
    publisher.video.frame(keyframe=True)
    before = len(subscriber.peer.rtp)
    await until(lambda: subscriber.peer.rtp[-1].packet.marker and len(subscriber.peer.rtp) > 2)
    assert engine.endpoint.counters.handler_errors == 0
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) >= before + 2)
