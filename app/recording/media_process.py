"""Work on media files in a process of its own, which ends with this one.

A file that makes a library crash, or eats memory, takes that process with it and not ours.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_SOURCE_FOLDER = str(Path(__file__).resolve().parents[2])


class MediaProcessFailed(Exception):
    """It ended badly; the message has the end of what it said."""


async def run_media_process(module: str, job: object, timeout_s: float) -> Any:
    """Run `python -m <module>` with `job` as a line of JSON on its stdin; the JSON that it wrote to stdout.

    Raises MediaProcessFailed or TimeoutError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": _SOURCE_FOLDER},
        limit=_MAX_ANSWER_BYTES,
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    try:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        async with asyncio.timeout(timeout_s):
            # Its stdin stays open: the end of that is how it learns of our own.
            answer, errors = await asyncio.gather(process.stdout.read(), process.stderr.read())
            code = await process.wait()
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        said = errors[-2_000:].decode(errors="replace")
        raise MediaProcessFailed(f"{module}: exit code {code}: {said}")
    return json.loads(answer)
