"""The set-up file of a classroom's PC with this server's address in it. Pure but for reading its template."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

System = Literal["windows", "linux"]
FILE_NAMES: dict[System, str] = {
    "windows": "tongtang-classroom.cmd",
    "linux": "tongtang-classroom.sh",
}
_TEMPLATES: dict[System, str] = {"windows": "windows.cmd", "linux": "linux.sh"}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")
_CODE = re.compile(r"[0-9a-z]{8,12}")
_PEM = re.compile(r"[A-Za-z0-9+/=\-\s]*")


@dataclass(frozen=True, slots=True)
class Setup:
    """What a file is made for. Values that could end a quoted string of a script are refused: ValueError."""

    origin: str
    """`https://tongtang.example.org:8443`: the one address that may use camera and microphone."""
    code: str
    """Pairs the PC at its first start; the only secret in the file, and it counts for days."""
    certificate: str = ""
    """PEM of the server's own authority; empty where every browser trusts the server's certificate already."""

    def __post_init__(self) -> None:
        for pattern, value in (
            (_ORIGIN, self.origin),
            (_CODE, self.code),
            (_PEM, self.certificate),
        ):
            if not pattern.fullmatch(value):
                raise ValueError(f"this cannot stand in a script: {value!r}")

    def render(self, system: System) -> bytes:
        """UTF-8, with the line ends of the system."""
        text = (Path(__file__).parent / _TEMPLATES[system]).read_text(encoding="utf-8")
        for name, value in (
            ("@ORIGIN@", self.origin),
            ("@START@", f"{self.origin}/classroom#{self.code}"),
            ("@CERTIFICATE@", self.certificate.strip()),
        ):
            text = text.replace(name, value)
        return (text.replace("\n", "\r\n") if system == "windows" else text).encode()
