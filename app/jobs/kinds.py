"""What kinds of jobs there are, and in which queue each waits."""

from enum import StrEnum


class Queue(StrEnum):
    FAST = "fast"
    """Seconds; somebody waits for it."""
    UPLOAD = "upload"
    """Bytes on their way to the store; nobody waits, but a disk fills up."""
    HEAVY = "heavy"
    """Minutes of CPU; one at a time, at the lowest priority, and not while lessons need the machine."""


class JobKind(StrEnum):
    FINALIZE = "finalize"
    """Subject: a lesson that is over."""
    THUMBNAILS = "thumbnails"
    """Subject: a recording that can be watched."""
    CLIP = "clip"
    """Subject: a share link to a part of a lesson."""
    SWEEP_RETENTION = "sweep_retention"
    """Subject: always `site`."""
    FILM = "film"
    """Subject: a film."""
    SLIDES = "slides"
    """Subject: a deck that was uploaded."""
    UPLOAD_SEGMENT = "upload_segment"
    """Subject: a closed segment."""


QUEUE_OF: dict[JobKind, Queue] = {
    JobKind.FINALIZE: Queue.FAST,
    JobKind.THUMBNAILS: Queue.FAST,
    JobKind.CLIP: Queue.FAST,
    JobKind.SWEEP_RETENTION: Queue.FAST,
    JobKind.SLIDES: Queue.FAST,
    JobKind.FILM: Queue.HEAVY,
    JobKind.UPLOAD_SEGMENT: Queue.UPLOAD,
}
