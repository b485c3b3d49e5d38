"""A whole `serve` on ports of its own, with the demo seed, in a data directory of its own."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.county import FAST_HASHER
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_S = 90.0
STOP_S = 60.0
POLL_S, FAR_POLL_S = 0.05, 0.5
"""Between two looks at a server; each look into a namespace is a program of its own."""
PASSWORD = "plum-river-42"

_seeded: dict[str, bytes] = {}
"""The files of a demo county that this process has made: a copy takes milliseconds, the command seconds."""


class ServeFailed(Exception):
    """It ended, or never became ready; the message carries its last lines."""


def is_running(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@dataclass
class Served:
    """A running server. `kill` one of its processes by name, `start` it again after `kill_all`."""

    data_dir: Path
    http_port: int
    https_port: int
    media_port: int
    environment: dict[str, str]
    prefix: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    password: str = PASSWORD
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    ready_after_s: float = 0.0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.http_port}"

    @property
    def run_dir(self) -> Path:
        """Where sockets and pid files are: a short path, since a socket's is bounded and pytest's are long."""
        return Path(self.environment["TONGTANG_RUN_DIR"])

    @property
    def log(self) -> Path:
        """What the terminal would have shown."""
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def prepare(self) -> None:
        """Make the tables and the demo county: by the command, or as a copy of what it made before."""
        if "TONGTANG_DATABASE_URL" in self.environment:
            self._command("seed")
            return
        if not _seeded:
            self._command("seed")
            _hash_cheaply(self.data_dir / "tongtang.db", self.password)
            made = (path for path in self.data_dir.iterdir() if path.is_file())
            _seeded.update((path.name, path.read_bytes()) for path in made)
        for name, content in _seeded.items():
            path = self.data_dir / name
            path.touch(mode=0o600)
            path.write_bytes(content)

    def start(self) -> None:
        """Start `serve` and wait until every part is connected; raises `ServeFailed`."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "app", "serve", *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_ready()
        self.ready_after_s = time.monotonic() - began

    def wait_until_ready(self, deadline_s: float = READY_S) -> None:
        """Wait for `/readyz`; after `kill` too."""
        until = time.monotonic() + deadline_s
        parts: object = None
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise ServeFailed(f"serve ended ({self.process.returncode}):\n{self.tail()}")
            with contextlib.suppress(OSError, ValueError, ServeFailed):
                answer = self.get_json("/readyz")
                parts = answer.get("parts")
                if answer.get("ready") is True:
                    return
            time.sleep(FAR_POLL_S if self.prefix else POLL_S)
        raise ServeFailed(f"not ready after {deadline_s} s, parts {parts}:\n{self.tail()}")

    def get_json(self, path: str) -> dict[str, Any]:
        """`GET path` of this server. In a namespace: through it."""
        program = (
            "import sys, urllib.request as u; "
            "print(u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=3).read().decode())"
        )
        url = f"http://127.0.0.1:{self.http_port}{path}"
        if self.prefix:
            done = subprocess.run(
                [*self.prefix, sys.executable, "-c", program, url],
                capture_output=True,
                timeout=10,
                check=False,
            )
            if done.returncode:
                raise ServeFailed(done.stderr.decode())
            answer: dict[str, Any] = json.loads(done.stdout)
            return answer
        try:
            with urllib.request.urlopen(url, timeout=3) as response:
                answer = json.loads(response.read())
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
        return answer

    def pid_of(self, name: str) -> int:
        """`app`, `engine-0`, `recorder` or `simulate`."""
        path = self.run_dir / f"{name}.pid"
        if path.exists():
            return int(path.read_text())
        raise ServeFailed(f"no process named {name} runs:\n{self.tail()}")

    def kill(self, name: str) -> int:
        """`kill -9` one of the children; the pid it had."""
        pid = self.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_all(self) -> None:
        """`kill -9` the supervisor and every child at once."""
        assert self.process is not None
        pids = [int(path.read_text()) for path in self.run_dir.glob("*.pid")]
        self.process.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(STOP_S)
        until = time.monotonic() + STOP_S
        while any(is_running(pid) for pid in pids):
            if time.monotonic() > until:
                raise ServeFailed(f"processes of {pids} outlive kill -9")
            time.sleep(0.01)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise ServeFailed(f"did not stop within {STOP_S} s:\n{self.tail()}") from None

    def printed(self, words: str) -> str:
        """The line with `words` on the terminal, where it comes a moment after the server is ready."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            for line in self.tail().splitlines():
                if words in line:
                    return line
            time.sleep(POLL_S)
        raise ServeFailed(f"the terminal never said {words!r}:\n{self.tail()}")

    def tail(self, lines: int = 40) -> str:
        """The last lines of the terminal."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(
            [*self.prefix, sys.executable, "-m", "app", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise ServeFailed(f"{arguments[0]}: {done.stdout.decode()}{done.stderr.decode()}")


@contextlib.contextmanager
def serving(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Iterator[Served]:
    """A prepared and started server; `settings` are further TONGTANG_ variables, `prefix` runs it elsewhere."""
    served = fresh(data_dir, settings=settings, arguments=arguments, prefix=prefix)
    try:
        served.prepare()
        served.start()
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.stop()
        shutil.rmtree(served.run_dir, ignore_errors=True)


def fresh(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Served:
    """A server with ports of its own, without tables, not started."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ports = (free_port(), free_port(), free_port(udp=True))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONGTANG_")},
        "TONGTANG_DATA_DIR": str(data_dir),
        "TONGTANG_HTTP_PORT": str(ports[0]),
        "TONGTANG_HTTPS_PORT": str(ports[1]),
        "TONGTANG_MEDIA_PORT": str(ports[2]),
        "TONGTANG_DEMO": "1",
        "TONGTANG_DEMO_PASSWORD": PASSWORD,
        "TONGTANG_DEMO_SAMPLE": "0",
        "TONGTANG_LOG_LEVEL": "info",
        "TONGTANG_RUN_DIR": tempfile.mkdtemp(prefix="tongtang-run-"),
        **(settings or {}),
    }
    return Served(
        data_dir,
        int(environment["TONGTANG_HTTP_PORT"]),
        int(environment["TONGTANG_HTTPS_PORT"]),
        int(environment["TONGTANG_MEDIA_PORT"]),
        environment,
        tuple(prefix),
        tuple(arguments),
    )


def _hash_cheaply(database: Path, password: str) -> None:
    """Everybody keeps the password, with a hash that takes no 64 MiB and half a second at every sign-in."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE user_account SET password_hash = ? WHERE password_hash LIKE '$argon2%'",
            (FAST_HASHER.hash(password),),
        )
