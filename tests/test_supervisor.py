"""The supervisor over real processes: restarts, stopping, and nothing left behind however it ends."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings
from app.supervisor.child import EXIT_REFUSED, ChildSpec
from app.supervisor.preflight import (
    CannotServe,
    PortUse,
    ServeLock,
    check_addresses,
    check_ports,
    ports_of,
    run_directory,
    udp_is_blocked,
)
from app.supervisor.restart import RestartPolicy
from app.supervisor.serve import child_specs, ready_lines, url
from app.supervisor.supervisor import ChildGivenUp, Supervisor
from tests.support.ports import free_port
from tests.support.serve import is_running
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[1]

WORKER = """
    import signal, sys, time
    from pathlib import Path
    from app.supervisor.child import end_with_parent
    end_with_parent()
    log, name = Path(sys.argv[1]), "".join(sys.argv[2:])
    def ended(*_):
        log.open("a").write(name + "stopped\\n")
        sys.exit(0)
    signal.signal(signal.SIGTERM, ended)
    log.open("a").write(name + "started\\n")
    while True:
        time.sleep(60)
"""


def _python(source: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(source), *map(str, arguments))


def _pids(run_dir: Path) -> list[int]:
    return [int(path.read_text()) for path in run_dir.glob("*.pid")]


async def _pid(run_dir: Path, name: str, *, after: int = 0) -> int:
    """Of the child of this name, the one that follows `after`; it may begin before its file is written."""
    path = run_dir / f"{name}.pid"
    await until(lambda: path.exists() and int(path.read_text()) != after)
    return int(path.read_text())


def _lines(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


@contextlib.asynccontextmanager
async def _running(supervisor: Supervisor) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield task
    finally:
        supervisor.stop()
        with contextlib.suppress(ChildGivenUp):
            await asyncio.wait_for(task, 20)


async def test_a_killed_child_is_started_again_and_the_others_are_left_alone(
    tmp_path: Path,
) -> None:
    logs = {name: tmp_path / f"{name}.log" for name in ("engine-0", "recorder")}
    specs = [ChildSpec(name, _python(WORKER, log)) for name, log in logs.items()]
    supervisor = Supervisor(specs, tmp_path, {})
    async with _running(supervisor):
        await until(lambda: all(_lines(log) == ["started"] for log in logs.values()))
        first = await _pid(tmp_path, "engine-0")

        os.kill(first, signal.SIGKILL)

        took = await until(lambda: _lines(logs["engine-0"]) == ["started", "started"])
        print(f"killed child back after {took:.2f} s")
        await _pid(tmp_path, "engine-0", after=first)
        assert _lines(logs["recorder"]) == ["started"]
    assert _lines(logs["engine-0"]) == ["started", "started", "stopped"]
    assert _lines(logs["recorder"]) == ["started", "stopped"]
    assert _pids(tmp_path) == []


async def test_stop_goes_stage_by_stage(tmp_path: Path) -> None:
    log = tmp_path / "order.log"
    specs = [
        ChildSpec("recorder", _python(WORKER, log, "recorder-"), stop_stage=1),
        ChildSpec("app", _python(WORKER, log, "app-"), stop_stage=0),
    ]
    supervisor = Supervisor(specs, tmp_path, {})
    async with _running(supervisor):
        await until(lambda: set(_lines(log)) == {"app-started", "recorder-started"})
    assert _lines(log)[2:] == ["app-stopped", "recorder-stopped"]


async def test_a_late_child_waits_until_the_others_are_ready(tmp_path: Path) -> None:
    logs = {name: tmp_path / f"{name}.log" for name in ("app", "simulate")}
    specs = [
        ChildSpec("simulate", _python(WORKER, logs["simulate"]), is_late=True),
        ChildSpec("app", _python(WORKER, logs["app"])),
    ]
    supervisor = Supervisor(specs, tmp_path, {})
    async with _running(supervisor):
        await until(lambda: _lines(logs["app"]) == ["started"])
        assert not (tmp_path / "simulate.pid").exists()
        supervisor.start_late()
        await until(lambda: _lines(logs["simulate"]) == ["started"])
    assert _lines(logs["simulate"]) == ["started", "stopped"]


async def test_stopping_before_a_late_child_was_started_ends(tmp_path: Path) -> None:
    log = tmp_path / "simulate.log"
    supervisor = Supervisor(
        [ChildSpec("simulate", _python(WORKER, log), is_late=True)], tmp_path, {}
    )
    async with _running(supervisor):
        pass
    assert not log.exists()


async def test_a_child_that_ignores_sigterm_is_killed_when_asked_twice(tmp_path: Path) -> None:
    deaf = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open(sys.argv[1], "w").write("started")
        time.sleep(600)
    """
    log = tmp_path / "deaf.log"
    supervisor = Supervisor([ChildSpec("app", _python(deaf, log))], tmp_path, {})
    async with _running(supervisor) as task:
        await until(lambda: _lines(log) == ["started"])
        pid = await _pid(tmp_path, "app")
        supervisor.stop()
        supervisor.stop()
        await asyncio.wait_for(task, 15)
        assert not is_running(pid)


