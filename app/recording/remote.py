"""The `Recorder` that speaks to the recorder process over its control socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from app.ids import LessonId, PublicationId
from app.media.port import RtpSink
from app.recording.control import (
    MAX_LINE_BYTES,
    dump_line,
    parse_line,
    request_to_json,
    snapshot_from_json,
)
from app.recording.port import (
    DISK_FULL,
    NoRoom,
    RecorderConnected,
    RecorderEvent,
    RecorderSnapshot,
    RecorderUnavailable,
    TrackRequest,
    report_from_json,
)

log = logging.getLogger(__name__)

RETRY_S = 0.2
REQUEST_TIMEOUT_S = 30.0
MAX_EVENTS = 10_000


class RemoteRecorder:
    """Keeps a connection to the recorder; `run()` is its one task, owned by the caller."""

    def __init__(self, control_socket: Path, sink_socket: Path) -> None:
        self._control_socket = control_socket
        self._sink_socket = sink_socket
        self._writer: asyncio.StreamWriter | None = None
        self._requests: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next_id = 0
        # Overflow: the link is reset, and the recorder tells everything unacknowledged again.
        self._events: asyncio.Queue[RecorderEvent] = asyncio.Queue(MAX_EVENTS)

    @property
    def is_available(self) -> bool:
        return self._writer is not None

    async def run(self) -> None:
        """Connect, read, reconnect; ends only by cancellation."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(
                    self._control_socket, limit=MAX_LINE_BYTES
                )
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            self._writer = writer
            log.info("recording: connected to the recorder")
            try:
                self._events.put_nowait(RecorderConnected())
                while line := await reader.readline():
                    self._take(parse_line(line))
            except (OSError, ValueError, asyncio.QueueFull) as error:
                log.warning("recording: link to the recorder reset: %r", error)
            finally:
                self._disconnect()
            await asyncio.sleep(RETRY_S)

    async def start(self, request: TrackRequest) -> RtpSink:
        await self._ask("start", **request_to_json(request))
        return RtpSink(str(self._sink_socket), request.lesson_id, request.publication_id)

    async def stop(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        await self._ask("stop", lesson_id=lesson_id, publication_id=publication_id)

    async def stop_lesson(self, lesson_id: LessonId) -> None:
        await self._ask("stop_lesson", lesson_id=lesson_id)

    async def want_keyframes(self, lesson_id: LessonId) -> None:
        await self._ask("want_keyframes", lesson_id=lesson_id)

    async def snapshot(self) -> RecorderSnapshot:
        return snapshot_from_json(await self._ask("snapshot"))

    async def acknowledge(self, event_id: str) -> None:
        await self._ask("acknowledge", event_id=event_id)

    async def events(self) -> AsyncIterator[RecorderEvent]:
        while True:
            yield await self._events.get()

    async def _ask(self, op: str, **fields: object) -> dict[str, Any]:
        if self._writer is None:
            raise RecorderUnavailable("the recorder is not connected")
        self._next_id += 1
        request_id = self._next_id
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._requests[request_id] = answer
        try:
            self._writer.write(dump_line({"id": request_id, "op": op, **fields}))
            return await asyncio.wait_for(answer, REQUEST_TIMEOUT_S)
        except TimeoutError:
            raise RecorderUnavailable(f"the recorder did not answer {op}") from None
        finally:
            self._requests.pop(request_id, None)

    def _take(self, line: dict[str, Any]) -> None:
        if "report" in line:
            self._events.put_nowait(report_from_json(line["report"]))
            return
        answer = self._requests.get(line.get("re", 0))
        if answer is None or answer.done():
            return
        if line.get("error") == DISK_FULL:
            answer.set_exception(NoRoom(DISK_FULL))
        elif "error" in line:
            answer.set_exception(ValueError(line["error"]))
        else:
            answer.set_result(line["ok"])

    def _disconnect(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        for answer in self._requests.values():
            if not answer.done():
                answer.set_exception(RecorderUnavailable("the recorder went away"))
