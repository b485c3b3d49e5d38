"""The command line from outside: first start, second start, refusals in words, and nothing left after Ctrl-C."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.support.namespaces import two_hosts
from tests.support.ports import free_port
from tests.support.serve import ROOT, Served, fresh, is_running, serving

DEADLINE_S = 90.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve") / "data", arguments=["--tls"]) as server:
        yield server


def _command(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=served.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


class Run:
    """`python -m app run` as `make run` starts it, its lines as they come. Killed at the end if it still runs."""

    def __init__(self, served: Served) -> None:
        self._began = time.monotonic()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "run"],
            cwd=ROOT,
            env=served.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def until_ready(self) -> float:
        """Seconds until the line with the address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if "is ready" in line:
                return time.monotonic() - self._began
        raise AssertionError(f"ended ({self.process.wait()}): {self.lines}")

    def interrupt(self) -> float:
        """Ctrl-C; seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(DEADLINE_S)
        return time.monotonic() - began


def test_make_run_twice_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    served = fresh(tmp_path / "data", settings={"TONGTANG_LOG_LEVEL": "error"})
    with Run(served) as first:
        print(f"first start on an empty database: {first.until_ready():.1f} s")
        pids = [int(path.read_text()) for path in served.run_dir.glob("*.pid")]
        assert len(pids) >= 3
        print(f"stopped after {first.interrupt():.1f} s")
    assert first.process.returncode == 0
    assert not any(is_running(pid) for pid in pids)
    assert list(served.run_dir.iterdir()) == []

    with Run(served) as second:
        print(f"second start: {second.until_ready():.1f} s")
        second.interrupt()

    assert first.lines[0].startswith("- Database ... done")
    assert first.lines[-1] == f"Tongtang is ready: http://localhost:{served.http_port}"
    assert not any("Database" in line for line in second.lines)
    passwords = [re.search(r"password (\S+)", " ".join(run.lines)) for run in (first, second)]
    assert passwords[0] is not None and passwords[1] is not None
    assert passwords[0][1] == passwords[1][1] == served.password


def test_serve_refuses_a_database_without_tables_and_says_what_to_run(tmp_path: Path) -> None:
    served = fresh(tmp_path / "data")
    refused = _command(served, "serve")
    assert refused.returncode == 1
    assert "has no tables yet; run `make run`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_serve_on_the_same_data_is_refused_in_one_sentence(served: Served) -> None:
    refused = _command(served, "serve")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Tongtang already serves")
    assert refused.stderr.count("\n") == 1
    assert served.get_json("/healthz") == {"ok": True}


def test_a_busy_port_is_one_sentence_with_the_fix(served: Served, tmp_path: Path) -> None:
    other = fresh(tmp_path / "data", settings={"TONGTANG_HTTP_PORT": str(served.http_port)})
    refused = _command(other, "run")
    assert refused.returncode == 1
    assert f"TCP port {served.http_port} is used by another program" in refused.stderr
    assert "TONGTANG_HTTP_PORT=" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.network
def test_a_blocked_udp_port_is_one_sentence_with_the_fix(tmp_path: Path) -> None:
    other = fresh(tmp_path / "data")
    port = other.media_port
    with two_hosts() as (host, _):
        host.drop_udp(port)
        # It goes on, over TCP, as far as it can without tables.
        started = subprocess.run(
            [*host.prefix, sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            env=other.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    first = started.stderr.splitlines()[0]
    assert first.startswith(f"UDP port {port} is blocked by a firewall, so media will go over TCP")
    assert f"'sudo ufw allow {port}/udp'" in first
    assert "has no tables yet" in started.stderr


def _unwritable(tmp_path: Path) -> str:
    """A folder in which nobody, not even root, can make anything."""
    (tmp_path / "file").touch()
    return str(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("command", "name", "value_of", "sentence"),
    [
        ("run", "MEDIA_WORKERS", lambda _: "many", "TONGTANG_MEDIA_WORKERS=many cannot be used: "),
        ("serve", "DATA_DIR", _unwritable, "give this user the folder, or set TONGTANG_DATA_DIR"),
        ("run", "DATABASE_URL", lambda _: f"postgresql://127.0.0.1:{free_port()}/x", "its server runs"),
    ],
)  # fmt: skip
def test_what_keeps_it_from_starting_is_one_sentence_with_the_fix(
    tmp_path: Path, command: str, name: str, value_of: Callable[[Path], str], sentence: str
) -> None:
    other = fresh(tmp_path / "data", settings={f"TONGTANG_{name}": value_of(tmp_path)})
    refused = _command(other, command)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr + refused.stdout


def test_certificate_files_that_do_not_exist_are_one_sentence(
    served: Served, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(served.data_dir, data, ignore=shutil.ignore_patterns("run", "*.lock", "logs"))
    other = fresh(
        data,
        settings={
            "TONGTANG_TLS_CERTIFICATE_FILE": str(tmp_path / "chain.pem"),
            "TONGTANG_TLS_KEY_FILE": str(tmp_path / "key.pem"),
        },
    )
    refused = _command(other, "serve", "--tls")
    assert refused.returncode == 1
    assert f"The file {tmp_path / 'chain.pem'} for https does not exist." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_both_listeners_answer_and_the_authority_can_be_fetched_over_http(
    served: Served, tmp_path: Path
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.http_port}/tongtang-ca.crt") as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        authority = tmp_path / "tongtang-ca.crt"
        authority.write_bytes(answer.read())
    trusting = ssl.create_default_context(cafile=str(authority))
    for name in ("localhost", "127.0.0.1", socket.gethostname().lower()):
        with (
            socket.create_connection(("127.0.0.1", served.https_port), timeout=10) as plain,
            trusting.wrap_socket(plain, server_hostname=name) as secured,
        ):
            secured.sendall(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert secured.recv(4096).startswith(b"HTTP/1.1 200")


def test_kill_9_of_everything_or_of_the_supervisor_and_a_new_serve_brings_it_back(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data", settings={"TONGTANG_MEDIA_WORKERS": "2"}) as server:
        for port in (server.media_port, server.media_port + 1):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        server.kill_all()
        server.start()
        print(f"ready {server.ready_after_s:.1f} s after kill -9 of everything")

        assert server.process is not None
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        # At once: the ports may still be held by children that are just ending.
        server.start()
        print(f"ready {server.ready_after_s:.1f} s after kill -9 of the supervisor")


def test_every_process_stands_in_the_metrics(served: Served) -> None:
    with urllib.request.urlopen(f"{served.url}/metrics", timeout=10) as answer:
        families = {one.name: one for one in text_string_to_metric_families(answer.read().decode())}
    memory = families["tongtang_process_resident_memory_bytes"].samples
    assert {one.labels["process"] for one in memory} == {"app", "engine-0"}
    assert all(one.value > 10_000_000 for one in memory)
    for name in ("tongtang_engine_up", "tongtang_recorder_up"):
        assert [one.value for one in families[name].samples] == [1], name
    print({one.labels["process"]: f"{one.value / 1e6:.0f} MB" for one in memory})
