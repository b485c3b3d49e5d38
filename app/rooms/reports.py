"""What engine, recorder and roll call report. Delivered at least once, journalled once."""

from app.ids import ParticipantId, publication_id
from app.rooms.commands import (
    ReportEpochClosed,
    ReportEpochOpened,
    ReportHeadCount,
    ReportHeard,
    ReportPublication,
    ReportQuality,
    ReportRecordingStopped,
    ReportSegmentClosed,
)
from app.rooms.draft import Draft
from app.rooms.events import (
    EpochClosed,
    EpochOpened,
    HeadsCounted,
    ParticipantHeard,
    PublicationStarted,
    PublicationStopped,
    QualityChanged,
    RecordingStopped,
    SegmentClosed,
)
from app.rooms.permissions import seat_of
from app.rooms.state import Phase, Presence
from app.rooms.views import is_news_that_heard


def report_publication(draft: Draft, command: ReportPublication) -> None:
    """A track came, changed its codec, or went. Only of somebody who is there, and only while live."""
    owner = draft.room.participants.get(command.participant_id)
    if owner is None or owner.presence is Presence.ABSENT or draft.room.phase is not Phase.LIVE:
        return
    known = owner.publishing.get(command.source)
    if command.codec is None:
        if known is not None:
            draft.emit(PublicationStopped(command.participant_id, command.source))
    elif known != command.codec:
        draft.emit(PublicationStarted(command.participant_id, command.source, command.codec))


def report_quality(draft: Draft, command: ReportQuality) -> None:
    """A link became better or worse. The engine waits until a change lasts, which bounds the journal."""
    owner = draft.room.participants.get(command.participant_id)
    if owner is None or owner.presence is Presence.ABSENT or draft.room.phase is not Phase.LIVE:
        return
    if owner.quality != command.quality:
        draft.emit(QualityChanged(command.participant_id, command.quality))


def report_head_count(draft: Draft, command: ReportHeadCount) -> None:
    """A roll call was saved. What is corrected after the lesson stays in the roll call."""
    is_seat = seat_of(draft.room, ParticipantId(command.seat_id)) is not None
    if draft.room.phase is Phase.ENDED or not is_seat:
        return
    if draft.room.head_counts.get(command.seat_id) != command.head_count:
        draft.emit(HeadsCounted(command.seat_id, command.head_count))


def report_heard(draft: Draft, command: ReportHeard) -> None:
    """A voice. It counts for a classroom that somebody else hears now; once a minute is often enough."""
    if is_news_that_heard(draft.room, command.participant_id, draft.now_ms):
        draft.emit(ParticipantHeard(command.participant_id))


def report_recording(
    draft: Draft,
    command: ReportEpochOpened | ReportSegmentClosed | ReportEpochClosed | ReportRecordingStopped,
) -> None:
    """Also after the end of the lesson: the recorder closes its last segments then."""
    room = draft.room
    match command:
        case ReportEpochOpened():
            if command.epoch_id not in room.open_epochs | room.closed_epochs:
                draft.emit(
                    EpochOpened(
                        command.epoch_id, command.participant_id, command.source, command.codec
                    )
                )
        case ReportSegmentClosed():
            if command.segment_id not in room.segments:
                draft.emit(
                    SegmentClosed(
                        command.segment_id,
                        command.epoch_id,
                        command.size_bytes,
                        command.sha256,
                        command.sidecar_sha256,
                    )
                )
        case ReportEpochClosed():
            if command.epoch_id not in room.closed_epochs:
                draft.emit(EpochClosed(command.epoch_id))
        case ReportRecordingStopped():
            publication = publication_id(command.participant_id, command.source)
            if room.recording_stops.get(publication) != command.reason:
                draft.emit(RecordingStopped(command.participant_id, command.source, command.reason))
