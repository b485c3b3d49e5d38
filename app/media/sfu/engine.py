"""The embedded engine: rooms, negotiation and timers on one event loop. All calls are synchronous.

`app.media.worker` puts it behind a socket; nothing here awaits, logs per packet or touches a disk.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import (
    ClientNetwork,
    EngineMetrics,
    EngineSnapshot,
    LinkQuality,
    MediaEvent,
    MediaGrant,
    MediaPermissions,
    NegotiationFailed,
    NotAdmitted,
    ParticipantSnapshot,
    RtpSink,
    SlotGroup,
    Source,
)
from app.media.sfu.downlink import DECISION_INTERVAL_S
from app.media.sfu.link_probe import LinkProbes
from app.media.sfu.media_session import PublishingSession, ViewingSession
from app.media.sfu.metrics import MetricsMeter
from app.media.sfu.negotiation import (
    accepted_formats,
    build_answer,
    build_offer,
    parse_description,
    published_sections,
    remote_transport,
    slot_sections,
)
from app.media.sfu.participant import Participant
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.room import Room
from app.media.sfu.session_calls import SessionCalls, session_snapshot
from app.media.sfu.stats import room_stats
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.sfu.telemetry import Telemetry
from app.media.sfu.turns import Turns
from app.media.sfu.viewing import Viewing
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.transport_state import TransportState

TICK_S = 0.020
EARLY_S = LATE_S = 0.005
"""A tick goes along with media that comes this much before it is due; alone it waits as long for some."""
REPORT_INTERVAL_S = 1.0
ROUND_SLACK_S = 0.05
"""Turns come when ticks do: what is due so soon is not left for the next round."""


class SfuEngine:
    """One engine on one media port. `start()` needs a running loop; `close()` ends everything."""

    def __init__(
        self,
        endpoint: MediaEndpoint,
        *,
        emit: Callable[[MediaEvent], None],
        media_epoch: int,
        public_ips: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self.media_epoch = media_epoch
        self.rooms: dict[LessonId, Room] = {}
        self.telemetry = Telemetry(emit)
        self._metrics = MetricsMeter(media_epoch)
        self._tick_due = 0.0
        self._probes = LinkProbes(endpoint)
        self._emit = emit
        self._public_ips = public_ips
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._turns = Turns[Viewing](round(DECISION_INTERVAL_S / TICK_S))
        self._publishing: list[tuple[Participant, PublishingPeer]] = []
        """Those who send, as of this round."""
        self._filled: set[SubscribingPeer] = set()
        """Those over whose link goes more than was published."""
        self.sessions = SessionCalls(endpoint, self._find, self._candidates, clock)

    def start(self) -> None:
        """Bind the port and begin. Raises PortInUse."""
        self.endpoint.start()
        self.endpoint.on_wake_up_ended = self._tick_along
        self._schedule_tick(self._clock())

    def close(self) -> None:
        """Close every room and the port. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for lesson_id in list(self.rooms):
            self.close_room(lesson_id)
        self.endpoint.close()

    # -- MediaEngine

    def open_room(self, lesson_id: LessonId) -> None:
        if lesson_id not in self.rooms:
            self.rooms[lesson_id] = Room(lesson_id, self._emit, self._clock)

    def admit(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        slots: tuple[SlotGroup, ...],
    ) -> MediaGrant:
        """Let a participant in; again with other permissions or slots it applies those."""
        self.open_room(lesson_id)
        self.rooms[lesson_id].admit(participant_id, permissions, slots)
        return MediaGrant(engine="webrtc", media_epoch=self.media_epoch)

    def permit(
        self, lesson_id: LessonId, participant_id: ParticipantId, permissions: MediaPermissions
    ) -> None:
        """Change permissions before the next packet; nothing if the participant is unknown."""
        participant = self._find(lesson_id, participant_id)
        if participant is not None:
            participant.room.permit(participant, permissions)
            self.telemetry.tell_soon(lesson_id, participant_id)

    def remove(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        room = self.rooms.get(lesson_id)
        if room is not None:
            room.remove(participant_id)

    def close_page(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        """Close the connections of the participant's page; its WHIP and WHEP sessions go on."""
        participant = self._find(lesson_id, participant_id)
        if participant is not None:
            participant.replace_publishing(None)
            participant.replace_subscribing(None)

    def close_room(self, lesson_id: LessonId) -> None:
        room = self.rooms.pop(lesson_id, None)
        if room is not None:
            self.telemetry.finish(room, self._clock())
            room.close()

    def attach_sink(self, sink: RtpSink) -> None:
        self.open_room(sink.lesson_id)
        self.rooms[sink.lesson_id].attach_sink(sink)

    def detach_sink(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        room = self.rooms.get(lesson_id)
        if room is not None:
            room.detach_sink(publication_id)

    def request_keyframe(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        room = self.rooms.get(lesson_id)
        if room is not None:
            room.request_keyframe(publication_id)

    def snapshot(self) -> EngineSnapshot:
        """Everything the app must know to reconcile."""
        return EngineSnapshot(
            media_epoch=self.media_epoch,
            rooms={
                lesson_id: {
                    participant_id: _participant_snapshot(participant)
                    for participant_id, participant in room.participants.items()
                }
                for lesson_id, room in self.rooms.items()
            },
            sinks=frozenset(sink for room in self.rooms.values() for sink in room.sinks),
        )

    def stats(self, lesson_id: LessonId) -> Mapping[str, object]:
        """Counters of one room, {} if there is none; see `app.media.sfu.stats`."""
        room = self.rooms.get(lesson_id)
        if room is None:
            return {}

        def quality_of(participant_id: ParticipantId) -> LinkQuality | None:
            meter = self.telemetry.meter_of(lesson_id, participant_id)
            return meter.quality if meter is not None else None

        return room_stats(room, self._clock(), quality_of)

    def metrics(self) -> EngineMetrics:
        """The engine as a whole."""
        return self._metrics.read(self.rooms)

    # -- Negotiator

    def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        """Answer an offer on the publishing connection. Raises NegotiationFailed."""
        participant = self._admitted(lesson_id, participant_id)
        session = parse_description(offer_sdp)
        remote = remote_transport(session)
        sections = published_sections(session, tracks)
        if not sections:
            raise NegotiationFailed("the offer has nothing that this participant names as a track")
        peer = participant.publishing
        if (
            peer is None
            or peer.identity != remote.identity
            or peer.transport.state is TransportState.CLOSED
        ):
            peer = PublishingPeer(participant, self.endpoint, remote.identity)
            is_new = True
        else:
            is_new = False
        try:
            peer.negotiated(remote, sections)
        except ValueError as error:
            if is_new:
                peer.close()
            raise NegotiationFailed(str(error)) from error
        if is_new:
            peer.transport.label = f"{participant_id} publish"
            participant.replace_publishing(peer)
        return build_answer(
            session,
            sections,
            peer.transport.local_parameters,
            self._candidates(network),
            f"{peer.origin} {peer.version}",
        )

    def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        """The offer for the subscribing connection. Raises NegotiationFailed."""
        participant = self._admitted(lesson_id, participant_id)
        peer = participant.subscribing
        if (
            is_ice_restart
            and peer is not None
            and peer.is_answered
            and peer.transport.state is not TransportState.CLOSED
        ):
            peer.transport.restart_ice()
        else:
            sections = slot_sections(participant.groups)
            peer = SubscribingPeer(participant, self.endpoint, sections, self._clock)
            peer.transport.label = f"{participant_id} subscribe"
            participant.replace_subscribing(peer)
        peer.version += 1
        return build_offer(
            peer.sections,
            peer.transport.local_parameters,
            self._candidates(network),
            f"{peer.session_id} {peer.version}",
        )

    def accept(self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str) -> None:
        """The answer to the last offer. Raises NegotiationFailed."""
        participant = self._admitted(lesson_id, participant_id)
        peer = participant.subscribing
        if peer is None:
            raise NegotiationFailed("there is no offer to answer")
        session = parse_description(answer_sdp)
        remote = remote_transport(session)
        formats = accepted_formats(session, peer.sections)
        section = remote.section
        try:
            peer.transport.set_remote(
                section.ice_ufrag, section.ice_pwd, section.fingerprints, section.setup
            )
        except ValueError as error:
            raise NegotiationFailed(str(error)) from error
        peer.answered(formats)
        participant.room.route(participant)

    def _find(self, lesson_id: LessonId, participant_id: ParticipantId) -> Participant | None:
        room = self.rooms.get(lesson_id)
        return room.participants.get(participant_id) if room is not None else None

    def _admitted(self, lesson_id: LessonId, participant_id: ParticipantId) -> Participant:
        participant = self._find(lesson_id, participant_id)
        if participant is None:
            raise NotAdmitted("this participant is not admitted to the room")
        return participant

    def probe(self, offer_sdp: str, network: ClientNetwork) -> str:
        """Answer a link test. Raises NegotiationFailed."""
        return self._probes.answer(offer_sdp, self._candidates(network), self._clock())

    def _candidates(self, network: ClientNetwork) -> list[str]:
        return self.endpoint.candidates(
            for_loopback=network.is_loopback,
            public_ips=self._public_ips,
            preferred_ip=network.server_ip or None,
        )

    # -- timers

    def _schedule_tick(self, now: float) -> None:
        self._tick_due = now + TICK_S
        self._timer = asyncio.get_running_loop().call_later(TICK_S + LATE_S, self._on_timer)

    def _on_timer(self) -> None:
        now = self._clock()
        self._metrics.loop_lag.observe(max(0.0, now - self._tick_due - LATE_S), now)
        self._schedule_tick(now)
        self.tick(now)

    def _tick_along(self) -> None:
        """Media has just been sent: a tick now saves waking up for it."""
        now = self._clock()
        if self._timer is not None and now >= self._tick_due - EARLY_S:
            self._timer.cancel()
            self._on_timer()

    def tick(self, now: float) -> None:
        """Every 20 ms: NACKs and PLIs that are due, reports once a second, what each link carries, measurements."""
        self.endpoint.catch_up()
        self.telemetry.tick(self.rooms, now)
        self._metrics.tick(self.rooms, now)
        self._probes.tick(now)
        if self._turns.is_over:
            self._begin_round(now)
        for participant, publishing in self._publishing:
            publishing.tick(now)
            if now >= publishing.report_due:
                publishing.report(now, participant.permissions.video_cap_bps)
                publishing.report_due = now + REPORT_INTERVAL_S
        for room in self.rooms.values():
            hurried, room.hurried = room.hurried, []
            for viewing in hurried:
                self._attend(viewing, now)
        for viewing in self._turns.next():
            self._attend(viewing, now)
        if self._filled:
            # Who has left has no turn any more.
            self._filled = {peer for peer in self._filled if peer.is_ready}
        for peer in self._filled:
            peer.fill(now)

    def _begin_round(self, now: float) -> None:
        """Every 200 ms: who is there."""
        self._publishing.clear()
        viewings: list[Viewing] = []
        for room in self.rooms.values():
            room.update_sound(now)
            for participant in room.participants.values():
                if participant.subscribing is not None:
                    viewings.append(Viewing(participant, participant.subscribing))
                if participant.publishing is not None:
                    self._publishing.append((participant, participant.publishing))
                participant.end_lost_sessions()
                for session in participant.sessions.values():
                    match session:
                        case PublishingSession(peer=PublishingPeer() as publishing):
                            self._publishing.append((participant, publishing))
                        case ViewingSession(peer=SubscribingPeer() as viewer):
                            viewings.append(Viewing(participant, viewer, session))
                        case _:
                            pass
        self._turns.begin(viewings)

    def _attend(self, viewing: Viewing, now: float) -> None:
        """What is due for a receiver."""
        peer = viewing.peer
        if not peer.is_ready:
            return
        if now >= peer.report_due - ROUND_SLACK_S:
            peer.report(now)
        if now < peer.decision_due - ROUND_SLACK_S:
            return
        peer.update_redundancy(now)
        if peer.decide(now):
            viewing.route()
        if peer.is_filled:
            self._filled.add(peer)
        else:
            self._filled.discard(peer)


def _participant_snapshot(participant: Participant) -> ParticipantSnapshot:
    return ParticipantSnapshot(
        permissions=participant.permissions,
        publications={
            publication.publication_id: publication.format.codec
            for publication in participant.publications.values()
        },
        slots=dict(participant.slots),
        publish_state=participant.publish_state,
        subscribe_state=participant.subscribe_state,
        sessions={k: session_snapshot(session) for k, session in participant.sessions.items()},
        layers_wanted=dict(participant.layers_wanted),
        paused=dict(participant.paused),
    )
