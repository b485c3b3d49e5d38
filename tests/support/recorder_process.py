"""A real recorder process of its own, to be killed and started again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.recording.remote import RemoteRecorder
from tests.support.waiting import until

_PROGRAM = """
import sys
from pathlib import Path
from app.recording.recorder import run_recorder
from app.settings import Settings
folders = {"data_dir": Path(sys.argv[1]), "run_dir": Path(sys.argv[2])}
sys.exit(run_recorder(Settings(**folders, recording_min_free_bytes=int(sys.argv[3]))))
"""


class RecorderProcess:
    """`data_dir/recordings` is where it writes; `remote` is connected to it while it runs."""

    def __init__(self, data_dir: Path, run_dir: Path, *, min_free_bytes: int = 0) -> None:
        self.root = data_dir / "recordings"
        self.sink_socket = run_dir / "sink.sock"
        self.remote = RemoteRecorder(run_dir / "recorder.sock", self.sink_socket)
        self._arguments = (str(data_dir), str(run_dir), str(min_free_bytes))
        self._process: asyncio.subprocess.Process | None = None
        self._link: asyncio.Task[None] | None = None
        self._is_linked = True

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROGRAM, *self._arguments
        )
        if self._is_linked and self._link is None:
            self._link = asyncio.create_task(self.remote.run())
        if self._link is not None:
            await until(lambda: self.remote.is_available, what="the recorder answers")

    async def unlink(self) -> None:
        """Leave the control socket to another client: the recorder serves one."""
        self._is_linked = False
        link, self._link = self._link, None
        if link is not None:
            link.cancel()
            await asyncio.gather(link, return_exceptions=True)

    async def kill(self) -> None:
        """SIGKILL; returns when the process is gone and the link has noticed."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await until(lambda: not self.remote.is_available, what="the link is down")

    async def close(self) -> None:
        await self.unlink()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
