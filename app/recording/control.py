"""Lines on the control socket between app and recorder: one JSON object each.

Request `{"id", "op", ...}` -> `{"re", "ok"}` or `{"re", "error"}`; unasked `{"report": {...}}`, repeated
after every reconnect until the app sends `{"op": "acknowledge", "event_id"}`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.ids import LessonId, PublicationId
from app.recording.port import RecorderSnapshot, TrackRequest, TrackSnapshot

MAX_LINE_BYTES = 4 * 1024 * 1024


def dump_line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def parse_line(line: bytes) -> dict[str, Any]:
    """ValueError unless the line is a JSON object."""
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("control line is not an object")
    return value


def request_to_json(request: TrackRequest) -> dict[str, Any]:
    return asdict(request)


def request_from_json(value: Mapping[str, Any]) -> TrackRequest:
    """ValueError if a field is missing or out of range."""
    try:
        request = TrackRequest(
            LessonId(str(value["lesson_id"])),
            PublicationId(str(value["publication_id"])),
            float(value.get("keyframe_interval_s", 20.0)),
            int(value.get("priority", 0)),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"track request lacks {error}") from None
    # The id becomes a folder name.
    if not request.lesson_id.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"lesson id {request.lesson_id!r}")
    if not 1 <= len(request.lesson_id) <= 64 or not 1 <= len(request.publication_id) <= 200:
        raise ValueError("lesson or publication id is too long")
    if not 1.0 <= request.keyframe_interval_s <= 600.0:
        raise ValueError(f"keyframe interval of {request.keyframe_interval_s} s")
    return request


def snapshot_to_json(snapshot: RecorderSnapshot) -> dict[str, Any]:
    return asdict(snapshot)


def snapshot_from_json(value: Mapping[str, Any]) -> RecorderSnapshot:
    tracks = tuple(
        TrackSnapshot(**{**track, "request": request_from_json(track["request"])})
        for track in value["tracks"]
    )
    return RecorderSnapshot(tracks, bool(value["is_adopting"]))
