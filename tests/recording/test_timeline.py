"""States, time line and manifest: pure readings of rows and journal."""

import itertools
import random

import pytest

from app.ids import ClassroomId, DeviceId, LessonId, ParticipantId, SeatId, UserId
from app.recording.alignment import place
from app.recording.lifecycle import IllegalStep, RecordingState, Step, advance
from app.recording.manifest import Gap, Loss, Span, StageChange, build_manifest
from app.recording.sender_reports import ntp_to_ns
from app.recording.sidecar import DelayRecord, SegmentHeader, SenderReportRecord
from app.recording.telemetry import EpochTelemetry, SegmentTelemetry
from app.recording.timeline import LessonTimeline
from app.rooms.events import (
    CallUpAccepted,
    ClassroomCalledUp,
    ClassroomSentDown,
    ClockAnchored,
    Event,
    HandRaised,
    LeadHandedOver,
    LessonEnded,
    LessonStarted,
    ParticipantJoined,
    SingAlongStarted,
    SpotlightMoved,
)
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Role, Seat

SECOND = 1_000_000_000
LEAD, SEAT = ParticipantId("lead_u1"), SeatId("sea_1")
UTC_MS, MONO_NS = 1_800_000_000_000, 777 * SECOND


def test_every_step_from_every_state() -> None:
    allowed = {
        ("recording", "begin_finalizing"): "finalizing",
        ("finalizing", "begin_finalizing"): "finalizing",
        ("failed", "begin_finalizing"): "finalizing",
        ("finalizing", "publish"): "available",
        ("available", "publish"): "available",
        ("finalizing", "fail"): "failed",
        ("failed", "fail"): "failed",
        ("available", "repair"): "finalizing",
    }
    for state, step in itertools.product(RecordingState, Step):
        if (state, step) in allowed:
            assert advance(state, step) == allowed[state, step]
        else:
            with pytest.raises(IllegalStep):
                advance(state, step)


def test_a_monotonic_reading_is_placed_before_and_after_a_reboot() -> None:
    timeline = LessonTimeline(UTC_MS, MONO_NS)
    same_boot = timeline.at(MONO_NS + 90 * SECOND, UTC_MS - 3_000 + 500, MONO_NS - 3 * SECOND)
    assert same_boot == 90_000, "a wall clock half a second off does not matter"
    rebooted = timeline.at(25 * SECOND, UTC_MS + 120_000, 20 * SECOND)
    assert rebooted == 125_000


def row(seq: int, at_s: float, event: Event) -> Recorded:
    return Recorded(seq, UTC_MS + int(at_s * 1_000), MONO_NS + int(at_s * SECOND), event)


def test_stage_chapters_and_gaps_are_read_from_the_journal() -> None:
    plan = LessonPlan(
        LessonId("les_1"), UserId("u1"), UTC_MS, UTC_MS + 60_000, True,
        (Seat(SEAT, ClassroomId("cls_1"), True),),
    )  # fmt: skip
    events: list[tuple[float, Event]] = [
        (-20, ClockAnchored("boot", MONO_NS, UTC_MS)),
        (-10, ParticipantJoined(LEAD, Role.LEAD, DeviceId("d1"), UserId("u1"))),
        (-9, ParticipantJoined(ParticipantId(SEAT), Role.CLASSROOM, DeviceId("d2"), classroom_id=ClassroomId("cls_1"))),
        (0, LessonStarted(LEAD)),
        (5, HandRaised(ParticipantId(SEAT))),
        (6, ClassroomCalledUp(SEAT, LEAD, UTC_MS + 36_000)),
        (8, CallUpAccepted(SEAT)),
        (20, ClockAnchored("boot2", MONO_NS, UTC_MS)),
        (30, ClassroomSentDown(SEAT, "by_lead")),
        (45, LessonEnded("ended_by_lead", LEAD)),
    ]  # fmt: skip
    journal = [row(n, at, event) for n, (at, event) in enumerate(events, 1)]
    spans = [
        Span(100, 18_000, "recorder_lost", LEAD, "camera"),
        Span(200, 17_900, "recorder_lost", LEAD, "microphone"),
        Span(19_500, 44_900, "stopped", LEAD, "microphone"),
    ]
    manifest = build_manifest(plan, journal, spans)
    assert [(c.at_ms, c.kind, c.participant_id) for c in manifest.chapters] == [
        (0, "started", None),
        (5_000, "hand_raised", SEAT),
        (8_000, "called_up", SEAT),
        (20_000, "resumed", None),
        (30_000, "sent_down", SEAT),
    ]
    assert [(s.at_ms, s.on_stage) for s in manifest.stage] == [
        (0, (LEAD,)),
        (8_000, (LEAD, SEAT)),
        (30_000, (LEAD,)),
    ]
    assert manifest.gaps == (Gap(18_000, 19_500, "recorder_lost"),)
    assert manifest.losses == (
        Loss(LEAD, "camera", 18_000, 45_000, "recorder_lost"),
        Loss(LEAD, "microphone", 17_900, 19_500, "recorder_lost"),
    )
    assert manifest.lost_ms == 45_000 - 17_900
    assert manifest.duration_ms == 45_000


