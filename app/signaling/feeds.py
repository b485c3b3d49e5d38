"""The feeds of the lessons that somebody looks at: each is loaded once, and kept while a connection needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from app.accounts.tokens import Ticket
from app.ids import LessonId
from app.rooms.recorded import Recorded
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import Phase
from app.signaling.chat import Chat, ChatLog
from app.signaling.connection import Connection
from app.signaling.directory import Directory
from app.signaling.feed import LessonFeed

LoadJournal = Callable[[LessonId, int], Awaitable[list[Recorded]]]


class _OpenFeed:
    """A feed, loaded by a task, and the connections that need it."""

    def __init__(self, loading: "asyncio.Task[LessonFeed]", chat: Chat) -> None:
        self.loading = loading
        self.chat = chat
        self.feed: LessonFeed | None = None
        self.watch: asyncio.Task[None] | None = None
        self.connections: set[Connection] = set()


class Feeds:
    """Owns the tasks that load them, and that watch their rooms."""

    def __init__(
        self,
        rooms: Rooms,
        load_journal: LoadJournal,
        directory: Directory,
        chat_log: ChatLog,
        history: int,
        send_away: Callable[[Collection[Connection]], None],
    ) -> None:
        """`history`: how many steps a feed remembers. `send_away`: these connections have to come back."""
        self._rooms = rooms
        self._load_journal = load_journal
        self._directory = directory
        self._chat_log = chat_log
        self._history = history
        self._send_away = send_away
        self._open: dict[LessonId, _OpenFeed] = {}
        self._is_closing = False

    def get(self, lesson_id: LessonId) -> LessonFeed | None:
        """None while it is not loaded."""
        entry = self._open.get(lesson_id)
        return None if entry is None else entry.feed

    def chat(self, lesson_id: LessonId) -> Chat | None:
        """Of a lesson that somebody looks at."""
        entry = self._open.get(lesson_id)
        return None if entry is None else entry.chat

    def connections(self, lesson_id: LessonId) -> Collection[Connection]:
        """Those that need this feed."""
        entry = self._open.get(lesson_id)
        return () if entry is None else entry.connections

    async def hold(self, connection: Connection) -> LessonFeed:
        """The feed of the connection's lesson, kept until the connection is released."""
        ticket = connection.ticket
        entry = self._open.get(ticket.lesson_id)
        if entry is None:
            loading = asyncio.create_task(self._load(ticket.lesson_id), name="load feed")
            chat = Chat(ticket.lesson_id, self._chat_log)
            entry = self._open[ticket.lesson_id] = _OpenFeed(loading, chat)
        entry.connections.add(connection)
        # One connection that gives up must not fail the others.
        feed = await asyncio.shield(entry.loading)
        if not feed.card.knows(ticket.participant_id, ticket.user_id, ticket.classroom_id):
            await self.renew_card(feed, ticket)
        return feed

    async def renew_card(self, feed: LessonFeed, ticket: Ticket) -> None:
        """Whoever `ticket` is for is known by it, and pupils who were added a moment ago."""
        card = await self._directory.lesson_card(ticket.lesson_id, ticket.user_id)
        feed.card = feed.card.renewed_by(card)

    async def _load(self, lesson_id: LessonId) -> LessonFeed:
        entry = self._open[lesson_id]
        runtime = await self._rooms.get(lesson_id)
        card = await self._directory.lesson_card(lesson_id)
        feed = LessonFeed(runtime.room.plan, card, self._history)
        while (runtime := await self._rooms.get(lesson_id)).room.seq > feed.room.seq:
            feed.replay(await self._load_journal(lesson_id, feed.room.seq))
        # The room and the feed agree, and from here on the room tells each event: no gap.
        entry.feed = feed
        entry.watch = asyncio.create_task(self._watch(runtime, entry), name="watch room")
        return feed

    async def _watch(self, runtime: RoomRuntime, entry: _OpenFeed) -> None:
        """A room that stops while its lesson runs (another process took it over) sends its screens away."""
        await runtime.wait_stopped()
        if not self._is_closing and runtime.room.phase is not Phase.ENDED:
            self._give_up(runtime.lesson_id, entry)

    def release(self, connection: Connection) -> LessonFeed | None:
        """The connection needs its feed no more. The feed, if nobody else does: it is forgotten."""
        lesson_id = connection.ticket.lesson_id
        entry = self._open.get(lesson_id)
        if entry is None:
            return None
        entry.connections.discard(connection)
        if entry.feed is not None:
            entry.feed.screens.discard(connection)
            entry.feed.consoles.tell(entry.feed.screens)
        if entry.connections:
            return None
        del self._open[lesson_id]
        entry.loading.cancel()
        if entry.watch is not None:
            entry.watch.cancel()
        return entry.feed

    def restart(self, lesson_id: LessonId) -> None:
        """Send every screen of a lesson away to come back; the next one loads the journal anew."""
        entry = self._open.get(lesson_id)
        if entry is not None:
            self._give_up(lesson_id, entry)

    def _give_up(self, lesson_id: LessonId, entry: _OpenFeed) -> None:
        if self._open.get(lesson_id) is entry:
            del self._open[lesson_id]
        self._send_away(list(entry.connections))

    def close(self) -> list[asyncio.Task[None]]:
        """Load and watch no more; the tasks that end by that."""
        self._is_closing = True
        ending = []
        for entry in self._open.values():
            entry.loading.cancel()
            if entry.watch is not None:
                entry.watch.cancel()
                ending.append(entry.watch)
        return ending
