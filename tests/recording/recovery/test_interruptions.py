"""What an admin reads about a recording that something came in between."""

from app.ids import ParticipantId, SeatId
from app.recording.recovery.interruptions import Lost, lost_in, stopped_now
from app.rooms.events import EpochOpened, Event, RecordingStopped
from app.rooms.recorded import Recorded

SEAT, OTHER = ParticipantId(SeatId("sea_1")), ParticipantId(SeatId("sea_3"))


def loss(
    who: str, source: str, from_ms: int, to_ms: int, reason: str = "recorder_lost"
) -> dict[str, object]:
    return {
        "participant_id": who,
        "source": source,
        "from_ms": from_ms,
        "to_ms": to_ms,
        "reason": reason,
    }


def test_picture_and_sound_that_one_event_cut_off_are_one_line() -> None:
    manifest = {
        "losses": [
            loss(SEAT, "camera", 9_900, 12_500),
            loss(SEAT, "microphone", 10_000, 12_000),
            loss(SEAT, "camera", 60_000, 61_000),
            loss(SEAT, "microphone", 10_000, 12_000, "disk_full"),
            loss(OTHER, "camera", 10_000, 12_000),
        ]
    }
    assert lost_in(manifest) == [
        Lost(SEAT, ("camera", "microphone"), 9_900, 12_500, "recorder_lost"),
        Lost(OTHER, ("camera",), 10_000, 12_000, "recorder_lost"),
        Lost(SEAT, ("microphone",), 10_000, 12_000, "disk_full"),
        Lost(SEAT, ("camera",), 60_000, 61_000, "recorder_lost"),
    ]
    assert lost_in({}) == []


def test_what_was_begun_again_is_no_longer_stopped() -> None:
    events: list[Event] = [
        RecordingStopped(SEAT, "camera", "disk_full"),
        RecordingStopped(OTHER, "camera", "disk_full"),
        EpochOpened("epo_2", OTHER, "camera", "vp8"),
    ]
    rows = [Recorded(seq, 1_000 * seq, 0, event) for seq, event in enumerate(events, 1)]
    assert stopped_now(rows, 400) == [Lost(SEAT, ("camera",), 600, None, "disk_full")]
