"""The archive: a tar file (POSIX.1-2001) whose last member, `manifest.json`, has the size and digest of every other.

Media is stored as it is, since it does not get smaller; tables are JSON lines, compressed.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, Self

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 256 * 1024 * 1024
"""Some two million files."""
_CHUNK_BYTES = 1024 * 1024


class ArchiveDamaged(Exception):
    """Not an archive of ours, cut short, or changed; the message says which part."""


class Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    size_bytes: int
    sha256: str


class ArchiveWriter:
    """Writes to `<path>.partial`, which becomes `path` once the manifest stands: half a backup has no name.

    Readable by its owner alone, since it holds password hashes and keys.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(  # noqa: SIM115 - closed with the file below it
            fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT
        )
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def add(self, name: str, content: Reader, size_bytes: int) -> None:
        """Exactly `size_bytes` of `content`; EOFError if it ends before, and the archive is as it was."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size_bytes, 0o600
        measured = _Measured(content)
        begins = self._tar.offset
        try:
            self._tar.addfile(member, measured)
        except OSError as error:
            if measured.size_bytes < size_bytes:
                self._rewind(begins)
                raise EOFError(f"{name} is shorter than {size_bytes} bytes") from error
            raise
        self.members[name] = Member(size_bytes, measured.hexdigest())

    def _rewind(self, offset: int) -> None:
        self._file.seek(offset)
        self._file.truncate()
        self._tar.offset = offset

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest, with `about` beside the members, and give the archive its name."""
        listed = {name: [one.size_bytes, one.sha256] for name, one in self.members.items()}
        manifest = json.dumps({"format": FORMAT, **about, "members": listed}).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(manifest), 0o600
        self._tar.addfile(member, io.BytesIO(manifest))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._partial.rename(self._path)


class _Measured:
    """A digest of what is read through it."""

    def __init__(self, content: Reader) -> None:
        self._content = content
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._content.read(size)
        self.size_bytes += len(chunk)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Archive:
    """A checked archive: every member is there, whole and unchanged."""

    path: Path
    about: Mapping[str, Any]
    """What `finish` was given."""
    members: Mapping[str, Member]

    def read(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Each member by name, with its content, in the order of writing."""
        with tarfile.open(self.path, "r:") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if info.name in self.members and content is not None:
                    yield info.name, content


def check(path: Path) -> Archive:
    """Read all of it once. Raises ArchiveDamaged, OSError."""
    found: dict[str, Member] = {}
    manifest: bytes | None = None
    try:
        with tarfile.open(path, "r:") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if content is None:
                    raise ArchiveDamaged(f"{path}: {info.name} is no plain file")
                if info.name == MANIFEST:
                    if info.size > MAX_MANIFEST_BYTES:
                        raise ArchiveDamaged(f"{path}: its manifest is too large")
                    manifest = content.read()
                else:
                    digest = hashlib.sha256()
                    while chunk := content.read(_CHUNK_BYTES):
                        digest.update(chunk)
                    found[info.name] = Member(info.size, digest.hexdigest())
    except tarfile.TarError as error:
        raise ArchiveDamaged(f"{path} is not a backup, or was cut short ({error})") from error
    if manifest is None:
        raise ArchiveDamaged(f"{path} has no manifest: it was cut short, or is not a backup")
    return _compared(path, manifest, found)


def _compared(path: Path, manifest: bytes, found: Mapping[str, Member]) -> Archive:
    try:
        about = json.loads(manifest)
        version = about.pop("format")
        listed = {
            name: Member(size, digest) for name, (size, digest) in about.pop("members").items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveDamaged(f"{path}: its manifest cannot be read") from error
    if version != FORMAT:
        raise ArchiveDamaged(f"{path} was made by another version of Tongtang (format {version})")
    for name, member in listed.items():
        if found.get(name) != member:
            what = "is missing" if name not in found else "was changed or damaged"
            raise ArchiveDamaged(f"{path}: {name} {what}")
    return Archive(path, about, listed)
