"""Peers of a real engine come, change what they send, move and go."""

import time

from app.media.port import PeerStateChanged, PublicationAdded, PublicationRemoved, SlotGroup, Source
from app.media.sfu.downlink import OPENS_S
from app.media.sfu.estimator import FLOOR_BPS, START_BPS
from app.media.wire.rtcp import PictureLossIndication
from tests.support.link import Link
from tests.support.raw_peer import RawPeer, RawSection
from tests.support.waiting import until

from .support import LESSON, LOOPBACK, STAGE, Engine, Publisher, Subscriber, receiver, sender

VIDEO, AUDIO = "stage.0.v", "stage.0.a"


async def test_everything_works_over_tcp_alone(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000, RawPeer(is_tcp=True)).connect()
    subscriber = await Subscriber(engine, "s", RawPeer(is_tcp=True)).connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    for _ in range(20):
        publisher.video.frame()
        publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 62)
    participants = engine.rooms[LESSON].participants.values()
    paths = [
        peer.transport.path
        for participant in participants
        for peer in (participant.publishing, participant.subscribing)
        if peer is not None
    ]
    assert [path is not None and path.is_tcp for path in paths] == [True, True]


async def test_a_source_that_may_not_be_published_makes_no_publication(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect(sender(Source.CAMERA))
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    for _ in range(5):
        publisher.audio.packet()
        publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 10)
    assert {p.packet.ssrc for p in subscriber.peer.rtp} == {subscriber.ssrc(VIDEO)}
    added = engine.of(PublicationAdded)
    assert [event.publication_id for event in added] == ["p/camera"]  # type: ignore[attr-defined]


async def test_a_publication_ends_with_its_permission_and_begins_again_with_it(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 1)
    engine.permit(LESSON, publisher.participant_id, sender(Source.CAMERA))
    assert [e.publication_id for e in engine.of(PublicationRemoved)] == ["p/microphone"]  # type: ignore[attr-defined]
    peer = engine.rooms[LESSON].participants[publisher.participant_id].publishing
    assert peer is not None
    received = peer.transport.stats.packets_received
    for _ in range(5):
        publisher.audio.packet()
    await until(lambda: peer.transport.stats.packets_received == received + 5)
    assert len(subscriber.peer.rtp) == 1
    engine.permit(LESSON, publisher.participant_id, sender())
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 2)
    assert len(engine.of(PublicationAdded)) == 2


async def test_ssrcs_that_the_offer_does_not_list_are_bound_by_mid(engine: Engine) -> None:
    """Simulcast offers of browsers, and WHIP sources, list none."""
    peer = RawPeer()
    publisher = Publisher(engine, "p", 1_000, peer)
    video, audio = publisher.sections()
    video.lists_ssrcs = audio.lists_ssrcs = False
    video.mid_extension_id = audio.mid_extension_id = 4
    screen = RawSection(
        "2", "video", 9, 96, "vP8/90000", None, None, lists_ssrcs=False, mid_extension_id=4
    )
    engine.admit(LESSON, publisher.participant_id, sender(*Source), ())
    tracks = {"0": Source.CAMERA, "1": Source.MICROPHONE, "2": Source.SCREEN}
    offer = peer.offer(video, audio, screen)
    answer = engine.answer(LESSON, publisher.participant_id, offer, tracks, LOOPBACK)
    await peer.connect(answer)
    publisher.video.mid = (4, "2")
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(engine.of(PublicationAdded)) == 2)
    added = {event.publication_id for event in engine.of(PublicationAdded)}  # type: ignore[attr-defined]
    assert added == {"p/screen", "p/microphone"}


async def test_a_new_connection_of_the_same_participant_replaces_the_old(engine: Engine) -> None:
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    old = await Publisher(engine, "p", 1_000).connect()
    old.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 2)
    reloaded = await Publisher(engine, "p", 3_000).connect()
    reloaded.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 4)
    numbers = [p.packet.sequence_number for p in subscriber.peer.rtp]
    assert [n - numbers[0] for n in numbers] == [0, 1, 2, 3]
    states = [e.state for e in engine.of(PeerStateChanged) if e.connection == "publish"]  # type: ignore[attr-defined]
    assert states[-1] == "connected"
    await old.peer.close()
    snapshot = engine.snapshot().rooms[LESSON][reloaded.participant_id]
    assert snapshot.publish_state == "connected"
    assert dict(snapshot.publications) == {"p/camera": "vp8"}


