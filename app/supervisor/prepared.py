"""Remembers that the database fits this version, so that a second `make run` need not load the migration tools."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from app.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_SOURCES = ("migrations/versions/*.py", "app/seed.py")


class PreparedMark:
    """`data_dir/prepared`: a fingerprint of the migrations, the seed, the settings and the database's own revision.

    Only for SQLite. Whatever differs, even by a restored backup, makes it not current.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.data_dir / "prepared"

    def is_current(self) -> bool:
        """Whether preparing again would change nothing."""
        fingerprint = self._fingerprint()
        return (
            bool(fingerprint)
            and self._path.is_file()
            and self._path.read_text().strip() == fingerprint
        )

    def write(self) -> None:
        """To be called after the database was prepared."""
        fingerprint = self._fingerprint()
        if fingerprint:
            self._path.write_text(fingerprint + "\n")
        else:
            self._path.unlink(missing_ok=True)

    def _fingerprint(self) -> str:
        revision = self._revision()
        if not revision:
            return ""
        digest = hashlib.sha256(revision.encode())
        for pattern in _SOURCES:
            for path in sorted(_ROOT.glob(pattern)):
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        password = self._settings.demo_password.get_secret_value()
        digest.update(f"{self._settings.demo}\0{password}".encode())
        return digest.hexdigest()

    def _revision(self) -> str:
        """What the database says of itself; "" if it cannot be asked."""
        prefix, _, name = self._settings.resolved_database_url.partition("///")
        path = Path(name)
        if not prefix.startswith("sqlite") or not path.is_file():
            return ""
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        except sqlite3.Error:
            return ""
        return ",".join(sorted(str(row[0]) for row in rows))
