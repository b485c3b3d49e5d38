"""Raw figures of the bench as Markdown: what `make bench` prints, and what stands in docs/performance.md.

`python -m tests.bench.report docs/measurements/forwarding-<date>.json` writes it there, between the two marks.
"""

import json
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCUMENT = Path("docs/performance.md")
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
OURS = "tongtang"
COMPARED_AT = "60"
"""Subscribers."""
AIMS = {"janus": 3, "janus event_loops=2": 2}
"""Times our CPU per packet, at least."""

Report = dict[str, Any]
Rounds = list[dict[str, Any]]


def median(rounds: Rounds, *keys: str) -> float:
    """The median over rounds of the value under `keys`; NaN without rounds."""
    values = []
    for one in rounds:
        value: Any = one
        for key in keys:
            value = value[key]
        values.append(value)
    return statistics.median(values) if values else float("nan")


def markdown(report: Report) -> str:
    """Table and sentences of one run."""
    results = report["results"]
    lines = list(_growth(results["growth"])) if "growth" in results else []
    sentences = [
        *(_ratios(results["growth"]) if "growth" in results else ()),
        *(_memory(results["growth"]) if "growth" in results else ()),
        *(_joins(results["join"]) if "join" in results else ()),
        *(_rates(results["rate"]) if "rate" in results else ()),
        *_interference(results),
    ]
    return "\n".join([*lines, "", *(f"- {sentence}" for sentence in sentences)]).strip() + "\n"


def document(report: Report, raw: Path) -> str:
    """What stands between the marks, with where the figures come from."""
    options = report["options"]
    note = options.get("note", "")
    line = (
        f'{report["measured_at"][:10]}, `make bench ARGS="--rounds {options["rounds"]} --seconds '
        f'{options["seconds"]:g}"`, {report["cpu"]}, {report["cores"]} cores, Linux {report["kernel"]}, '
        f"Python {report['python']}, janus {report['janus'] or 'not installed'}"
        f"{note and f', {note}'}. Raw figures: "
        f"[{raw.name}](measurements/{raw.name})."
    )
    return f"{BEGIN}{line}\n\n{markdown(report)}{END}"


def _growth(results: dict[str, Rounds]) -> Iterator[str]:
    yield "| subscribers | server | CPU, us/packet | to ours | p50, ms | p95, ms | p99, ms |"
    yield "|---|---|---|---|---|---|---|"
    for count in _counts(results):
        ours = median(results.get(OURS, []), "steps", count, "cpu_us")
        for name, rounds in results.items():
            cpu, *latencies = [
                median(rounds, "steps", count, key)
                for key in ("cpu_us", "p50_ms", "p95_ms", "p99_ms")
            ]
            times = " | ".join(f"{value:.2f}" for value in latencies)
            yield f"| {count} | {name} | {cpu:.1f} | {cpu / ours:.1f} | {times} |"


def _counts(results: dict[str, Rounds]) -> list[str]:
    steps = {count for rounds in results.values() for one in rounds for count in one["steps"]}
    return sorted(steps, key=int)


def _ratios(results: dict[str, Rounds]) -> Iterator[str]:
    if OURS not in results or COMPARED_AT not in _counts(results):
        return
    ours = median(results[OURS], "steps", COMPARED_AT, "cpu_us")
    for name, rounds in results.items():
        if name != OURS and rounds:
            ratio = median(rounds, "steps", COMPARED_AT, "cpu_us") / ours
            aim = f"; the aim is {AIMS[name]}" if name in AIMS else ""
            yield f"With {COMPARED_AT} subscribers {name} takes {ratio:.1f} times our CPU per packet{aim}."


def _memory(results: dict[str, Rounds]) -> Iterator[str]:
    for name, rounds in results.items() if len(_counts(results)) > 1 else ():
        yield f"Memory per subscriber, {name}: {median(rounds, 'kib_per_subscriber'):.0f} KiB."


def _joins(results: dict[str, Rounds]) -> Iterator[str]:
    for name, rounds in results.items():
        joined, p99 = median(rounds, "joined_s"), median(rounds, "during", "p99_ms")
        yield (
            f"200 join, {name}: {joined:.1f} s; p99 of 10 others meanwhile {p99:.1f} ms, "
            f"{median(rounds, 'during', 'lost'):.0f} packets lost."
        )


def _rates(results: dict[str, Rounds]) -> Iterator[str]:
    for name, rounds in results.items():
        for one in rounds:
            best, last = one["best"], one["steps"][-1]
            found = f"{best['packets_per_s']:,.0f} packets/s" if best else "none"
            yield (
                f"Highest rate without loss and with a p99 under 20 ms, {name}: {found}. Then: "
                f"{last['lost']} lost, p99 {last['p99_ms']:.1f} ms, its core {last['server_busy']:.0%} "
                f"busy, the load's {last['load_busy']:.0%}."
            )


def _interference(results: dict[str, dict[str, Rounds]]) -> Iterator[str]:
    """What the host of a virtual machine took away, as far as it says so."""
    stolen = [
        step["stolen"]
        for rounds in results.get("growth", {}).values()
        for one in rounds
        for step in one["steps"].values()
    ]
    if stolen:
        yield f"Stolen by the host: {statistics.mean(stolen):.1%} of the time, {max(stolen):.1%} at most."


def main() -> None:
    raw = Path(sys.argv[1])
    text = DOCUMENT.read_text(encoding="utf-8")
    figures = document(json.loads(raw.read_text()), raw)
    DOCUMENT.write_text(
        re.sub(f"{BEGIN}.*{END}", lambda _: figures, text, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
