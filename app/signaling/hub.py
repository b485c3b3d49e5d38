"""All sockets of this process: who may open one, which device holds which place, and what each screen is told."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Collection

from app.accounts.tokens import Ticket
from app.errors import AppError, CommandRejected, Unavailable
from app.ids import ConnectionId, LessonId, ParticipantId, PcId, PupilId, new_id
from app.media.port import ClientNetwork, Source
from app.rooms.commands import Join, Leave, ReportCut
from app.rooms.events import DeviceReplaced, LessonRestored, ParticipantCut, ParticipantLeft
from app.rooms.recorded import Recorded
from app.rooms.runtime import Clock, RoomRuntime, Rooms
from app.rooms.state import Phase
from app.rooms.views import may_see
from app.signaling.chat import ChatLog
from app.signaling.codes import SENTENCES, CloseCode, Refusal
from app.signaling.connection import Connection, Socket
from app.signaling.consoles import step_page
from app.signaling.directory import Directory
from app.signaling.feed import LessonFeed
from app.signaling.feeds import Feeds, LoadJournal
from app.signaling.limits import Limits
from app.signaling.messages import (
    ChatSend,
    ErrorMessage,
    PageStep,
    PenDraw,
    PointerMove,
    PupilName,
    Replaced,
    Resumed,
    RoomJoin,
    RoomLeave,
    RoomResume,
    ScreenReport,
    ServerClosing,
    SlideReport,
)
from app.signaling.negotiation import (
    IceServersOf,
    MediaDesk,
    MediaRequest,
    NegotiatorOf,
    no_ice_servers,
)
from app.signaling.notices import Step
from app.signaling.places import Places
from app.signaling.requests import CommandRequest, command_of
from app.signaling.screens import ScreenDesk
from app.signaling.session import Now, Session, State, TicketReader, ok, refusal
from app.signaling.stills import StillDesk

log = logging.getLogger(__name__)


class Hub:
    """Desk of every connection and listener of every room. Owns the tasks that report cuts."""

    def __init__(
        self,
        rooms: Rooms,
        load_journal: LoadJournal,
        directory: Directory,
        read_ticket: TicketReader,
        negotiator_of: NegotiatorOf,
        clock: Clock,
        chat_log: ChatLog,
        limits: Limits | None = None,
        ice_servers_of: IceServersOf = no_ice_servers,
    ) -> None:
        self.limits = limits or Limits()
        stills = StillDesk(self.device_of, self._may_see, lambda: self.now().mono_s)
        self.media = MediaDesk(
            self.device_of,
            negotiator_of,
            self.limits,
            self._tell_speakers,
            stills,
            ice_servers_of,
        )
        self._screens = ScreenDesk(self.now)
        self._rooms = rooms
        self._read_ticket = read_ticket
        self._clock = clock
        self._feeds = Feeds(
            rooms, load_journal, directory, chat_log, self.limits.resume_events, self._send_away
        )
        self._places = Places()
        self._connections: set[Connection] = set()
        self._per_ip: Counter[str] = Counter()
        self._reports: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._all_gone = asyncio.Event()
        self._all_gone.set()
        rooms.add_listener(self.on_events)

    @property
    def connection_count(self) -> int:
        return len(self._connections)

    def now(self) -> Now:
        return Now(self._clock.mono_ns() / 1e9, self._clock.now_ms())

    async def serve(self, socket: Socket, network: ClientNetwork, ip: str) -> None:
        """One socket from its opening handshake to its end. `ip` is the client's, for the bound per address."""
        connection_id = ConnectionId(new_id("con"))
        session = Session(connection_id, self._read_ticket, self.now(), self.limits)
        connection = Connection(socket, session, self, network, self.now, self.limits)
        is_full = (
            len(self._connections) >= self.limits.connections
            or self._per_ip[ip] >= self.limits.connections_per_ip
        )
        if is_full:
            connection.send(refusal(None, Refusal.TOO_MANY_CONNECTIONS))
            connection.close(CloseCode.TOO_SLOW, Refusal.TOO_MANY_CONNECTIONS)
        elif self._is_closing:
            connection.close(CloseCode.RESTARTING, "closing")
        self._connections.add(connection)
        self._all_gone.clear()
        self._per_ip[ip] += 1
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
            if not self._connections:
                self._all_gone.set()
            self._per_ip[ip] -= 1
            if self._per_ip[ip] == 0:
                del self._per_ip[ip]
            self._depart(connection)

    async def close(self) -> None:
        """Tell every client that the server goes away, and give them a moment to hear it. Idempotent.

        Nobody is cut: the next process gives them time to return.
        """
        self._is_closing = True
        for connection in list(self._connections):
            connection.send(ServerClosing(type="server.closing"))
            connection.close(CloseCode.RESTARTING, "closing")
        tasks = [*self._reports, *self._feeds.close()]
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.goodbye_s):
                await self._all_gone.wait()

    async def turn_out(self, pc_id: PcId) -> None:
        """A classroom PC was removed: it gives up the places that it holds, and its sockets close."""
        for connection in list(self._connections):
            ticket = connection.session.ticket
            if ticket is None or ticket.pc_id != pc_id:
                continue
            if self._places.is_current(connection):
                # A room that cannot write stops by itself, and whoever takes it up cuts everybody.
                with contextlib.suppress(CommandRejected, AppError):
                    runtime = await self._rooms.get(ticket.lesson_id)
                    await runtime.execute(Leave(ticket.participant_id, connection.device_id))
                self._places.forget(connection)
            connection.close(CloseCode.NOT_AUTHENTICATED, "pc_revoked")

    def check_tickets(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        """Tickets of this place were withdrawn: end the sockets that hold one now, not with their next heartbeat."""
        for connection in list(self._connections):
            ticket = connection.session.ticket
            if ticket is not None and (ticket.lesson_id, ticket.participant_id) == (
                lesson_id,
                participant_id,
            ):
                connection.check_ticket()

    # --- requests of a connection ---------------------------------------------------------------

    async def enter(self, connection: Connection, request: RoomJoin | RoomResume) -> None:
        """Take the place (a device) or look over its shoulder (a companion), then tell what there is to know."""
        try:
            feed = await self._feeds.hold(connection)
            if connection.session.is_companion:
                self._check_companions(connection)
            else:
                await self._take_place(connection, is_resume=isinstance(request, RoomResume))
        except (CommandRejected, AppError) as error:
            self._release_feed(connection)
            if error.code == "replaced":
                self._tell_replaced(connection)
            else:
                connection.send(_refusal_of(request.id, error))
            return
        if connection.is_closing:
            return
        # No await from here to the catching up: what the screen is told now and what the feed tells later have no gap.
        connection.session.enter()
        feed.screens.add(connection)
        self._catch_up(connection, feed, request)
        feed.speakers.tell(feed.room, [connection])
        feed.slides.tell(connection)
        feed.consoles.tell(feed.screens)
        if not connection.session.is_companion:
            self._places.hold(connection)
            self.media.remind(connection)
        chat = self._feeds.chat(connection.ticket.lesson_id)
        if chat is not None:
            await chat.greet(connection)

    async def leave(self, connection: Connection, request: RoomLeave) -> None:
        """Give the place up for good; a companion only closes its own socket."""
        ticket = connection.ticket
        if not connection.session.is_companion:
            try:
                runtime = await self._rooms.get(ticket.lesson_id)
                await runtime.execute(Leave(ticket.participant_id, connection.device_id))
            except (CommandRejected, AppError) as error:
                connection.send(_refusal_of(request.id, error))
                return
            self._places.forget(connection)
        connection.send(ok(request.id))
        connection.close(CloseCode.NORMAL, "left")

    async def execute(self, connection: Connection, request: CommandRequest) -> None:
        """Hand a command to the room. Its events are queued before its `ok`."""
        ticket = connection.ticket
        try:
            if isinstance(request, PupilName):
                await self._check_pupil(ticket, request.pupil_id)
            runtime = await self._rooms.get(ticket.lesson_id)
            await runtime.execute(command_of(request, ticket.participant_id))
        except (CommandRejected, AppError) as error:
            connection.send(_refusal_of(request.id, error))
        else:
            connection.send(ok(request.id))

    async def converse(self, connection: Connection, request: ChatSend) -> None:
        """Pass a line of the staff chat on. Its readers have it before its writer's `ok`."""
        lesson_id, now = connection.ticket.lesson_id, self.now()
        feed, chat = self._feeds.get(lesson_id), self._feeds.chat(lesson_id)
        if feed is None or chat is None:
            connection.send(refusal(request.id, Refusal.LESSON_UNAVAILABLE))
            return
        try:
            await chat.write(
                connection.viewer, request, feed.room, feed.screens, now.mono_s, now.utc_ms
            )
            if request.audience != "staff":
                feed.consoles.wrote(request.participant_id, feed.screens)
        except (CommandRejected, AppError) as error:
            connection.send(_refusal_of(request.id, error))
        else:
            connection.send(ok(request.id))

    async def _check_pupil(self, ticket: Ticket, pupil_id: str | None) -> None:
        """The journal takes no id that is not a pupil's of this very classroom."""
        if pupil_id is None or ticket.classroom_id is None:
            return
        feed = self._feeds.get(ticket.lesson_id)
        if feed is None:
            raise Unavailable("the lesson is being opened again", code=Refusal.LESSON_UNAVAILABLE)
        if not feed.card.has_pupil(ticket.classroom_id, PupilId(pupil_id)):
            # Added to the roster a moment ago, perhaps.
            await self._feeds.renew_card(feed, ticket)
        if not feed.card.has_pupil(ticket.classroom_id, PupilId(pupil_id)):
            raise CommandRejected(Refusal.PUPIL_UNKNOWN, SENTENCES[Refusal.PUPIL_UNKNOWN])

    async def negotiate(self, connection: Connection, request: MediaRequest) -> None:
        await self.media.negotiate(connection, request)

    async def pass_on(
        self,
        connection: Connection,
        request: PointerMove | PenDraw | SlideReport | ScreenReport | PageStep,
    ) -> None:
        """To the other screens of the lesson, as it is now."""
        feed = self._feeds.get(connection.ticket.lesson_id)
        if feed is None:
            connection.send(refusal(request.id, Refusal.LESSON_UNAVAILABLE))
            return
        if isinstance(request, ScreenReport):
            refused = self._screens.take(connection, request, feed.screens)
        elif isinstance(request, PageStep):
            refused = None
            step_page(connection.viewer, request, feed.screens)
        else:
            refused = feed.slides.take(connection, request, feed.room, feed.screens)
        connection.send(ok(request.id) if refused is None else refusal(request.id, refused))

    # --- what the rooms tell ---------------------------------------------------------------------

    def on_events(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        """RoomListener: tell the screens of this lesson. Never waits."""
        feed = self._feeds.get(runtime.lesson_id)
        if feed is None:
            return
        is_restored = any(isinstance(one.event, LessonRestored) for one in recorded)
        if is_restored or recorded[0].seq > feed.room.seq + 1:
            # Another process wrote in between, or what was over is open: every screen starts again from the journal.
            self._feeds.restart(runtime.lesson_id)
            return
        for step in feed.publish(recorded):
            self._follow(feed, step)
        # Whoever came to the stage or left it is heard by others now.
        feed.speakers.tell(feed.room, feed.screens)

    def device_of(self, lesson_id: LessonId, participant_id: ParticipantId) -> Connection | None:
        """The joined socket of the device that holds this place, or held it when the lesson ended."""
        return self._places.holder(lesson_id, participant_id)

    def _tell_speakers(self, lesson_id: LessonId, speakers: tuple[ParticipantId, ...]) -> None:
        feed = self._feeds.get(lesson_id)
        if feed is not None:
            feed.speakers.changed(speakers, feed.room, feed.screens)

    def _may_see(
        self,
        lesson_id: LessonId,
        viewer_id: ParticipantId,
        publisher_id: ParticipantId,
        source: Source,
    ) -> bool:
        feed = self._feeds.get(lesson_id)
        return feed is not None and may_see(feed.room, viewer_id, publisher_id, source.value)

    def _follow(self, feed: LessonFeed, step: Step) -> None:
        """What an event means for sockets."""
        lesson_id, event = feed.lesson_id, step.recorded.event
        match event:
            case DeviceReplaced():
                old = self._places.socket_of(lesson_id, event.participant_id, event.old_device_id)
                if old is not None:
                    self._places.forget(old)
                    feed.screens.discard(old)
                    self._tell_replaced(old)
                # Its media connections go with it; the new device gets a grant of its own.
                self.media.forget(lesson_id, event.participant_id)
            case ParticipantCut():
                self._close_stale(lesson_id, step, event.participant_id)
            case ParticipantLeft(reason="left" | "lost"):
                self.media.forget(lesson_id, event.participant_id)
                feed.slides.forget(event.participant_id)
            case _:
                pass

    def _close_stale(self, lesson_id: LessonId, step: Step, participant_id: ParticipantId) -> None:
        """The room cut a place whose socket is still here (it was taken up anew): the socket has to come back."""
        held = step.before.participants.get(participant_id)
        if held is None or held.device_id is None:
            return
        stale = self._places.socket_of(lesson_id, participant_id, held.device_id)
        if stale is not None and stale.session.state is State.JOINED:
            self._places.forget(stale)
            stale.close(CloseCode.RESTARTING, "cut")

    def _send_away(self, connections: Collection[Connection]) -> None:
        """Their lesson starts again from the journal: they have to come back."""
        for connection in connections:
            self._places.forget(connection)
            connection.close(CloseCode.RESTARTING, "lesson restarted")

    # --- places ------------------------------------------------------------------------------------

    async def _take_place(self, connection: Connection, *, is_resume: bool) -> None:
        """Join the room. A newer socket of the same device supersedes the older one before the room hears of it,
        so that the older one's end is never reported as a cut."""
        ticket = connection.ticket
        older = self._places.claim(connection)
        if older is not None:
            older.close(CloseCode.SUPERSEDED, "superseded")
            self._release_feed(older)
        join = Join(
            by=ticket.participant_id,
            role=ticket.role,
            device_id=connection.device_id,
            user_id=ticket.user_id,
            classroom_id=ticket.classroom_id,
            is_resume=is_resume,
        )
        try:
            runtime = await self._rooms.get(ticket.lesson_id)
            await runtime.execute(join)
        except (CommandRejected, AppError):
            self._places.forget(connection)
            if older is not None:
                self._report_cut(connection)
            raise

    def _check_companions(self, connection: Connection) -> None:
        others = [
            c
            for c in self._feeds.connections(connection.ticket.lesson_id)
            if c is not connection
            and c.session.is_companion
            and c.ticket.participant_id == connection.ticket.participant_id
        ]
        if len(others) >= self.limits.companions_per_place:
            raise CommandRejected(
                Refusal.TOO_MANY_COMPANIONS, SENTENCES[Refusal.TOO_MANY_COMPANIONS]
            )

    def _tell_replaced(self, connection: Connection) -> None:
        connection.send(Replaced(type="replaced"))
        connection.close(CloseCode.REPLACED, "replaced")

    def _depart(self, connection: Connection) -> None:
        """The socket is gone."""
        if connection.session.ticket is None:
            return
        self._release_feed(connection)
        if self._places.forget(connection) and not self._is_closing:
            self._report_cut(connection)

    def _report_cut(self, connection: Connection) -> None:
        task = asyncio.create_task(self._cut(connection), name="report cut")
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _cut(self, connection: Connection) -> None:
        ticket = connection.ticket
        try:
            runtime = await self._rooms.get(ticket.lesson_id)
            if self._places.is_claimed(connection):
                return  # A newer socket of the device is joining: its command must not be undone by a late report.
            await runtime.execute(ReportCut(ticket.participant_id, connection.device_id))
        except (CommandRejected, AppError) as error:
            # The room was stopped or cannot be written: whoever takes it up cuts everybody.
            log.warning("lesson %s: a cut was not journalled: %s", ticket.lesson_id, error)
        except Exception:
            log.exception("lesson %s: a cut was not journalled", ticket.lesson_id)

    def _release_feed(self, connection: Connection) -> None:
        feed = self._feeds.release(connection)
        if feed is not None and feed.room.phase is Phase.ENDED:
            self.media.forget_lesson(feed.lesson_id)

    def _catch_up(
        self, connection: Connection, feed: LessonFeed, request: RoomJoin | RoomResume
    ) -> None:
        if isinstance(request, RoomResume):
            limit = self.limits.outbox_messages // 2
            missed = feed.missed(connection.viewer, request.last_seq, limit)
            if missed is not None:
                connection.send(Resumed(type="room.resumed", re=request.id, seq=request.last_seq))
                for message in missed:
                    connection.send(message)
                connection.send(feed.closing())
                return
        connection.send(feed.snapshot(connection.viewer, request.id))


def _refusal_of(request_id: str, error: CommandRejected | AppError) -> ErrorMessage:
    """The room's code as it is; whatever passes by itself (a full mailbox, a stopped room) under one code."""
    is_passing = isinstance(error, AppError) and error.status == Unavailable.status
    if is_passing or error.code == "busy":
        return refusal(request_id, Refusal.LESSON_UNAVAILABLE, error.message)
    return refusal(request_id, error.code, error.message)
