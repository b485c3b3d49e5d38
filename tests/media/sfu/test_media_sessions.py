"""WHIP and WHEP sessions beside the connections of a page, in one engine."""

import asyncio

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from app.ids import MediaSessionId, ParticipantId
from app.media.port import (
    LayersWanted,
    MalformedDescription,
    MediaPermissions,
    NegotiationFailed,
    NoSuchSession,
    NotAdmitted,
    PeerStateChanged,
    PublicationRemoved,
    Source,
)
from app.media.sfu.sdp import parse_session_description
from app.media.sfu.session_negotiation import build_view_answer, viewed_sections
from app.media.wire.ice import CONSENT_EXPIRES_S
from app.media.wire.transport import CONNECT_WITHIN_S
from tests.support.raw_peer import RawAudio, RawPeer, RawSection, RawVideo
from tests.support.rtc_peer import ColourTrack, Received, allow_loopback
from tests.support.waiting import until

from .support import LESSON, LOOPBACK, Engine, Publisher, Subscriber, receiver, sender

VIDEO = "stage.0.v"
LEAD = ParticipantId("p")


class WhipPeer:
    """A raw encoder that speaks WHIP for the participant `p`."""

    def __init__(self, engine: Engine, name: str, base_ssrc: int) -> None:
        self.session_id = MediaSessionId(name)
        self.peer = RawPeer()
        self.video = RawVideo(self.peer, base_ssrc)
        self.audio = RawAudio(self.peer, base_ssrc + 2)
        self._engine = engine
        self._base_ssrc = base_ssrc

    def open(self) -> str:
        """The answer to its offer."""
        ssrc = self._base_ssrc
        offer = self.peer.offer(
            RawSection("0", "audio", ssrc + 2, 111, "opus/48000/2"),
            RawSection("1", "video", ssrc, 96, "VP8/90000", ssrc + 1, 97),
        )
        opened = self._engine.sessions.open_publishing(
            LESSON, LEAD, self.session_id, offer, Source.CAMERA, LOOPBACK, "note"
        )
        return opened.sdp

    async def connect(self) -> "WhipPeer":
        await self.peer.connect(self.open())
        return self

    def holds(self, source: Source) -> bool:
        """Whether what the engine forwards from `source` is this session's."""
        participant = self._engine.rooms[LESSON].participants[LEAD]
        session = participant.sessions.get(self.session_id)
        publication = participant.publications.get(source)
        return (
            session is not None
            and session.peer is not None
            and publication is not None
            and publication in session.peer.publications()  # type: ignore[union-attr]
        )

    def close(self) -> None:
        self._engine.sessions.close_session(LESSON, LEAD, self.session_id)


def states(engine: Engine, session_id: str) -> list[str]:
    return [e.state for e in engine.of(PeerStateChanged) if e.session_id == session_id]  # type: ignore[attr-defined]


async def test_a_whip_session_takes_a_source_over_and_gives_it_back(engine: Engine) -> None:
    page = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    video = lambda: subscriber.peer.of(subscriber.ssrc(VIDEO))  # noqa: E731
    page.video.frame(keyframe=True)
    page.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) >= 3)
    whip = await WhipPeer(engine, "whip_1", 5_000).connect()
    page.video.frame()
    await until(lambda: len(video()) == 4)  # connected is not enough: the page still shows

    whip.video.frame(keyframe=True)
    await until(lambda: len(video()) == 6)
    assert whip.holds(Source.CAMERA)
    assert not whip.holds(Source.MICROPHONE)
    participant = engine.rooms[LESSON].participants[LEAD]
    assert participant.publishing is not None
    stats = participant.publishing.transport.stats
    before = stats.packets_received
    page.video.frame(keyframe=True)
    await until(lambda: stats.packets_received == before + 2)
    assert len(video()) == 6
    assert whip.holds(Source.CAMERA)
    assert not engine.of(PublicationRemoved)
    assert engine.of(LayersWanted)[-1] == LayersWanted(LESSON, LEAD, Source.CAMERA, (False,))
    wanted = engine.snapshot().rooms[LESSON][LEAD].layers_wanted
    assert wanted == {Source.CAMERA: (False,)}

    whip.close()
    assert engine.of(LayersWanted)[-1] == LayersWanted(LESSON, LEAD, Source.CAMERA, (True,))
    wanted = engine.snapshot().rooms[LESSON][LEAD].layers_wanted
    assert wanted == {Source.CAMERA: (True,)}
    assert Source.CAMERA not in participant.publications
    page.video.frame(keyframe=True)
    await until(lambda: len(video()) == 8)
    assert states(engine, "whip_1")[-2:] == ["connected", "closed"]


