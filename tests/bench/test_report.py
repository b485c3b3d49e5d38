"""docs/performance.md is written from the raw figures that lie beside it."""

import json
import re
from pathlib import Path

from tests.bench.report import BEGIN, DOCUMENT, END, document


def test_the_document_says_what_the_raw_figures_say() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = text[text.index(BEGIN) : text.index(END) + len(END)]
    (name,) = set(re.findall(r"measurements/(forwarding-[\d-]+\.json)", written))
    raw = DOCUMENT.parent / "measurements" / name
    assert document(json.loads(raw.read_text()), raw) == written


def test_one_run_is_kept() -> None:
    assert len(list((DOCUMENT.parent / "measurements").glob("forwarding-*.json"))) == 1


def test_a_step_that_one_server_never_reached_is_no_number() -> None:
    step = {"cpu_us": 5.0, "p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.0, "stolen": 0.0}
    report = {
        "measured_at": "2026-01-02T03:04:05+00:00",
        "kernel": "6.1",
        "cpu": "a CPU",
        "cores": 2,
        "python": "3.11",
        "janus": None,
        "options": {"rounds": 1, "seconds": 2.5},
        "results": {
            "growth": {
                "tongtang": [{"steps": {"60": step}, "memory_kib": {"60": 1}}],
                "janus": [],
            }
        },
    }
    written = document(report, Path("forwarding-2026-01-02.json"))
    assert "| 60 | tongtang | 5.0 | 1.0 | 1.00 | 2.00 | 3.00 |" in written
    assert "| 60 | janus | nan | nan |" in written