def test_the_stage_tells_of_a_new_lead_of_the_spotlight_and_of_a_sing_along() -> None:
    helper = ParticipantId("assistant_u2")
    journal = [
        row(1, 0, ParticipantJoined(LEAD, Role.LEAD, DeviceId("d1"), UserId("u1"))),
        row(2, 0, ParticipantJoined(helper, Role.ASSISTANT, DeviceId("d2"), UserId("u2"))),
        row(3, 0, LessonStarted(LEAD)),
        row(4, 10, SpotlightMoved(LEAD, LEAD)),
        row(5, 20, LeadHandedOver(helper)),
        row(6, 30, SingAlongStarted(helper)),
    ]
    plan = LessonPlan(LessonId("les_1"), UserId("u1"), UTC_MS, UTC_MS + 1, True, ())
    manifest = build_manifest(plan, journal, [Span(0, 60_000, "left", LEAD, "camera")])
    assert manifest.stage == (
        StageChange(0, (LEAD,)),
        StageChange(10_000, (LEAD,), spotlight=LEAD),
        StageChange(20_000, (helper,)),
        StageChange(30_000, (helper,), is_sing_along=True),
    )
    assert [(c.kind, c.participant_id) for c in manifest.chapters] == [
        ("started", None),
        ("handed_over", helper),
        ("sing_along_started", None),
    ]


def test_a_lesson_that_a_power_cut_ended_does_not_last_until_the_next_morning() -> None:
    morning_s = 14 * 3_600
    journal = [
        row(1, 0, LessonStarted(LEAD)),
        row(2, 600, HandRaised(SEAT)),
        row(3, morning_s, ClockAnchored("boot_2", MONO_NS + morning_s * SECOND, UTC_MS)),
        row(4, morning_s + 1, LessonEnded("planned_end", None)),
    ]
    plan = LessonPlan(LessonId("les_1"), UserId("u1"), UTC_MS, UTC_MS + 1, True, ())
    manifest = build_manifest(plan, journal, [Span(100, 900_000, "recorder_lost", LEAD, "camera")])
    assert manifest.duration_ms == 900_000
    assert [chapter.kind for chapter in manifest.chapters] == ["started", "hand_raised"]


def ntp(seconds: float) -> int:
    return int(seconds * 2**32)


def epoch(
    source: str,
    rate: int,
    reports: list[tuple[float, float, float]],
    delays: list[tuple[float, float]],
    first_mono_s: float = 1_000.2,
) -> EpochTelemetry:
    """`reports`: (sender clock, RTP time, arrival) in seconds; `delays`: (RTP time, arrival)."""
    header = SegmentHeader(
        "les_1", f"{LEAD}/{source}", f"epo_{source}", "seg", 0, "vp8", rate, 1, 0, 0,
        int(first_mono_s * SECOND), "boot", 0, 0,
    )  # fmt: skip
    return EpochTelemetry(
        (SegmentTelemetry(header, None, None),),  # type: ignore[arg-type]
        tuple(SenderReportRecord(ntp(s), round(r * rate), int(m * SECOND)) for s, r, m in reports),
        tuple(DelayRecord(round(r * rate), int(m * SECOND)) for r, m in delays),
        (),
    )


