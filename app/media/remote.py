"""The MediaEngine (and Negotiator) that speaks to an engine process over its Unix socket."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from app.ids import LessonId, MediaSessionId, ParticipantId, PublicationId
from app.media.engine_link import (
    CALLS,
    EVENTS,
    NEGOTIATION_ERRORS,
    PROTOCOL,
    SESSION_CALLS,
    LinkReader,
    decode,
    encode,
    pack_frame,
)
from app.media.port import (
    ClientNetwork,
    EngineConnected,
    EngineLost,
    EngineMetrics,
    EngineSnapshot,
    EngineUnavailable,
    IceRestarted,
    MediaEvent,
    MediaGrant,
    MediaPermissions,
    RtpSink,
    SessionAnswer,
    SlotGroup,
    Source,
)

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_S = 5.0
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 1.0
MAX_EVENTS = 10_000
"""Events not yet taken by the app; over it the link is reset and the app reconciles."""


class EngineCallFailed(Exception):
    """The engine refused a call for a reason that is a bug on one side."""


class RemoteEngine:
    """One engine behind a socket; `start()` it, iterate `events()` in one task, `close()` it.

    It reconnects by itself. While there is no connection every call raises EngineUnavailable.
    """

    def __init__(self, socket_path: Path, *, request_timeout_s: float = REQUEST_TIMEOUT_S) -> None:
        self._socket_path = socket_path
        self._request_timeout_s = request_timeout_s
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._media_epoch = 0

    @property
    def is_available(self) -> bool:
        """Whether calls can succeed now."""
        return self._writer is not None

    @property
    def media_epoch(self) -> int:
        """Of the engine last connected to; 0 before the first."""
        return self._media_epoch

    def start(self) -> None:
        """Begin to connect. Needs a running loop. Idempotent."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="media-engine-link")

    async def close(self) -> None:
        """Hang up. The engine and its peers go on. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def events(self) -> AsyncIterator[MediaEvent]:
        """Every event from now on, for one consumer; never ends by itself."""
        while True:
            yield await self._events.get()

    # -- MediaEngine

    async def open_room(self, lesson_id: LessonId) -> None:
        await self._call("open_room", lesson_id)

    async def admit(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        slots: tuple[SlotGroup, ...],
    ) -> MediaGrant:
        grant: MediaGrant = await self._call("admit", lesson_id, participant_id, permissions, slots)
        return grant

    async def permit(
        self, lesson_id: LessonId, participant_id: ParticipantId, permissions: MediaPermissions
    ) -> None:
        await self._call("permit", lesson_id, participant_id, permissions)

    async def remove(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        await self._call("remove", lesson_id, participant_id)

    async def close_page(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        await self._call("close_page", lesson_id, participant_id)

    async def close_room(self, lesson_id: LessonId) -> None:
        await self._call("close_room", lesson_id)

    async def attach_sink(self, sink: RtpSink) -> None:
        await self._call("attach_sink", sink)

    async def detach_sink(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        await self._call("detach_sink", lesson_id, publication_id)

    async def request_keyframe(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        await self._call("request_keyframe", lesson_id, publication_id)

    async def snapshot(self) -> EngineSnapshot:
        snapshot: EngineSnapshot = await self._call("snapshot")
        return snapshot

    async def stats(self, lesson_id: LessonId) -> Mapping[str, object]:
        stats: Mapping[str, object] = await self._call("stats", lesson_id)
        return stats

    async def metrics(self) -> EngineMetrics:
        metrics: EngineMetrics = await self._call("metrics")
        return metrics

    # -- Negotiator

    async def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        answer: str = await self._call(
            "answer", lesson_id, participant_id, offer_sdp, tracks, network
        )
        return answer

    async def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        offer: str = await self._call("offer", lesson_id, participant_id, network, is_ice_restart)
        return offer

    async def accept(
        self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str
    ) -> None:
        await self._call("accept", lesson_id, participant_id, answer_sdp)

    async def probe(self, offer_sdp: str, network: ClientNetwork) -> str:
        answer: str = await self._call("probe", offer_sdp, network)
        return answer

    # -- SessionNegotiator

    async def open_publishing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        video_source: Source,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        answer: SessionAnswer = await self._call(
            "open_publishing",
            lesson_id,
            participant_id,
            session_id,
            offer_sdp,
            video_source,
            network,
            note,
        )
        return answer

    async def open_viewing(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        offer_sdp: str,
        publisher_id: ParticipantId | None,
        network: ClientNetwork,
        note: str,
    ) -> SessionAnswer:
        answer: SessionAnswer = await self._call(
            "open_viewing",
            lesson_id,
            participant_id,
            session_id,
            offer_sdp,
            publisher_id,
            network,
            note,
        )
        return answer

    async def show(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        publisher_id: ParticipantId | None,
    ) -> None:
        await self._call("show", lesson_id, participant_id, session_id, publisher_id)

    async def restart_ice(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        session_id: MediaSessionId,
        ice_ufrag: str,
        network: ClientNetwork,
    ) -> IceRestarted:
        restarted: IceRestarted = await self._call(
            "restart_ice", lesson_id, participant_id, session_id, ice_ufrag, network
        )
        return restarted

    async def close_session(
        self, lesson_id: LessonId, participant_id: ParticipantId, session_id: MediaSessionId
    ) -> None:
        await self._call("close_session", lesson_id, participant_id, session_id)

    # -- the link

    async def _call(self, name: str, *arguments: object) -> Any:
        writer = self._writer
        if writer is None:
            raise EngineUnavailable("the media engine is not connected")
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        writer.write(pack_frame({"id": number, "call": name, "args": encode(arguments)}))
        try:
            async with asyncio.timeout(self._request_timeout_s):
                result = await future
        except TimeoutError:
            raise EngineUnavailable(
                f"the media engine did not answer {name} in {self._request_timeout_s} s"
            ) from None
        finally:
            self._pending.pop(number, None)
        _, kind = CALLS.get(name) or SESSION_CALLS[name]
        return decode(kind, result) if result is not None else None

    async def _run(self) -> None:
        delay_s = FIRST_RETRY_S
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self._socket_path))
            except OSError:
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LAST_RETRY_S)
                continue
            try:
                await self._converse(reader, writer)
                delay_s = FIRST_RETRY_S
            except (OSError, ValueError, KeyError) as error:
                log.warning("media engine link: %s", error)
            finally:
                self._disconnected(writer)
            await asyncio.sleep(delay_s)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        messages = LinkReader()
        while data := await reader.read(65_536):
            for message in messages.feed(data):
                if "re" in message:
                    self._replied(message)
                elif "event" in message:
                    self._happened(decode(EVENTS[message["event"]], message["value"]))
                elif "hello" in message:
                    self._connected(message["hello"], writer)

    def _connected(self, hello: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if hello["protocol"] != PROTOCOL:
            raise ValueError(f"engine speaks protocol {hello['protocol']}, not {PROTOCOL}")
        self._media_epoch = int(hello["media_epoch"])
        self._writer = writer
        log.info("media engine %d connected", self._media_epoch)
        self._happened(EngineConnected(self._media_epoch))

    def _disconnected(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        was_available, self._writer = self._writer is not None, None
        for future in self._pending.values():
            if not future.done():
                future.set_exception(EngineUnavailable("the media engine is gone"))
        if was_available:
            is_closing = self._task is None
            log.log(
                logging.INFO if is_closing else logging.WARNING,
                "media engine %d lost",
                self._media_epoch,
            )
            self._events.put_nowait(EngineLost())

    def _replied(self, message: dict[str, Any]) -> None:
        future = self._pending.get(message["re"])
        if future is None or future.done():
            return
        kind = message.get("error")
        if kind is None:
            future.set_result(message.get("result"))
        elif kind in NEGOTIATION_ERRORS:
            future.set_exception(NEGOTIATION_ERRORS[kind](message["message"]))
        else:
            future.set_exception(EngineCallFailed(f"{kind}: {message['message']}"))

    def _happened(self, event: MediaEvent) -> None:
        if self._events.qsize() >= MAX_EVENTS:
            # Nobody reads: forget them all, start over and let the app reconcile.
            while not self._events.empty():
                self._events.get_nowait()
            raise ValueError("too many media events wait for the app")
        self._events.put_nowait(event)
