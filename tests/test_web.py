"""The pages' own tests, which run under Node."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.signaling.transcripts import write

WEB = Path(__file__).resolve().parents[1] / "web"
DEADLINE_S = 300


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