async def test_an_essential_child_that_cannot_start_ends_everything_with_a_sentence(
    tmp_path: Path,
) -> None:
    log = tmp_path / "recorder.log"
    specs = [
        ChildSpec("engine-0", _python("import sys; sys.exit(3)")),
        ChildSpec("recorder", _python(WORKER, log)),
    ]
    supervisor = Supervisor(specs, tmp_path, {})
    with pytest.raises(ChildGivenUp, match=r"engine-0 process ended 5 times .*exit code 3"):
        await asyncio.wait_for(supervisor.run(), 60)
    assert _lines(log)[-1:] == ["stopped"] or _lines(log) == []


async def test_the_rest_goes_on_without_a_child_that_is_not_essential(tmp_path: Path) -> None:
    log = tmp_path / "app.log"

    class Hasty(RestartPolicy):
        def after_exit(self, lifetime_s: float) -> float | None:
            return None

    specs = [
        ChildSpec("simulate", _python("import sys; sys.exit(1)"), is_essential=False),
        ChildSpec("app", _python(WORKER, log)),
    ]
    supervisor = Supervisor(specs, tmp_path, {}, policy=Hasty)
    async with _running(supervisor) as task:
        await until(lambda: _lines(log) == ["started"])
        await until(lambda: not (tmp_path / "simulate.pid").exists())
        assert not task.done()


async def test_a_child_that_refuses_is_not_started_again(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    refuse = f"""
        import sys
        open(sys.argv[1], "a").write("refused\\n")
        sys.exit({EXIT_REFUSED})
    """
    supervisor = Supervisor([ChildSpec("app", _python(refuse, log))], tmp_path, {})
    with pytest.raises(ChildGivenUp):
        await asyncio.wait_for(supervisor.run(), 30)
    assert _lines(log) == ["refused"]


async def test_kill_9_of_the_supervisor_takes_every_child_down(tmp_path: Path) -> None:
    supervise = """
        import asyncio, sys
        from pathlib import Path
        from app.supervisor.child import ChildSpec
        from app.supervisor.supervisor import Supervisor
        run_dir = Path(sys.argv[1])
        worker = (sys.executable, "-c", sys.argv[2])
        specs = [ChildSpec(name, (*worker, str(run_dir / f"{name}.log"))) for name in ("app", "engine-0")]
        asyncio.run(Supervisor(specs, run_dir, {}).run())
    """
    process = await asyncio.create_subprocess_exec(
        *_python(supervise, tmp_path, textwrap.dedent(WORKER)), cwd=ROOT
    )
    logs = [tmp_path / "app.log", tmp_path / "engine-0.log"]
    await until(lambda: all(_lines(log) == ["started"] for log in logs))
    children = [await _pid(tmp_path, name) for name in ("app", "engine-0")]
    assert sorted(_pids(tmp_path)) == sorted(children)

    process.kill()
    await process.wait()

    took = await until(lambda: not any(is_running(pid) for pid in children))
    print(f"children gone {took:.2f} s after kill -9 of the supervisor")
    assert all(_lines(log) == ["started", "stopped"] for log in logs)


def test_a_child_killed_in_the_middle_of_its_work_is_back_at_once_however_often() -> None:
    policy = RestartPolicy()
    assert [policy.after_exit(lifetime_s=60) for _ in range(50)] == [0.0] * 50


def test_short_lives_wait_longer_each_time_and_are_given_up() -> None:
    policy = RestartPolicy()
    assert [policy.after_exit(0.1) for _ in range(5)] == [0.2, 0.5, 1.0, 2.0, None]


def test_a_long_life_makes_up_for_short_ones() -> None:
    policy = RestartPolicy()
    for _ in range(20):
        assert policy.after_exit(0.1) is not None
        assert policy.after_exit(60) is not None


# --- what is checked before anything starts -----------------------------------------------------------


def test_a_busy_port_is_named_with_a_free_one_to_use_instead() -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(CannotServe) as refused:
            check_ports([PortUse(taken, "TCP", "TONGTANG_HTTP_PORT")])
    sentence = str(refused.value)
    assert f"TCP port {taken} is used by another program" in sentence
    suggested = int(sentence.split("TONGTANG_HTTP_PORT=")[1].split()[0])
    check_ports([PortUse(suggested, "TCP", "TONGTANG_HTTP_PORT")])


def test_a_busy_udp_port_is_found_although_tcp_is_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        settings = Settings(http_port=free_port(), media_port=other.getsockname()[1])
        with pytest.raises(CannotServe, match=r"UDP port .*TONGTANG_MEDIA_PORT="):
            check_ports(ports_of(settings))


def test_the_same_port_for_two_purposes_is_refused() -> None:
    port = free_port()
    with pytest.raises(CannotServe, match="is set twice"):
        check_ports(ports_of(Settings(http_port=port, media_port=port)))


def test_ports_of_children_that_are_just_ending_are_waited_for() -> None:
    port = free_port()
    holder = (
        f"import socket, time; s = socket.create_server(('0.0.0.0', {port})); "
        "print(flush=True); time.sleep(0.5)"
    )
    with contextlib.closing(os.popen(f'{sys.executable} -c "{holder}"')) as other:
        other.readline()
        check_ports([PortUse(port, "TCP", "TONGTANG_HTTP_PORT")], patience_s=15)


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """What a program in a Docker container on a bridge network finds at `/`."""
    (tmp_path / ".dockerenv").touch()
    for name, index, link in (("lo", 1, 1), ("eth0", 42, 43)):
        interface = tmp_path / "sys/class/net" / name
        interface.mkdir(parents=True)
        (interface / "ifindex").write_text(f"{index}\n")
        (interface / "iflink").write_text(f"{link}\n")
    return tmp_path


def test_a_container_on_a_bridge_must_be_told_what_browsers_reach(container: Path) -> None:
    with pytest.raises(CannotServe, match=r"set TONGTANG_PUBLIC_IPS .* or give the container"):
        check_addresses(Settings(), container)
    check_addresses(Settings(public_ips=("203.0.113.9",)), container)


def test_a_container_with_the_hosts_network_needs_no_address(container: Path) -> None:
    (container / "sys/class/net/eth0/iflink").write_text("42\n")
    check_addresses(Settings(), container)


def test_outside_of_containers_any_interface_will_do(container: Path) -> None:
    (container / ".dockerenv").unlink()
    check_addresses(Settings(), container)


def test_udp_to_our_own_port_passes_on_this_machine() -> None:
    assert not udp_is_blocked(free_port(udp=True))


def test_a_second_serve_on_the_same_data_directory_is_refused(tmp_path: Path) -> None:
    first, second = ServeLock(tmp_path), ServeLock(tmp_path)
    first.acquire()
    with pytest.raises(CannotServe, match=f"process {os.getpid()}"):
        second.acquire()
    first.release()
    second.acquire()
    assert not second.was_left_behind
    second.release()


def test_a_lock_whose_holder_was_killed_is_taken_and_remembered_as_left_behind(
    tmp_path: Path,
) -> None:
    (tmp_path / "serve.lock").write_text("4194304\n")
    lock = ServeLock(tmp_path)
    lock.acquire()
    assert lock.was_left_behind
    with (tmp_path / "serve.lock").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.release()


def test_sockets_of_a_deep_data_directory_go_to_a_short_path(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 5)
    with run_directory(Settings(data_dir=deep)) as directory:
        path = directory / "engine-0.sock"
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(path))
        assert path.is_socket()
    assert not directory.exists()


