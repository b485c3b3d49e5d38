"""The WHIP and WHEP sessions of this server: who may open one, whose place it takes, when it ends.

The engine owns the connections; this is the app's table of them, rebuilt from the engine's snapshot after a restart.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from app.accounts.rate_limit import RateLimiter
from app.accounts.tokens import Ticket
from app.errors import (
    AppError,
    CommandRejected,
    Conflict,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Unavailable,
)
from app.ids import LessonId, MediaSessionId, ParticipantId, new_id
from app.media.port import (
    ClientNetwork,
    EngineConnected,
    EngineSnapshot,
    EngineUnavailable,
    MalformedDescription,
    MediaEvent,
    NegotiationFailed,
    NoSuchSession,
    NotAdmitted,
    PeerStateChanged,
    SessionAnswer,
    SessionNegotiator,
    Source,
)
from app.rooms.events import ParticipantCut
from app.rooms.recorded import Recorded
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import Phase, Room
from app.signaling.negotiation import MAY_SEND
from app.whip.places import join, leave, settle
from app.whip.sdpfrag import SdpFragment
from app.whip.session import Kind, Opened, Place, Session, WhipLimits
from app.whip.view import is_known, shown

log = logging.getLogger(__name__)

NOT_LIVE_RETRY_S = 5
UNAVAILABLE_RETRY_S = 2
FULL_RETRY_S = 60

TicketReader = Callable[[str, int], Ticket]
IceServersOf = Callable[[ParticipantId], Sequence[Mapping[str, str]]]


class Engine(SessionNegotiator, Protocol):
    """What is asked of an engine."""

    async def snapshot(self) -> EngineSnapshot: ...


EngineOf = Callable[[LessonId], Engine | None]


class Clock(Protocol):
    def now_ms(self) -> int: ...


class WhipDesk:
    """Opens, restarts and ends sessions. `run` settles what follows from room and engine events."""

    def __init__(
        self,
        rooms: Rooms,
        engines: Sequence[Engine],
        engine_of: EngineOf,
        read_ticket: TicketReader,
        clock: Clock,
        ice_servers_of: IceServersOf,
        limits: WhipLimits | None = None,
    ) -> None:
        self._rooms = rooms
        self._engines = engines
        self._engine_of = engine_of
        self._read_ticket = read_ticket
        self._clock = clock
        self._ice_servers_of = ice_servers_of
        self._limits = limits = limits or WhipLimits()
        self._sessions: dict[MediaSessionId, Session] = {}
        self._offers = RateLimiter(limits.offers_per_minute, 60.0)
        self._patches = RateLimiter(limits.patches_per_minute, 60.0)
        self._refused = RateLimiter(limits.refused_tickets_per_minute, 60.0)
        self._wake = asyncio.Event()
        self._unsettled: set[Place] = set()
        self._restaged: set[LessonId] = set()
        self._connected: set[int] = set()

    # --- requests ------------------------------------------------------------------------------------

    def admit(self, lesson_id: LessonId, token: str, ip: str) -> Ticket:
        """The ticket behind a request for this lesson. NotAuthenticated, NotAllowed or RateLimited."""
        self._refused.check(ip)
        try:
            ticket = self._read_ticket(token, self._clock.now_ms())
        except NotAuthenticated:
            self._refused.count(ip)
            raise
        if ticket.lesson_id != lesson_id:
            raise NotAllowed("this ticket is for another lesson")
        return ticket

    async def open(
        self,
        kind: Kind,
        ticket: Ticket,
        token: str,
        source: str,
        offer: str,
        network: ClientNetwork,
    ) -> Opened:
        """Answer an offer, and take the place if nobody holds it."""
        self._offers.take(f"{ticket.lesson_id}/{ticket.participant_id}")
        if kind == "whip" and Source(source) not in MAY_SEND[ticket.role]:
            raise NotAllowed("this role may not send that source", code="source_not_allowed")
        runtime = await self._rooms.get(ticket.lesson_id)
        self._check_lesson(runtime.room, kind, source)
        self._check_room_for_one_more(ticket)
        session = Session(MediaSessionId(new_id(kind)), ticket, token, source)
        self._sessions[session.session_id] = session
        try:
            await join(runtime, session)
            answer = await self._offer(runtime, session, offer, network)
        except AppError as error:
            if error.status == Unavailable.status:
                # The client will ask again; the place has its grace period for that.
                self._forget(session)
            else:
                await self._give_up(runtime, session)
            raise
        except BaseException:
            self._forget(session)
            raise
        session.took(answer.session)
        log.info("session %s of %s opened", session.session_id, ticket.participant_id)
        # The room may have changed while the engine answered.
        self._restage(ticket.lesson_id)
        return Opened(
            session.session_id,
            answer.sdp,
            session.entity_tag,
            self._ice_servers_of(ticket.participant_id),
        )

    def find(self, kind: Kind, ticket: Ticket, session_id: str) -> Session:
        """The open session of this place. NotFound."""
        session = self._sessions.get(MediaSessionId(session_id))
        is_found = (
            session is not None
            and session.kind == kind
            and session.place == (ticket.lesson_id, ticket.participant_id)
            and session.ice_ufrag != ""
        )
        if session is None or not is_found:
            raise _not_found()
        return session

    async def patch(
        self, session: Session, fragment: SdpFragment, if_match: str | None, network: ClientNetwork
    ) -> SdpFragment | None:
        """Trickled candidates (None) or an ICE restart (our fragment), RFC 9725 §4.3.

        Candidates of the client are not needed: its checks tell where it is (RFC 8445 §2.5).
        """
        self._patches.take(session.session_id)
        if if_match is None:
            raise AppError(
                "a PATCH needs If-Match with the session's entity tag, or * for an ICE restart",
                code="if_match_missing",
                status=428,
            )
        is_restart = if_match.strip() in ("*", '"*"')
        is_same = fragment.ice_ufrag == session.remote_ice_ufrag
        if not is_restart:
            tags = [tag.strip() for tag in if_match.split(",")]
            if session.entity_tag not in tags or not is_same:
                raise AppError(
                    "this is not the ICE session of now", code="ice_session_changed", status=412
                )
        if is_same:
            return None
        engine = self._engine(session.ticket.lesson_id)
        try:
            restarted = await engine.restart_ice(
                *session.place, session.session_id, fragment.ice_ufrag, network
            )
        except NoSuchSession as error:
            self._forget(session)
            raise _not_found() from error
        except EngineUnavailable as error:
            raise _media_unavailable() from error
        session.took(restarted.session)
        return fragment.answer(session.ice_ufrag, restarted.ice_pwd, restarted.candidates)

    async def close(self, session: Session) -> None:
        """End a session; its place is left unless another session or a page holds it."""
        engine = self._engine(session.ticket.lesson_id)
        # Before the engine tells that it is closed: that would be a loss.
        self._sessions.pop(session.session_id, None)
        try:
            await engine.close_session(*session.place, session.session_id)
        except NoSuchSession as error:
            self._settle(session.place)
            raise _not_found() from error
        except EngineUnavailable as error:
            self._sessions[session.session_id] = session
            raise _media_unavailable() from error
        log.info("session %s was closed", session.session_id)
        await self._give_up(await self._rooms.get(session.ticket.lesson_id), session)

    async def _give_up(self, runtime: RoomRuntime, session: Session) -> None:
        """Leave the place for good, if it was this session's and no other is left there."""
        self._sessions.pop(session.session_id, None)
        if self._of_place(session.place):
            self._settle(session.place)
        else:
            await leave(runtime, session)

    def _check_lesson(self, room: Room, kind: Kind, source: str) -> None:
        if room.phase is Phase.ENDED:
            raise NotFound("the lesson is over", code="lesson_ended")
        if room.phase is Phase.WAITING:
            raise Conflict(
                "the lesson has not started yet", code="not_live", retry_after_s=NOT_LIVE_RETRY_S
            )
        if kind == "whep" and not is_known(room, source):
            raise NotFound("this lesson has no such seat", code="seat_unknown")

    def _check_room_for_one_more(self, ticket: Ticket) -> None:
        of_place = self._of_place((ticket.lesson_id, ticket.participant_id))
        if len(of_place) >= self._limits.sessions_per_place:
            raise RateLimited(
                "too many sessions of this place",
                code="too_many_sessions",
                retry_after_s=FULL_RETRY_S,
            )
        if len(self._sessions) >= self._limits.sessions:
            raise Unavailable(
                "the server has all the sessions that it may have",
                code="too_many_sessions",
                retry_after_s=FULL_RETRY_S,
            )

    async def _offer(
        self, runtime: RoomRuntime, session: Session, offer: str, network: ClientNetwork
    ) -> SessionAnswer:
        try:
            async with asyncio.timeout(self._limits.admission_timeout_s):
                while True:
                    try:
                        return await self._exchange(runtime, session, offer, network)
                    except NotAdmitted:
                        # The reactor admits whoever has joined within a few milliseconds.
                        await asyncio.sleep(0.05)
        except MalformedDescription as error:
            raise AppError(str(error), code="malformed_description", status=400) from error
        except NegotiationFailed as error:
            raise AppError(str(error), code="negotiation_failed", status=406) from error
        except (EngineUnavailable, TimeoutError) as error:
            raise _media_unavailable() from error

    async def _exchange(
        self, runtime: RoomRuntime, session: Session, offer: str, network: ClientNetwork
    ) -> SessionAnswer:
        engine = self._engine(session.ticket.lesson_id)
        if session.kind == "whip":
            source = Source(session.source)
            return await engine.open_publishing(
                *session.place, session.session_id, offer, source, network, session.note
            )
        publisher_id = shown(
            runtime.room, session.ticket.participant_id, session.source, session.publisher_id
        )
        return await engine.open_viewing(
            *session.place, session.session_id, offer, publisher_id, network, session.note
        )

    def _engine(self, lesson_id: LessonId) -> Engine:
        engine = self._engine_of(lesson_id)
        if engine is None:
            raise _media_unavailable()
        return engine

    # --- events --------------------------------------------------------------------------------------

    def on_room_events(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        """RoomListener: the stage of a WHEP session, and places whose page is gone."""
        if not any(
            session.ticket.lesson_id == runtime.lesson_id for session in self._sessions.values()
        ):
            return
        self._restage(runtime.lesson_id)
        for row in recorded:
            if isinstance(row.event, ParticipantCut):
                self._settle((runtime.lesson_id, row.event.participant_id))

    def on_engine_event(self, index: int, event: MediaEvent) -> None:
        """EngineTap: sessions that ended, and an engine that came back."""
        match event:
            case PeerStateChanged(session_id=str() as session_id, state="closed"):
                session = self._sessions.get(session_id)
                if session is not None and session.ice_ufrag:
                    self._forget(session)
            case EngineConnected():
                self._connected.add(index)
                self._wake.set()
            case _:
                pass

    def _forget(self, session: Session) -> None:
        if self._sessions.pop(session.session_id, None) is not None:
            log.info("session %s ended", session.session_id)
            self._settle(session.place)

    def _settle(self, place: Place) -> None:
        self._unsettled.add(place)
        self._wake.set()

    def _restage(self, lesson_id: LessonId) -> None:
        self._restaged.add(lesson_id)
        self._wake.set()

    # --- the task ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Settle places, follow stages, read tickets again; until cancelled."""
        loop = asyncio.get_running_loop()
        sweep_due = loop.time() + self._limits.sweep_interval_s
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(sweep_due):
                    await self._wake.wait()
            self._wake.clear()
            if loop.time() >= sweep_due:
                sweep_due = loop.time() + self._limits.sweep_interval_s
                await self._attempt(self._sweep())
            connected, self._connected = self._connected, set()
            unsettled, self._unsettled = self._unsettled, set()
            for index in connected:
                if not await self._attempt(self._adopt(index)):
                    self._connected.add(index)
            for place in unsettled:
                await self._attempt(self._settle_now(place))
            restaged, self._restaged = self._restaged, set()
            for lesson_id in restaged:
                await self._attempt(self._follow_stage(lesson_id))

    async def _attempt(self, work: Awaitable[None]) -> bool:
        """Whether it was done; what fails is logged, and the task goes on."""
        try:
            await work
        except (AppError, CommandRejected, EngineUnavailable, NegotiationFailed) as error:
            log.info("sessions: %s", error)
            return False
        except Exception:
            log.exception("sessions: not settled")
            return False
        return True

    async def _sweep(self) -> None:
        """End the sessions whose ticket no longer counts."""
        for session in list(self._sessions.values()):
            try:
                self._read_ticket(session.token, self._clock.now_ms())
            except NotAuthenticated as error:
                log.info("session %s: %s", session.session_id, error.code)
                await self._attempt(self.close(session))

    async def _adopt(self, index: int) -> None:
        """Make the table of one engine's sessions what the engine says."""
        engine = self._engines[index]
        snapshot = await engine.snapshot()
        held: set[MediaSessionId] = set()
        for lesson_id, participants in snapshot.rooms.items():
            for participant_id, participant in participants.items():
                for session_id, found in participant.sessions.items():
                    held.add(session_id)
                    session = self._sessions.get(session_id) or self._known(session_id, found.note)
                    if session is None:
                        await engine.close_session(lesson_id, participant_id, session_id)
                        continue
                    session.took(found)
                    self._sessions[session_id] = session
                    self._settle(session.place)
            self._restage(lesson_id)
        for session in list(self._sessions.values()):
            is_its = self._engine_of(session.ticket.lesson_id) is engine
            if is_its and session.ice_ufrag and session.session_id not in held:
                self._forget(session)

    def _known(self, session_id: MediaSessionId, note: str) -> Session | None:
        """A session that an earlier process opened; None if its ticket counts no more."""
        try:
            token, source = Session.read_note(note)
            ticket = self._read_ticket(token, self._clock.now_ms())
        except (ValueError, NotAuthenticated) as error:
            log.warning("session %s cannot be taken up: %s", session_id, error)
            return None
        return Session(session_id, ticket, token, source)

    async def _settle_now(self, place: Place) -> None:
        runtime = await self._rooms.get(place[0])
        await settle(runtime, place[1], self._of_place(place))

    def _of_place(self, place: Place) -> list[Session]:
        """Oldest first."""
        return [session for session in self._sessions.values() if session.place == place]

    async def _follow_stage(self, lesson_id: LessonId) -> None:
        runtime = await self._rooms.get(lesson_id)
        for session in list(self._sessions.values()):
            ticket = session.ticket
            if ticket.lesson_id != lesson_id or session.kind != "whep" or not session.ice_ufrag:
                continue
            current = session.publisher_id
            publisher_id = shown(runtime.room, ticket.participant_id, session.source, current)
            if publisher_id != current:
                await self._engine(lesson_id).show(*session.place, session.session_id, publisher_id)
                session.publisher_id = publisher_id


def _not_found() -> NotFound:
    return NotFound("there is no such session", code="session_not_found")


def _media_unavailable() -> Unavailable:
    return Unavailable(
        "the media engine is restarting",
        code="media_unavailable",
        retry_after_s=UNAVAILABLE_RETRY_S,
    )
