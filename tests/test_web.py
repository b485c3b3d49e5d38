"""The pages' own tests, which run under Node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[1] / "web"
DEADLINE_S = 300


def test_the_web_unit_tests_pass() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no Node.js on the PATH ('make test' brings one)")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("the web packages are not installed: run 'make web'")
    done = subprocess.run(
        [npm, "test", "--silent"],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert done.returncode == 0, output
    passed = re.search(r"Tests\s+(\d+) passed", output)
    assert passed is not None and int(passed[1]) > 0, output
    print(f"vitest: {passed[1]} tests passed")