def test_stale_sockets_are_removed_and_nothing_else() -> None:
    # Not pytest's folder: its path can be too long for a socket.
    with tempfile.TemporaryDirectory() as folder:
        _stale_sockets_are_removed(Settings(data_dir=Path(folder)))


def _stale_sockets_are_removed(settings: Settings) -> None:
    settings.resolved_run_dir.mkdir()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(settings.engine_socket(0)))
    (settings.resolved_run_dir / "note.txt").write_text("mine")
    with run_directory(settings) as directory:
        assert [path.name for path in directory.iterdir()] == ["note.txt"]


def test_auto_is_an_engine_on_a_port_of_its_own_for_each_core(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_workers="auto", media_port=9_000)  # type: ignore[arg-type]
    cores = len(os.sched_getaffinity(0))
    assert settings.media_workers == cores
    media = [port for port in ports_of(settings) if port.setting == "TONGTANG_MEDIA_PORT"]
    assert {port.number for port in media} == set(range(9_000, 9_000 + cores))
    names = [spec.name for spec in child_specs(settings)]
    assert names.count(f"engine-{cores - 1}") == 1
    with pytest.raises(ValidationError):
        Settings(data_dir=tmp_path, media_workers="many")  # type: ignore[arg-type]


def test_the_last_line_is_the_address_to_open(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, http_port=8081, tls=True)
    (tmp_path / "demo-password").write_text("plum-river-42\n")
    lines = ready_lines(settings)
    assert lines[-1] == "Tongtang is ready: http://localhost:8081"
    assert any("plum-river-42" in line for line in lines)


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("fd00::1", 8443, "https://[fd00::1]:8443"),
        ("10.0.0.7", 443, "https://10.0.0.7"),
        ("school.example", 8443, "https://school.example:8443"),
    ],
)
def test_addresses_are_written_so_that_a_browser_takes_them(
    host: str, port: int, expected: str
) -> None:
    assert url("https", host, port) == expected