async def test_the_newest_whip_session_wins_and_permissions_hold_for_it(engine: Engine) -> None:
    engine.admit(LESSON, LEAD, sender(), ())
    older = await WhipPeer(engine, "whip_1", 5_000).connect()
    newer = await WhipPeer(engine, "whip_2", 6_000).connect()
    older.audio.packet()
    await until(lambda: older.holds(Source.MICROPHONE))
    newer.audio.packet()
    await until(lambda: newer.holds(Source.MICROPHONE))
    session = engine.rooms[LESSON].participants[LEAD].sessions[older.session_id]
    assert session.peer is not None
    before = session.peer.transport.stats.packets_received
    older.audio.packet()
    await until(lambda: session.peer.transport.stats.packets_received == before + 1)  # type: ignore[union-attr]
    assert newer.holds(Source.MICROPHONE)

    engine.permit(LESSON, LEAD, sender(Source.CAMERA))
    assert [e.publication_id for e in engine.of(PublicationRemoved)] == ["p/microphone"]  # type: ignore[attr-defined]
    engine.permit(LESSON, LEAD, sender())
    newer.audio.packet()
    await until(lambda: newer.holds(Source.MICROPHONE))


async def test_a_session_that_never_connects_or_loses_consent_is_gone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.admit(LESSON, LEAD, sender(), ())
    connected = await WhipPeer(engine, "whip_1", 5_000).connect()
    silent = WhipPeer(engine, "whip_2", 6_000)
    silent.open()
    await connected.peer.close(say_goodbye=False)
    sessions = engine.rooms[LESSON].participants[LEAD].sessions
    for later_s in (0.0, CONNECT_WITHIN_S + CONSENT_EXPIRES_S):
        # The endpoint's own clock is real; only the transports are told that time went by.
        for session in list(sessions.values()):
            assert session.peer is not None
            session.peer.transport.tick(asyncio.get_running_loop().time() + later_s)
    await until(lambda: not sessions)
    assert states(engine, "whip_1")[-2:] == ["failed", "closed"]
    assert states(engine, "whip_2")[-2:] == ["failed", "closed"]
    with pytest.raises(NoSuchSession):
        silent.close()


async def test_sessions_end_with_their_participant_and_stand_in_the_snapshot(
    engine: Engine,
) -> None:
    engine.admit(LESSON, LEAD, sender(), ())
    whip = await WhipPeer(engine, "whip_1", 5_000).connect()
    held = engine.snapshot().rooms[LESSON][LEAD].sessions[whip.session_id]
    assert held.note == "note"
    restarted = engine.sessions.restart_ice(LESSON, LEAD, whip.session_id, "abcd", LOOPBACK)
    assert restarted.session.ice_ufrag != held.ice_ufrag
    assert restarted.session.remote_ice_ufrag == "abcd"
    assert restarted.candidates
    engine.remove(LESSON, LEAD)
    assert states(engine, "whip_1")[-1] == "closed"
    with pytest.raises(NotAdmitted):
        whip.open()


