"""The file that a school runs on a classroom's PC once. The Linux one is run; the Windows one is read."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.schools.setup.render import Setup, System
from tests.support.county import SmallCounty
from tests.support.lessons import LessonApi

ORIGIN = "https://tongtang.example.org:8443"
START = f"{ORIGIN}/classroom#k7qm2rxd9tvw"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB+w==\n-----END CERTIFICATE-----\n"
POLICIES = ("VideoCaptureAllowedUrls", "AudioCaptureAllowedUrls", "AutoplayAllowlist")
BROWSER = """#!/bin/sh
# Crashes the first time, is closed the second time.
printf '%s\\n' "$@" >> "$HOME/started"
[ -e "$HOME/crashed" ] || { touch "$HOME/crashed"; exit 139; }
"""


def rendered(system: System, certificate: str = "") -> str:
    return Setup(ORIGIN, "k7qm2rxd9tvw", certificate).render(system).decode()


@pytest.fixture
def pc(tmp_path: Path) -> dict[str, str]:
    """The environment of a Linux PC in a folder: a home, a root for what is the system's, one browser."""
    for folder in ("home/Desktop", "root", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    browser = tmp_path / "bin" / "chromium"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    return {
        "HOME": str(tmp_path / "home"),
        "DESTDIR": str(tmp_path / "root"),
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    }


def run(pc: Mapping[str, str], script: str, *arguments: str) -> str:
    file = Path(pc["HOME"]).parent / "tongtang-classroom.sh"
    file.write_text(script)
    done = subprocess.run(
        ["sh", file, *arguments], env=pc, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


def files_under(folder: str) -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


def test_on_linux_every_browser_is_told_to_trust_this_address_and_no_other(
    pc: dict[str, str],
) -> None:
    run(pc, rendered("linux"))
    found = sorted(Path(pc["DESTDIR"]).rglob("*.json"))
    assert [str(one.relative_to(pc["DESTDIR"])) for one in found] == [
        f"etc/{browser}/policies/managed/tongtang-classroom.json"
        for browser in ("chromium", "chromium-browser", "opt/chrome", "opt/edge")
    ]
    for file in found:
        assert json.loads(file.read_text()) == {name: [ORIGIN] for name in POLICIES}


def test_on_linux_the_page_opens_after_login_and_again_after_a_crash(pc: dict[str, str]) -> None:
    run(pc, rendered("linux"))
    home = Path(pc["HOME"])
    autostart = (home / ".config/autostart/tongtang-classroom.desktop").read_text()
    launcher = home / ".local/share/tongtang/classroom.sh"
    assert f'\nExec="{launcher}"\n' in autostart
    assert (home / "Desktop/tongtang-classroom.desktop").read_text() == autostart

    quick = {**pc, "PATH": f"{_without_waiting(home.parent)}:{pc['PATH']}"}
    subprocess.run([launcher], env=quick, timeout=30, check=True)
    started = (home / "started").read_text().split()
    assert started.count(START) == 2
    assert f"--user-data-dir={home}/.local/share/tongtang/browser" in started
    assert started[-2:] == ["--kiosk", START]


def test_on_linux_undoing_leaves_nothing_and_keeps_what_others_put_there(
    pc: dict[str, str],
) -> None:
    others = Path(pc["DESTDIR"], "etc/chromium/policies/managed/school.json")
    others.parent.mkdir(parents=True)
    others.write_text("{}")
    for _ in range(2):
        run(pc, rendered("linux"))
    assert len(files_under(pc["HOME"])) == 4
    for _ in range(2):
        assert "Undone" in run(pc, rendered("linux"), "uninstall")
    assert files_under(pc["HOME"]) == set()
    assert files_under(pc["DESTDIR"]) == {"etc/chromium/policies/managed/school.json"}


def test_on_windows_powershell_begins_where_the_batch_part_has_ended() -> None:
    raw = Setup(ORIGIN, "k7qm2rxd9tvw", CERTIFICATE).render("windows")
    # No byte order mark: cmd.exe would read it as part of the first command.
    assert raw.startswith(b"@echo off\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    batch, _, powershell = raw.decode().partition("#POWERSHELL\r\n")
    # cmd.exe reads it in the code page of the PC.
    assert batch.isascii()
    assert batch.rstrip().endswith("exit /b %TONGTANG_RESULT%")
    assert "#POWERSHELL" not in powershell
    _is_balanced(powershell)


def test_on_windows_every_browser_is_told_to_trust_this_address_and_undoing_takes_it_back() -> None:
    powershell = rendered("windows").partition("#POWERSHELL")[2]
    assert f"$Origin = '{ORIGIN}'" in powershell
    assert f"$Start = '{START}'" in powershell
    listed = re.search(r"\$Policies = (.*)\r", powershell)
    assert listed is not None
    assert re.findall(r"'(\w+)'", listed[1]) == list(POLICIES)
    installs = re.findall(r"^function Install-(\w+)", powershell, re.MULTILINE)
    undone = re.findall(r"^    Uninstall-(\w+)", powershell, re.MULTILINE)
    assert sorted(undone) == sorted(set(installs) - {"Launcher"})
    for name in re.findall(r"^function ([\w-]+)", powershell, re.MULTILINE):
        assert powershell.count(name) > 1, f"{name} is never called"


@pytest.mark.parametrize("system", ["windows", "linux"])
def test_the_only_secret_in_a_file_is_its_code(system: System) -> None:
    text = rendered(system, CERTIFICATE)
    assert not re.search(r"@[A-Z]+@", text.replace("@CERTIFICATE@", "x"))
    assert "MIIB+w==" in text
    assert text.count("k7qm2rxd9tvw") == 1
    assert "MIIB" not in rendered(system)


@pytest.mark.parametrize(
    ("origin", "code", "certificate"),
    [
        ("https://a'; rm -rf /; '", "k7qm2rxd9tvw", ""),
        ("https://a/$(id)", "k7qm2rxd9tvw", ""),
        (ORIGIN, "k7qm'", ""),
        (ORIGIN, "k7qm2rxd9tvw", "'"),
    ],
)
def test_nothing_that_ends_a_quoted_string_gets_into_a_script(
    origin: str, code: str, certificate: str
) -> None:
    with pytest.raises(ValueError, match="cannot stand in a script"):
        Setup(origin, code, certificate)


async def test_staff_download_the_file_for_this_servers_address(
    api: LessonApi, county: SmallCounty
) -> None:
    code = {"code": "k7qm2rxd9tvw"}
    async with api.client(county.onsite) as onsite:
        answer = await onsite.post("/setup-files/linux", json=code)
        assert answer.headers["content-disposition"] == (
            'attachment; filename="tongtang-classroom.sh"'
        )
        assert "\nORIGIN='http://localhost:8080'\n" in answer.text
        bad = {"code": "'; reboot; '"}
        assert (await onsite.post("/setup-files/linux", json=bad)).status_code == 422
        assert (await onsite.post("/setup-files/amiga", json=code)).status_code == 422
    async with api.client(county.teacher) as teacher:
        assert (await teacher.post("/setup-files/linux", json=code)).status_code == 403


def _without_waiting(folder: Path) -> Path:
    """A folder for PATH in which `sleep` does not."""
    (folder / "quick").mkdir()
    sleep = folder / "quick" / "sleep"
    sleep.write_text("#!/bin/sh\n")
    sleep.chmod(0o755)
    return folder / "quick"


def _is_balanced(powershell: str) -> None:
    """Every bracket outside of strings and comments has its partner."""
    code = re.sub(r"'[^']*'|\"[^\"\r]*\"|#[^\r]*", "", powershell)
    partners = {")": "(", "]": "[", "}": "{"}
    open_ones: list[str] = []
    for char in code:
        if char in partners.values():
            open_ones.append(char)
        elif char in partners:
            assert open_ones.pop() == partners[char]
    assert open_ones == []
