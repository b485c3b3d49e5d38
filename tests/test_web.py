"""The pages' own tests, which run under Node."""

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.signaling.transcripts import write

WEB = Path(__file__).resolve().parents[1] / "web"
DEADLINE_S = 300
CLASSROOM_PAGE_BYTES, CLASSROOM_PAGE_FILES = 250_000, 20
"""A file more is up to a sixth of a round trip more, on a link where one may take half a second."""


def test_the_web_unit_tests_pass(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no Node.js on the PATH ('make test' brings one)")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("the web packages are not installed: run 'make web'")
    transcripts = tmp_path / "transcripts.json"
    assert write(transcripts) > 0
    done = subprocess.run(
        [npm, "test", "--silent"],
        cwd=WEB,
        env={**os.environ, "TONGTANG_TRANSCRIPTS": str(transcripts)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert done.returncode == 0, output
    passed = re.search(r"Tests\s+(\d+) passed", output)
    assert passed is not None and int(passed[1]) > 0, output
    assert "skipped" not in output, output
    print(f"vitest: {passed[1]} tests passed")


def test_the_classroom_page_loads_at_most_250_kb_in_20_files() -> None:
    """What a browser fetches before the page is whole: scripts and styles, compressed."""
    manifest_path = WEB / "dist" / ".vite" / "manifest.json"
    if not manifest_path.is_file():
        pytest.skip("the web pages are not built: run 'make web'")
    manifest = json.loads(manifest_path.read_text())
    seen: set[str] = set()
    wanted = ["index.html", "src/pages/Classroom.tsx"]
    while wanted:
        chunk = wanted.pop()
        if chunk not in seen:
            seen.add(chunk)
            wanted += manifest[chunk].get("imports", [])
    files = {manifest[chunk]["file"] for chunk in seen}
    files |= {style for chunk in seen for style in manifest[chunk].get("css", [])}
    sizes = {name: len(gzip.compress((WEB / "dist" / name).read_bytes(), 6)) for name in files}
    total = sum(sizes.values())
    print(f"measured: the classroom page loads {total / 1000:.0f} kB in {len(files)} files")
    assert total <= CLASSROOM_PAGE_BYTES, sizes
    assert len(files) <= CLASSROOM_PAGE_FILES, sizes
