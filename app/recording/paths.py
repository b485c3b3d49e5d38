"""Where recordings lie while they are written, and films while they are made."""

from pathlib import Path

from app.settings import Settings


def recordings_root(settings: Settings) -> Path:
    """`<lesson>/<epoch>/<segment>` below this folder, until they are finalised."""
    return settings.data_dir.resolve() / "recordings"


def films_root(settings: Settings) -> Path:
    """`<film>` below this folder, until it is in the store."""
    return settings.data_dir.resolve() / "films"