async def test_an_offer_that_cannot_be_met_as_a_whole_is_refused(engine: Engine) -> None:
    engine.admit(LESSON, LEAD, sender(), ())
    peer = RawPeer()
    video = RawSection("1", "video", 1, 96, "VP8/90000")
    good = peer.offer(RawSection("0", "audio", 2, 111, "opus/48000/2"), video)
    for broken, kind in (
        ("hello", MalformedDescription),
        (good.replace("VP8/90000", "AV1/90000"), NegotiationFailed),
        (good.replace("a=sendonly", "a=recvonly"), NegotiationFailed),
        (good.replace("m=video", "m=application"), NegotiationFailed),
        (peer.offer(video, RawSection("2", "video", 3, 96, "VP8/90000")), NegotiationFailed),
        (good.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"), NegotiationFailed),
    ):
        with pytest.raises(kind):
            engine.sessions.open_publishing(
                LESSON, LEAD, MediaSessionId("whip_1"), broken, Source.CAMERA, LOOPBACK, ""
            )
    assert not engine.rooms[LESSON].participants[LEAD].sessions


def test_a_player_that_takes_sound_twice_is_answered_so() -> None:
    text = RawPeer().offer(RawSection("0", "audio", 2, 111, "opus/48000/2"))
    text = text.replace("SAVPF 111", "SAVPF 111 63").replace("a=sendonly", "a=recvonly")
    offer = parse_session_description(text + "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n")
    view = viewed_sections(offer)
    assert view[0].formats.red_payload_type == 63
    answer = build_view_answer(view, RawPeer().local, [], "1 1")
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111 63" in answer
    assert "a=fmtp:63 111/111" in answer


class WhepPeer:
    """An aiortc player."""

    def __init__(self, engine: Engine, viewer_id: str) -> None:
        self.viewer_id = ParticipantId(viewer_id)
        self.session_id = MediaSessionId(f"whep_{viewer_id}")
        self.received = Received()
        self._engine = engine
        self._connection = RTCPeerConnection(
            RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, publisher_id: str) -> str:
        connection = self._connection
        for kind in ("audio", "video"):
            connection.addTransceiver(kind, direction="recvonly")
        await connection.setLocalDescription(await connection.createOffer())
        opened = self._engine.sessions.open_viewing(
            LESSON,
            self.viewer_id,
            self.session_id,
            connection.localDescription.sdp,
            ParticipantId(publisher_id),
            LOOPBACK,
            "",
        )
        await connection.setRemoteDescription(RTCSessionDescription(opened.sdp, "answer"))
        for transceiver in connection.getTransceivers():
            take = self.received.take(transceiver.kind, transceiver.receiver.track)
            self._tasks.append(asyncio.create_task(take))
        return opened.sdp

    def show(self, publisher_id: str | None) -> None:
        shown = ParticipantId(publisher_id) if publisher_id else None
        self._engine.sessions.show(LESSON, self.viewer_id, self.session_id, shown)

    async def close(self) -> None:
        await self._connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_a_whep_session_shows_one_publisher_then_another_as_permitted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    publishers = []
    for name, luma in (("a", 60), ("b", 200)):
        engine.admit(LESSON, ParticipantId(name), sender(), ())
        connection = RTCPeerConnection()
        connection.addTrack(ColourTrack(luma))
        await connection.setLocalDescription(await connection.createOffer())
        opened = engine.sessions.open_publishing(
            LESSON,
            ParticipantId(name),
            MediaSessionId(f"whip_{name}"),
            connection.localDescription.sdp,
            Source.CAMERA,
            LOOPBACK,
            "",
        )
        await connection.setRemoteDescription(RTCSessionDescription(opened.sdp, "answer"))
        publishers.append(connection)
    player = WhepPeer(engine, "v")
    engine.admit(LESSON, player.viewer_id, receiver("a"), ())
    answer = await player.connect("a")
    sections = parse_session_description(answer).media
    assert [(one.kind, one.direction) for one in sections] == [
        ("audio", "sendonly"),
        ("video", "sendonly"),
    ]
    luma = player.received.luma
    took = [await until(lambda: 0 < luma.get("video", 0) < 100)]
    player.show("b")  # may not be received yet
    frames = player.received.frames["video"]

    engine.permit(LESSON, player.viewer_id, receiver("a", "b"))
    took.append(await until(lambda: luma["video"] > 150))
    assert player.received.frames["video"] > frames
    engine.permit(LESSON, player.viewer_id, MediaPermissions())
    session = engine.rooms[LESSON].participants[player.viewer_id].viewing_sessions()[0]
    assert session.peer is not None
    assert [stream.publication for stream in session.peer.streams.values()] == [None, None]
    print(f"first picture after {took[0]:.2f} s, the other one {took[1]:.2f} s after it was asked")
    await player.close()
    for connection in publishers:
        await connection.close()
