"""The last minutes of a lesson, as the app remembers them."""

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import (
    EngineConnected,
    EngineLost,
    LayersWanted,
    LessonSampled,
    LinkSample,
    PeerStateChanged,
    QualityMeasured,
    Source,
    SubscriptionPaused,
)
from app.telemetry.history import (
    KEEP_MS,
    MAX_INCIDENTS,
    MAX_PARTICIPANTS,
    MAX_SAMPLES,
    MediaHistory,
)
from tests.support.api import Time

LESSON = LessonId("les_1")
A = ParticipantId("sea_a")
SAMPLE = LinkSample("fair", 0.031, 0.125, 480, 90_000, 1_200_000, is_paused=True)


def test_samples_come_back_as_they_were_and_only_the_last_ten_minutes() -> None:
    time = Time(1_000_000)
    history = MediaHistory(time)
    for _ in range(MAX_SAMPLES + 50):
        history.on_engine_event(0, LessonSampled(LESSON, {A: SAMPLE}))
        time.now_ms += 2_000
    lesson = history.of(LESSON)
    assert lesson is not None
    kept = list(lesson.rings[A].since(0))
    assert len(kept) == MAX_SAMPLES
    assert kept[-1] == (time.now_ms - 2_000, SAMPLE)
    assert len(list(lesson.rings[A].since(time.now_ms - 20_000))) == 10


def test_what_went_wrong_is_told_in_order() -> None:
    time = Time(5)
    history = MediaHistory(time)
    camera = PublicationId("lead_1/camera")
    for event in (
        PeerStateChanged(LESSON, A, "subscribe", "connecting"),
        PeerStateChanged(LESSON, A, "subscribe", "connected"),
        QualityMeasured(LESSON, A, "poor", 1, 1),
        QualityMeasured(LESSON, A, "poor", 2, 2),
        SubscriptionPaused(LESSON, A, camera, True, "loss"),
        LayersWanted(LESSON, A, Source.CAMERA, (True, False, False)),
        PeerStateChanged(LESSON, A, "subscribe", "failed"),
        EngineLost(),
        EngineConnected(3),
    ):
        history.on_engine_event(0, event)
        time.now_ms += 1
    lesson = history.of(LESSON)
    assert lesson is not None
    assert [(one.type, one.participant_id, one.detail) for one in lesson.incidents] == [
        ("peer.connected", A, "subscribe"),
        ("quality.changed", A, "poor"),
        ("video.paused", A, "lead_1/camera loss"),
        ("layers.wanted", A, "camera 1 of 3"),
        ("peer.failed", A, "subscribe"),
        ("engine.lost", None, "engine-0"),
        ("engine.connected", None, "engine-0"),
    ]
    assert [one.at_ms for one in lesson.incidents] == sorted(one.at_ms for one in lesson.incidents)


def test_another_engines_loss_is_not_this_lessons() -> None:
    history = MediaHistory(Time(0))
    history.on_engine_event(0, LessonSampled(LESSON, {A: SAMPLE}))
    history.on_engine_event(1, EngineLost())
    lesson = history.of(LESSON)
    assert lesson is not None and not lesson.incidents


def test_a_flood_is_bounded_and_a_silent_lesson_is_forgotten() -> None:
    time = Time(0)
    history = MediaHistory(time)
    many = {ParticipantId(f"sea_{n}"): SAMPLE for n in range(MAX_PARTICIPANTS + 10)}
    history.on_engine_event(0, LessonSampled(LESSON, many))
    for _ in range(MAX_INCIDENTS + 10):
        history.on_engine_event(0, PeerStateChanged(LESSON, A, "publish", "failed"))
    lesson = history.of(LESSON)
    assert lesson is not None
    assert len(lesson.rings) == MAX_PARTICIPANTS and len(lesson.incidents) == MAX_INCIDENTS
    time.now_ms = KEEP_MS + 1
    history.on_engine_event(0, LessonSampled(LessonId("les_2"), {A: SAMPLE}))
    assert history.of(LESSON) is None
