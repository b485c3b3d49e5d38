"""A PC whose browser trusts a certificate authority, as a school's does once its one file is installed."""

import subprocess
from pathlib import Path

import pytest


def trusting_home(home: Path, authority: Path) -> Path:
    """Make `home` a home directory whose NSS store has this authority (PEM). Skips where NSS's tools are missing."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    trust_in_store(store, authority)
    return home


def trust_in_store(store: Path, authority: Path) -> None:
    """Make an NSS store in this directory, with the authority in it."""
    for command in (
        ("-N", "--empty-password"),
        ("-A", "-n", "Tongtang", "-t", "C,,", "-i", str(authority)),
    ):
        try:
            subprocess.run(["certutil", "-d", f"sql:{store}", *command], check=True)
        except FileNotFoundError:
            pytest.skip("certutil is missing: install libnss3-tools")
