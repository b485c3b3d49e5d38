"""Raw figures of `make bench-data` as Markdown: what it prints, and what stands in docs/scale.md.

`python -m tests.bench.pages.report docs/measurements/pages-<date>.json` writes it there, between the two marks.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.report import BEGIN, END

DOCUMENT = Path("docs/scale.md")
GOAL_MS = 300
SHOWN_TABLES = (
    ("school", "schools"),
    ("classroom", "classrooms"),
    ("pupil", "pupils"),
    ("user_account", "people"),
    ("lesson", "lessons"),
    ("seat", "classrooms in lessons"),
    ("attendance", "rows of attendance"),
    ("ledger_entry", "rows of the ledger"),
    ("roll_call", "roll calls"),
    ("roll_call_mark", "marks of pupils"),
    ("pupil_consent", "answers of parents"),
    ("recording", "recordings"),
    ("audit_log", "lines of the audit log"),
    ("access_log", "lines of the access log"),
)
Report = dict[str, Any]


def markdown(report: Report) -> str:
    """Sentences and tables of one run."""
    screens = report["screens"]
    missed = [one for one in screens if one["p95_ms"] >= GOAL_MS]
    sentences = [
        *_county(report),
        f"{len(screens)} questions; p95 is {GOAL_MS} ms or more in {len(missed)} of them.",
    ]
    parts = ["\n".join(f"- {one}" for one in sentences)]
    if screens:
        parts.append("\n".join(_screens(screens)))
    if report["files"]:
        parts.append("\n".join(_files(report["files"])))
    return "\n\n".join(parts) + "\n"


def document(report: Report, raw: Path) -> str:
    """What stands between the marks, with where the figures come from."""
    options, note = report["options"], report["options"]["note"]
    flags = f"--rounds {options['rounds']}{' --no-files' if options['no_files'] else ''}"
    line = (
        f'{report["measured_at"][:10]}, `make bench-data ARGS="{flags}"`, {report["cpu"]}, '
        f"{report['cores']} cores, Linux {report['kernel']}, Python {report['python']}, "
        f"PostgreSQL {report['postgresql']}{note and f', {note}'}. Raw figures: "
        f"[{raw.name}](measurements/{raw.name})."
    )
    return f"{BEGIN}{line}\n\n{markdown(report)}{END}"


def _county(report: Report) -> Iterator[str]:
    if "rows" not in report:
        return
    rows = report["rows"]
    counts = ", ".join(f"{rows[table]:,} {words}" for table, words in SHOWN_TABLES)
    yield (
        f"The county: {counts}. All in all {sum(rows.values()):,} rows, "
        f"{report['database_bytes'] / 2**30:.1f} GiB, written in {report['seeded_s']:.0f} s."
    )


def _screens(screens: list[Report]) -> Iterator[str]:
    yield "| page | question | as | p50, ms | p95, ms | CPU of server, ms | of database, ms | kB |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in screens:
        what = one["operation"] + (f" ({one['what']})" if one["what"] else "")
        yield (
            f"| {one['page']} | {what} | {one['role']} | {one['p50_ms']:.0f} | {one['p95_ms']:.0f} "
            f"| {one['server_cpu_ms']:.0f} | {one['database_cpu_ms']:.0f} | {one['size_bytes'] / 1000:.0f} |"
        )


def _files(files: list[Report]) -> Iterator[str]:
    yield "| file | as | s | MB | server before, MiB | half way | most | others wait, p50 ms | at most |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in files:
        what = one["operation"] + (f" ({one['what']})" if one["what"] else "")
        memory = " | ".join(
            f"{one[f'memory_{when}_kib'] / 1024:.0f}" for when in ("before", "half_way", "most")
        )
        yield (
            f"| {what} | {one['role']} | {one['took_s']:.1f} | {one['size_bytes'] / 1e6:.1f} | {memory} "
            f"| {one['beside_p50_ms']:.0f} | {one['beside_max_ms']:.0f} |"
        )


def main() -> None:
    raw = Path(sys.argv[1])
    page = DOCUMENT.read_text(encoding="utf-8")
    head, tail = page[: page.index(BEGIN)], page[page.index(END) + len(END) :]
    DOCUMENT.write_text(head + document(json.loads(raw.read_text()), raw) + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
