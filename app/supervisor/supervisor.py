"""Keeps children alive until told to stop."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.supervisor.child import EXIT_REFUSED, SUPERVISED, ChildSpec
from app.supervisor.restart import RestartPolicy

logger = logging.getLogger(__name__)

STOP_GRACE_S = 8.0
UNFINISHED = ".pid-new"
"""Suffix of a pid file that is being written."""


class ChildGivenUp(Exception):
    """An essential child cannot be kept alive; the message says which and why."""


@dataclass(slots=True)
class _Child:
    spec: ChildSpec
    policy: RestartPolicy
    process: asyncio.subprocess.Process | None = None


class Supervisor:
    """Starts `specs` and starts again what ends. `run` returns after `stop`, when every child has ended.

    Each child has a pipe on stdin that nobody writes to: it closes when this process ends, even by kill -9, and the
    child ends with it. A child's pid stands in `run_dir/<name>.pid` while it runs.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        run_dir: Path,
        environment: Mapping[str, str],
        *,
        policy: type[RestartPolicy] = RestartPolicy,
    ) -> None:
        self._run_dir = run_dir
        self._environment = {**os.environ, **environment, SUPERVISED: "1"}
        self._children = [_Child(spec, policy()) for spec in specs]
        self._late = asyncio.Event()
        self._stopping = asyncio.Event()
        self._at_once = asyncio.Event()

    def start_late(self) -> None:
        """Start the late children."""
        self._late.set()

    def stop(self) -> None:
        """Stop every child, kindly; asked a second time, at once."""
        if self._stopping.is_set():
            self._at_once.set()
        self._stopping.set()
        self._late.set()

    async def run(self) -> None:
        """Raises `ChildGivenUp` after the others were stopped when an essential child cannot be kept alive."""
        tasks = [asyncio.create_task(self._keep_alive(child)) for child in self._children]
        stopping = asyncio.create_task(self._stopping.wait())
        pending: set[asyncio.Task[Any]] = {*tasks, stopping}
        try:
            while not self._stopping.is_set():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                if any(task.exception() is not None for task in done):
                    break
        finally:
            self._stopping.set()
            self._late.set()
            await self._stop_children()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _keep_alive(self, child: _Child) -> None:
        loop = asyncio.get_running_loop()
        name = child.spec.name
        if child.spec.is_late:
            await self._late.wait()
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._live(child)
            if self._stopping.is_set():
                return
            if code == EXIT_REFUSED:
                raise ChildGivenUp("")
            delay_s = child.policy.after_exit(loop.time() - began)
            if delay_s is None:
                sentence = (
                    f"The {name} process ended {child.policy.max_short_lives} times right after its start "
                    f"(last: {_ending(code)}); its own lines stand above and in logs/{name}.log."
                )
                if child.spec.is_essential:
                    raise ChildGivenUp(sentence)
                logger.error("%s The rest goes on without it.", sentence)
                return
            logger.warning("%s ended (%s); started again in %.1f s", name, _ending(code), delay_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay_s)

    async def _live(self, child: _Child) -> int:
        """One life of a child; its exit code, negative for a signal."""
        process = await asyncio.create_subprocess_exec(
            *child.spec.arguments,
            stdin=asyncio.subprocess.PIPE,
            env=self._environment,
            # Ctrl-C in a terminal reaches the supervisor alone, which then stops the children in order.
            start_new_session=True,
        )
        child.process = process
        if self._stopping.is_set():
            # Started while the others were being stopped: nobody would stop this one.
            _send(process, signal.SIGKILL)
        pid_file = self._run_dir / f"{child.spec.name}.pid"
        # Whoever finds the file finds the number in it.
        unfinished = pid_file.with_suffix(UNFINISHED)
        unfinished.write_text(f"{process.pid}\n")
        unfinished.replace(pid_file)
        logger.info("%s started, pid %d", child.spec.name, process.pid)
        code = await process.wait()
        child.process = None
        pid_file.unlink(missing_ok=True)
        return code

    async def _stop_children(self) -> None:
        stages = sorted({child.spec.stop_stage for child in self._children})
        for stage in stages:
            running = [
                child.process
                for child in self._children
                if child.spec.stop_stage == stage and child.process is not None
            ]
            for process in running:
                _send(process, signal.SIGTERM)
            await self._wait_for_end(running)

    async def _wait_for_end(self, running: list[asyncio.subprocess.Process]) -> None:
        if not running:
            return
        ended = asyncio.gather(*(process.wait() for process in running))
        at_once = asyncio.ensure_future(self._at_once.wait())
        hurry: set[asyncio.Future[Any]] = {ended, at_once}
        await asyncio.wait(hurry, timeout=STOP_GRACE_S, return_when=asyncio.FIRST_COMPLETED)
        at_once.cancel()
        for process in running:
            if process.returncode is None:
                logger.warning("pid %d did not stop in time; killed", process.pid)
                _send(process, signal.SIGKILL)
        await ended


def _send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
