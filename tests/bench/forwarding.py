"""What forwarding costs, beside Debian's Janus under the same load where it is installed.

A publisher sends 1.5 Mbit/s of video and 50 packets of sound a second; subscribers do real ICE, DTLS and SRTP. The
server has one core to itself, the load the other. Four questions: CPU per forwarded packet and added latency as the
room grows (`growth`), memory per subscriber (the same run), 200 joining while media flows (`join`), and the highest
rate without loss (`rate`). Rounds of all servers alternate, and medians are quoted: noise then meets all of them.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.load import Figures, Load
from tests.bench.machine import machine
from tests.bench.peers import PACKETS_PER_S
from tests.bench.report import markdown
from tests.bench.servers import LOAD_CORE, Engine, Janus, Server

JOINING = 200
JOINING_BESIDE = 10
SETTLES_S = 5.0
"""A link that is new is looked at more closely: what counts is the lesson that goes on."""
RATE_SUBSCRIBERS = 60
RATE_STEPS = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36)
"""Rooms of `RATE_SUBSCRIBERS`, each with a publisher."""
RATE_TRIES = 3
"""A step that fails is measured again: on a shared host one stretch of three seconds says little."""
SCENARIO_TRIES = 2
"""A server that refuses somebody is started again."""
MAX_LOSS = 0.0001
MAX_P99_MS = 20.0

Result = dict[str, Any]


async def growth(server: Server, arguments: argparse.Namespace) -> Result:
    """Figures by number of subscribers, and memory of the server at the ends."""
    steps: dict[str, object] = {}
    memory: dict[int, int] = {}
    async with server, Load(server, arguments.pacing_ms / 1e3) as load:
        room = await load.add_publisher()
        for count in sorted(arguments.subscribers):
            await load.add_subscribers(room, count - len(load.subscribers))
            await asyncio.sleep(SETTLES_S)
            steps[str(count)] = asdict(await load.measure(asyncio.sleep(arguments.seconds)))
            memory[count] = load.memory_kib()
    first, last = min(memory), max(memory)
    per_subscriber = (memory[last] - memory[first]) / max(1, last - first)
    return {"steps": steps, "memory_kib": memory, "kib_per_subscriber": per_subscriber}


async def join(server: Server, arguments: argparse.Namespace) -> Result:
    """How long `JOINING` take to join, and what `JOINING_BESIDE` notice of it."""
    async with server, Load(server, arguments.pacing_ms / 1e3) as load:
        room = await load.add_publisher()
        await load.add_subscribers(room, JOINING_BESIDE)
        before = await load.measure(asyncio.sleep(arguments.seconds))
        joining = asyncio.ensure_future(load.add_subscribers(room, JOINING, is_timed=False))
        during = await load.measure(joining)
        return {
            "joined_s": joining.result(),
            "before": asdict(before),
            "during": asdict(during),
        }


async def rate(server: Server, arguments: argparse.Namespace) -> Result:
    """The highest step that loses nothing and adds less than `MAX_P99_MS`."""
    steps: list[Result] = []
    best: Result | None = None
    async with server, Load(server, arguments.pacing_ms / 1e3) as load:
        for rooms in RATE_STEPS:
            while len(load.subscribers) < rooms * RATE_SUBSCRIBERS:
                room = await load.add_publisher()
                await load.add_subscribers(room, RATE_SUBSCRIBERS)
            for _ in range(RATE_TRIES):
                await asyncio.sleep(0.5)
                figures = await load.measure(asyncio.sleep(arguments.seconds))
                steps.append({"rooms": rooms, **asdict(figures)})
                if _is_carried(figures, rooms, arguments.seconds):
                    best = steps[-1]
                    break
            else:
                break
    return {"best": best, "steps": steps}


def _is_carried(figures: Figures, rooms: int, seconds: float) -> bool:
    offered = rooms * RATE_SUBSCRIBERS * PACKETS_PER_S
    is_whole = figures.lost <= MAX_LOSS * figures.packets_per_s * seconds
    return is_whole and figures.p99_ms <= MAX_P99_MS and figures.packets_per_s >= 0.9 * offered


# -- rounds and tables

Scenario = Callable[[Server, argparse.Namespace], Any]
SCENARIOS: dict[str, Scenario] = {"growth": growth, "join": join, "rate": rate}


def contenders(names: list[str]) -> list[Callable[[], Server]]:
    every: dict[str, Callable[[], Server]] = {
        "tongtang": Engine,
        "janus": Janus,
        "janus-loops": lambda: Janus(event_loops=2),
    }
    if any(name.startswith("janus") for name in names) and not Janus.is_installed():
        print("janus: not installed (apt-get install janus), so nothing is compared with it")
        names = [name for name in names if not name.startswith("janus")]
    return [every[name] for name in names]


def run(name: str, servers: list[Callable[[], Server]], arguments: argparse.Namespace) -> Result:
    """Every round of one scenario: server name to the list of its results."""
    results: dict[str, list[Result]] = {}
    for _ in range(arguments.rounds if name == "growth" else 1):
        for make in servers:
            for _ in range(SCENARIO_TRIES):
                server = make()
                rounds = results.setdefault(server.name, [])
                try:
                    rounds.append(asyncio.run(SCENARIOS[name](server, arguments)))
                    break
                except (TimeoutError, ValueError, OSError) as error:
                    print(f"{server.name}: {name}: {error!r}")
    return results


def janus_version() -> str | None:
    """As its package says, None without it."""
    query = ("dpkg-query", "--show", "--showformat=${Version}", "janus")
    try:
        answer = subprocess.run(query, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1, 10, 30, 60, 100, 200])
    parser.add_argument("--seconds", type=float, default=2.5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pacing-ms", type=float, default=0.0, help="spread a frame over so long")
    parser.add_argument("--scenarios", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument(
        "--servers",
        nargs="+",
        choices=["tongtang", "janus", "janus-loops"],
        default=["tongtang", "janus", "janus-loops"],
    )
    parser.add_argument("--note", help="what else is to be known of the machine", default="")
    parser.add_argument("--output", type=Path, help="write the raw figures here, as JSON")
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        parser.error("needs two cores: one for the server, one for the load")
    os.sched_setaffinity(0, {LOAD_CORE})
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    servers = contenders(arguments.servers)
    results: dict[str, dict[str, list[Result]]] = {}
    options = {key: value for key, value in vars(arguments).items() if key != "output"}
    report = {**machine(), "janus": janus_version(), "options": options, "results": results}
    for name in arguments.scenarios:
        results[name] = run(name, servers, arguments)
        print(markdown({"results": {name: results[name]}}))
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
