"""Opaque identifiers: a short prefix that names the kind, then 80 random bits in Crockford base 32."""

import secrets
from typing import NewType

LessonId = NewType("LessonId", str)
SeatId = NewType("SeatId", str)
SEAT = "sea"
"""The kind that a seat's id names."""
ParticipantId = NewType("ParticipantId", str)
"""Who occupies a place: a classroom's seat id, or for staff `<role>_<user id>`. Stable across reconnects."""
DeviceId = NewType("DeviceId", str)
"""One browser tab (or simulated peer) that may hold the media of a participant; chosen by the client, new per tab."""
PublicationId = NewType("PublicationId", str)
"""One published track: `<participant id>/<source>`, so that permissions can be computed before the track appears."""
ConnectionId = NewType("ConnectionId", str)
MediaSessionId = NewType("MediaSessionId", str)
"""One WHIP or WHEP session: media connections of a participant beside its page's."""
UserId = NewType("UserId", str)
SchoolId = NewType("SchoolId", str)
ClassroomId = NewType("ClassroomId", str)
PupilId = NewType("PupilId", str)
PcId = NewType("PcId", str)
"""A computer that belongs to a classroom; not a `DeviceId`, which is one tab in one lesson."""
RecordingId = NewType("RecordingId", str)
FilmId = NewType("FilmId", str)
SegmentId = NewType("SegmentId", str)
DeckId = NewType("DeckId", str)
StrokeId = NewType("StrokeId", str)
"""One line drawn on a slide; chosen by the page that draws it, which shows it before the server does."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """A fresh id such as `les_7x2k9d0m4q8r1v5z`; unguessable, safe in a URL and a file name."""
    return f"{prefix}_{''.join(secrets.choice(ALPHABET) for _ in range(16))}"


def publication_id(participant_id: ParticipantId, source: str) -> PublicationId:
    """The id of what `participant_id` publishes from `source`."""
    return PublicationId(f"{participant_id}/{source}")


def is_session_device(device_id: DeviceId | None) -> bool:
    """Whether a WHIP or WHEP session stands in for the device of a place: a page takes it back any time."""
    return device_id is not None and device_id.startswith(("whip_", "whep_"))
