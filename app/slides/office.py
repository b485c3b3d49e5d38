"""PowerPoint as PDF by LibreOffice, where the machine has it: no macros, no linked files, no network it could use."""

import asyncio
import contextlib
import os
import shutil
import signal
from pathlib import Path

from app.slides.limits import MAX_FILE_BYTES, OFFICE_CPU_S, OFFICE_MEMORY_BYTES, OFFICE_TOTAL_S

_NAMES = ("soffice", "libreoffice")
_NOWHERE = "http://127.0.0.1:9"
"""Discard: a proxy that answers nobody."""
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
_LIMITED = 'ulimit -c 0 -t "$1" -v "$2" -f "$3"; shift 3; exec "$@"'


class OfficeFailed(Exception):
    """LibreOffice made no PDF of it."""


def office_program() -> str | None:
    """LibreOffice on this machine; None where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


async def pdf_of(program: str, path: Path, folder: Path) -> Path:
    """The presentation as a PDF in `folder`, which is this run's alone. Raises OfficeFailed."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    await asyncio.to_thread(settings.parent.mkdir, parents=True)
    await asyncio.to_thread(settings.write_text, _PROFILE, "utf-8")
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", _LIMITED, "sh", str(OFFICE_CPU_S)),
        *(str(OFFICE_MEMORY_BYTES // 1024), str(4 * MAX_FILE_BYTES // 512)),
        *(program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"),
        *("--convert-to", "pdf", "--outdir", str(folder), str(path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        # It starts processes of its own: they end as one group.
        start_new_session=True,
        env={
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "http_proxy": _NOWHERE,
            "https_proxy": _NOWHERE,
        },
    )
    try:
        async with asyncio.timeout(OFFICE_TOTAL_S):
            await process.wait()
    except TimeoutError as error:
        raise OfficeFailed("it took too long") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    made = folder / f"{path.stem}.pdf"
    if not await asyncio.to_thread(made.is_file):
        raise OfficeFailed(f"exit code {process.returncode}")
    return made