def test_reports_that_contradict_the_arrivals_are_ignored() -> None:
    """Janus PR 2573: after a phone call the RTP time in the reports stands still."""
    good = [(5_000.0 + t, float(t), 1_000.02 + t) for t in (1, 6)]
    stuck = [(5_000.0 + t, 6.0, 1_000.02 + t) for t in (60, 90, 120)]
    arrivals = [(float(t), 1_000.03 + t) for t in range(1, 120, 5)]
    (with_stuck,) = place([epoch("camera", 90_000, good + stuck, arrivals)])
    (without,) = place([epoch("camera", 90_000, good, arrivals)])
    assert with_stuck.start_mono_ns == pytest.approx(without.start_mono_ns, abs=SECOND // 100)
    (only_stuck,) = place([epoch("camera", 90_000, stuck, arrivals)])
    assert only_stuck.by == "arrival"
    assert only_stuck.start_mono_ns == pytest.approx(1_000.03 * SECOND, abs=SECOND // 100)


def test_a_drifting_sound_card_is_measured_and_an_impossible_one_is_not_believed() -> None:
    drifting = [(5_000.0 + t, t * (1 + 100e-6), 1_000.02 + t) for t in range(0, 3_000, 30)]
    arrivals = [(t * (1 + 100e-6), 1_000.03 + t) for t in range(0, 3_000, 30)]
    (placed,) = place([epoch("microphone", 48_000, drifting, arrivals)])
    assert placed.time_scale == pytest.approx(1 - 100e-6, abs=2e-6)
    wild = [(5_000.0 + t, t * 1.001, 1_000.02 + t) for t in range(0, 600, 30)]
    (placed,) = place(
        [epoch("microphone", 48_000, wild, [(t * 1.001, 1_000.03 + t) for t in range(600)])]
    )
    assert placed.time_scale == 1.0


@pytest.mark.parametrize("has_reports", [True, False])
def test_two_schools_stay_together_over_a_whole_lesson_of_drift(has_reports: bool) -> None:
    """Both see the same second at the start and at the end of 45 minutes, at +80 and -60 ppm."""
    errors = []
    jitter = random.Random(4)
    for ppm, offset_s in ((80e-6, 1.5), (-60e-6, -3_600.0)):
        # The sender's clock runs fast or slow; reports and samples come with up to 80 ms of delay.
        reports = [
            (offset_s + t * (1 + ppm), t * (1 + ppm), 1_000.0 + t + jitter.uniform(0.01, 0.09))
            for t in range(1, 2_700, 30)
        ]
        delays = [
            (t * (1 + ppm), 1_000.0 + t + jitter.uniform(0.01, 0.02)) for t in range(0, 2_700, 5)
        ]
        (placed,) = place([epoch("camera", 90_000, reports if has_reports else [], delays)])
        assert placed.by == ("reports" if has_reports else "arrival")
        for t in (0, 1_350, 2_700):
            media_s = t * (1 + ppm)
            ours_s = placed.start_mono_ns / SECOND + media_s * placed.time_scale
            errors.append(ours_s - (1_000.0 + t))
    print([f"{e * 1e3:.0f} ms" for e in errors])
    assert max(errors) - min(errors) <= 0.03


def test_a_sender_whose_clock_is_set_between_two_epochs_is_followed() -> None:
    before = epoch("camera", 90_000, [(5_000.0 + t, float(t), 1_000.02 + t) for t in range(60)], [])
    after = epoch(
        "screen", 90_000, [(9_000.0 + t, float(t), 1_100.02 + t) for t in range(5)], [], 1_100.05
    )
    first, second = place([before, after])
    assert first.start_mono_ns == pytest.approx(1_000.02 * SECOND, abs=SECOND // 1_000)
    assert second.start_mono_ns == pytest.approx(1_100.02 * SECOND, abs=SECOND // 1_000)


def test_ntp_is_fixed_point() -> None:
    assert ntp_to_ns(ntp(3.5)) == 3_500_000_000
