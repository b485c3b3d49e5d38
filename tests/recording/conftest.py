import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.recorder_process import RecorderProcess
from tests.support.s3 import s3_server  # noqa: F401 - a fixture


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A short path: a Unix socket's name has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="tt-") as folder:
        yield Path(folder)


@pytest.fixture
async def recorder(tmp_path: Path, run_dir: Path) -> AsyncIterator[RecorderProcess]:
    process = RecorderProcess(tmp_path / "data", run_dir)
    await process.start()
    yield process
    await process.close()
