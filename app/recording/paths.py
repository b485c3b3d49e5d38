"""Where recordings lie while they are written."""

from pathlib import Path

from app.settings import Settings


def recordings_root(settings: Settings) -> Path:
    """`<lesson>/<epoch>/<segment>` below this folder, until they are finalised."""
    return settings.data_dir.resolve() / "recordings"
