"""WHIP and WHEP sessions in the engine: opened by one offer, restarted, closed. Implements the port's
`SessionNegotiator`, synchronously.
"""

from collections.abc import Callable

from app.ids import LessonId, MediaSessionId, ParticipantId
from app.media.port import (
    ClientNetwork,
    IceRestarted,
    NegotiationFailed,
    NoSuchSession,
    NotAdmitted,
    SessionAnswer,
    SessionSnapshot,
    Source,
)
from app.media.sfu.media_session import MediaSession, PublishingSession, ViewingSession
from app.media.sfu.negotiation import (
    build_answer,
    parse_description,
    published_sections,
    remote_transport,
)
from app.media.sfu.participant import Participant
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.session_negotiation import build_view_answer, offered_sources, viewed_sections
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.wire.endpoint import MediaEndpoint

FindParticipant = Callable[[LessonId, ParticipantId], Participant | None]


class SessionCalls:
    """The calls on sessions; the sessions themselves belong to their participants."""

    def __init__(
        self,
        endpoint: MediaEndpoint,
        find: FindParticipant,
        candidates: Callable[[ClientNetwork], list[str]],
        clock: Callable[[], float],
    ) -> None:
        self._endpoint = endpoint
        self._find = find
        self._candidates = candidates
        self._clock = clock

    def open_publishing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        video_source: Source,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        """Answer a WHIP offer. Raises NegotiationFailed."""
        participant = self._admitted(lesson_id, participant_id)
        offer = parse_description(offer_sdp)
        remote = remote_transport(offer)
        sections = published_sections(offer, offered_sources(offer, video_source))
        session = participant.new_publishing_session(session_id)
        peer = PublishingPeer(session, self._endpoint, remote.identity)
        try:
            peer.negotiated(remote, sections)
        except ValueError as error:
            peer.close()
            raise NegotiationFailed(str(error)) from error
        peer.transport.label = f"{participant_id} {session_id}"
        session.peer, session.note = peer, note
        participant.sessions[session_id] = session
        answer = build_answer(
            offer,
            sections,
            peer.transport.local_parameters,
            self._candidates(network),
            f"{peer.origin} {peer.version}",
        )
        return SessionAnswer(answer, session_snapshot(session))

    def open_viewing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        publisher_id: ParticipantId | None,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        """Answer a WHEP offer. Raises NegotiationFailed."""
        participant = self._admitted(lesson_id, participant_id)
        offer = parse_description(offer_sdp)
        remote = remote_transport(offer).section
        view = viewed_sections(offer)
        session = ViewingSession(session_id, participant, publisher_id)
        sections = [one.slot for one in view]
        peer = SubscribingPeer(session, self._endpoint, sections, self._clock)
        try:
            peer.transport.set_remote(
                remote.ice_ufrag, remote.ice_pwd, remote.fingerprints, remote.setup
            )
        except ValueError as error:
            peer.close()
            raise NegotiationFailed(str(error)) from error
        peer.answered({one.slot.mid: one.formats for one in view})
        peer.transport.label = f"{participant_id} {session_id}"
        session.peer, session.note = peer, note
        participant.sessions[session_id] = session
        answer = build_view_answer(
            view,
            peer.transport.local_parameters,
            self._candidates(network),
            f"{peer.session_id} 1",
        )
        return SessionAnswer(answer, session_snapshot(session))

    def show(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        publisher_id: ParticipantId | None,
    ) -> None:
        """Point a WHEP session at another publisher. Raises NoSuchSession."""
        participant, session = self._session(lesson_id, participant_id, session_id)
        if isinstance(session, ViewingSession):
            session.publisher_id = publisher_id
            participant.room.route_session(participant, session)

    def restart_ice(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        ice_ufrag: str,
        network: ClientNetwork,
    ) -> IceRestarted:
        """New credentials for a session, RFC 9725 §4.3.3. Raises NoSuchSession."""
        _, session = self._session(lesson_id, participant_id, session_id)
        assert session.peer is not None
        transport = session.peer.transport
        transport.restart_ice(ice_ufrag)
        return IceRestarted(
            transport.local_parameters.pwd,
            tuple(self._candidates(network)),
            session_snapshot(session),
        )

    def close_session(
        self, lesson_id: LessonId, participant_id: ParticipantId, session_id: MediaSessionId
    ) -> None:
        """End a session. Raises NoSuchSession."""
        participant, _ = self._session(lesson_id, participant_id, session_id)
        participant.close_session(session_id)

    def _admitted(self, lesson_id: LessonId, participant_id: ParticipantId) -> Participant:
        participant = self._find(lesson_id, participant_id)
        if participant is None:
            raise NotAdmitted("this participant is not admitted to the room")
        return participant

    def _session(
        self, lesson_id: LessonId, participant_id: ParticipantId, session_id: MediaSessionId
    ) -> tuple[Participant, MediaSession]:
        participant = self._find(lesson_id, participant_id)
        session = participant.sessions.get(session_id) if participant is not None else None
        if participant is None or session is None:
            raise NoSuchSession("there is no such session")
        return participant, session


def session_snapshot(session: MediaSession) -> SessionSnapshot:
    """The session as the port tells of it."""
    assert session.peer is not None
    transport = session.peer.transport
    return SessionSnapshot(
        connection="publish" if isinstance(session, PublishingSession) else "subscribe",
        ice_ufrag=transport.local_parameters.ufrag,
        remote_ice_ufrag=transport.remote_ufrag or "",
        publisher_id=session.publisher_id if isinstance(session, ViewingSession) else None,
        note=session.note,
    )
