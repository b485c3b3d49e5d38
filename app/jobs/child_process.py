"""Work on files in a process of its own: what makes a library crash takes that process with it and not ours."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.jobs.parent import GO_ON, PAUSE

MAX_LINE_BYTES = 16 * 1024 * 1024
LOOK_AGAIN_S = 1.0
"""How often a process that may be paused is asked to rest, or to go on."""
_KEPT_ERRORS = 2_000
_SOURCE_FOLDER = str(Path(__file__).resolve().parents[2])


class ChildProcessFailed(Exception):
    """The process ended badly; the message has the end of what it said."""


async def child_process_lines(
    module: str, job: bytes, may_work: Callable[[], bool] | None = None
) -> AsyncGenerator[bytes]:
    """`python -m module` with `job`, one line of JSON, on stdin: the lines that it answers.

    The process ends with this one, and when the iteration is given up (`aclosing`). Raises ChildProcessFailed. One that
    understands `PAUSE` and `GO_ON` (`app.jobs.parent`) is asked to rest while `may_work` says no.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": _SOURCE_FOLDER},
        limit=MAX_LINE_BYTES,
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    errors = asyncio.create_task(_tail_of(process.stderr))
    holding = asyncio.create_task(_hold(process.stdin, may_work)) if may_work else None
    try:
        # It stays open: the end of that is how the process learns of our own.
        process.stdin.write(job + b"\n")
        async for line in process.stdout:
            yield line
        code = await process.wait()
        if code != 0:
            said = (await errors).decode(errors="replace")
            raise ChildProcessFailed(f"{module}: exit code {code}: {said}")
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.kill()
            await process.wait()
        errors.cancel()
        if holding is not None:
            holding.cancel()


async def run_child_process(module: str, job: object, timeout_s: float) -> Any:
    """As above with a `job` of plain values; the JSON that is the whole answer. Raises TimeoutError too."""
    answer = b""
    lines = child_process_lines(module, json.dumps(job).encode())
    async with asyncio.timeout(timeout_s), aclosing(lines):
        async for line in lines:
            answer += line
    return json.loads(answer)


async def _hold(process: asyncio.StreamWriter, may_work: Callable[[], bool]) -> None:
    is_paused = False
    while True:
        if may_work() == is_paused:
            is_paused = not is_paused
            process.write(PAUSE if is_paused else GO_ON)
        await asyncio.sleep(LOOK_AGAIN_S)


async def _tail_of(stream: asyncio.StreamReader) -> bytes:
    tail = b""
    while chunk := await stream.read(4_096):
        tail = (tail + chunk)[-_KEPT_ERRORS:]
    return tail
