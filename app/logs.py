"""Where log lines go: everything from info up into a file per process, what a person must see to the terminal."""

import logging
import logging.handlers
import sys

from app.settings import Settings

FILE_BYTES = 2_000_000
FILES_KEPT = 5


def configure_logging(process: str, settings: Settings) -> None:
    """Set up the root logger of the process named `process`; call it once, first thing.

    The file is `data_dir/logs/<process>.log`, rotated; the terminal gets `TONGTANG_LOG_LEVEL` and above.
    """
    root = logging.getLogger()
    root.setLevel(min(logging.INFO, settings.log_level_number))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(settings.log_level_number)
    terminal.setFormatter(logging.Formatter(f"{process}: %(levelname)s %(name)s: %(message)s"))
    root.addHandler(terminal)
    directory = settings.data_dir / "logs"
    directory.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        directory / f"{process}.log",
        maxBytes=FILE_BYTES,
        backupCount=FILES_KEPT,
        encoding="utf-8",
        delay=True,
    )
    file.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    )
    root.addHandler(file)
    # They log each STUN transaction, each frame and each socket at info.
    for chatty in ("uvicorn.error", "aioice", "aiortc", "alembic", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, settings.log_level_number))