async def test_an_ice_restart_keeps_the_streams_of_both_connections(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 1)
    subscribing = engine.rooms[LESSON].participants[subscriber.participant_id].subscribing
    assert subscribing is not None
    before = subscribing.transport.local_parameters.ufrag

    offer = engine.offer(LESSON, subscriber.participant_id, LOOPBACK, is_ice_restart=True)
    assert f"a=ice-ufrag:{before}\r" not in offer
    assert f"a=ssrc:{subscriber.ssrc(AUDIO)} " in offer
    subscriber.peer.transport.restart_ice()
    engine.accept(LESSON, subscriber.participant_id, subscriber.peer.answer(offer))
    subscriber.peer.restart_ice(offer)
    publisher.peer.transport.restart_ice()
    answer = engine.answer(
        LESSON,
        publisher.participant_id,
        publisher.peer.offer(*publisher.sections()),
        {"0": Source.CAMERA, "1": Source.MICROPHONE},
        LOOPBACK,
    )
    publisher.peer.restart_ice(answer)
    publishing = engine.rooms[LESSON].participants[publisher.participant_id].publishing
    assert publishing is not None
    for peer in (subscribing, publishing):
        await until(lambda peer=peer: len(peer.transport.local_ufrags) == 1)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 2)
    first, second = (arrival.packet for arrival in subscriber.peer.rtp)
    assert second.sequence_number == first.sequence_number + 1
    assert engine.of(PublicationRemoved) == []


async def test_who_comes_by_another_way_gets_a_keyframe_and_a_link_that_nothing_is_known_of(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    async with Link() as link:
        subscriber = await Subscriber(engine, "s").connect(receiver("p"), link.rewrite)
        peer = engine.rooms[LESSON].participants[subscriber.participant_id].subscribing
        assert peer is not None
        await until(lambda: peer.is_ready)
        publisher.video.frame(keyframe=True)
        await until(lambda: subscriber.peer.of(subscriber.ssrc(VIDEO)))
        peer.downlink.estimator.lower_to(FLOOR_BPS, time.monotonic())
        await until(lambda: peer.downlink.estimator.bitrate_bps == FLOOR_BPS)
        publisher.peer.rtcp.clear()

        link.take_new_address()
        await until(lambda: peer.downlink.estimator.bitrate_bps == START_BPS)
        await until(
            lambda: any(isinstance(one, PictureLossIndication) for one in publisher.peer.rtcp)
        )


async def test_the_base_layer_goes_twice_over_a_link_that_loses_it_unless_its_owner_saves_data(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    peer = engine.rooms[LESSON].participants[subscriber.participant_id].subscribing
    assert peer is not None and not peer.is_filled
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 2)
    peer.redundancy.is_on = True
    peer.decide(time.monotonic())
    now = time.monotonic() + OPENS_S
    for quality, repeated in (("low", 0), ("auto", 2)):
        subscriber.permit(receiver("p", quality=quality))
        peer.decide(now)
        assert peer.is_filled and peer.repeats_base
        peer.fill(now)
        assert peer.streams[VIDEO].rtx.packets_repeated == repeated
    engine._filled.add(peer)
    engine.tick(now)
    assert peer in engine._filled
    peer.redundancy.is_on = False
    peer.decide(now)
    assert not peer.is_filled
    await until(lambda: len(subscriber.peer.rtp) == 4)
    assert {p.packet.ssrc for p in subscriber.peer.rtp[2:]} == {subscriber.rtx_ssrc(VIDEO)}
    engine._filled.add(peer)
    engine.remove(LESSON, subscriber.participant_id)
    engine.tick(now)
    assert not engine._filled, "nobody who has left is kept"


async def test_a_track_that_a_new_offer_leaves_out_ends_and_the_others_go_on(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 3)
    offer = publisher.peer.offer(*publisher.sections())
    tracks = {"1": Source.MICROPHONE}
    answer = engine.answer(LESSON, publisher.participant_id, offer, tracks, LOOPBACK)
    assert "m=video 0 " in answer
    removed = [event.publication_id for event in engine.of(PublicationRemoved)]  # type: ignore[attr-defined]
    assert removed == ["p/camera"]
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 4)
    assert subscriber.peer.rtp[-1].packet.ssrc == subscriber.ssrc(AUDIO)
    engine.answer(
        LESSON,
        publisher.participant_id,
        offer,
        {"0": Source.CAMERA, "1": Source.MICROPHONE},
        LOOPBACK,
    )
    publisher.video.frame(keyframe=True)
    await until(lambda: len(subscriber.peer.rtp) == 6)
    assert len(engine.of(PublicationAdded)) == 3


async def test_admitting_again_changes_nothing_but_other_slots_need_a_new_offer(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    events = len(engine.events)
    engine.admit(LESSON, subscriber.participant_id, receiver("p"), STAGE)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 1)
    assert len(engine.events) == events + 1  # the publication
    engine.admit(LESSON, subscriber.participant_id, receiver("p"), (SlotGroup("x", 1),))
    last = engine.of(PeerStateChanged)[-1]
    assert last == PeerStateChanged(LESSON, subscriber.participant_id, "subscribe", "closed")
    engine.remove(LESSON, subscriber.participant_id)
    engine.close_room(LESSON)
    assert engine.snapshot().rooms == {}


async def test_a_peer_that_hangs_up_ends_its_publications(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    publisher.audio.packet()
    await until(lambda: bool(engine.of(PublicationAdded)))
    await publisher.peer.close()
    await until(lambda: bool(engine.of(PublicationRemoved)))
    last = engine.of(PeerStateChanged)[-1]
    assert last == PeerStateChanged(LESSON, publisher.participant_id, "publish", "closed")
