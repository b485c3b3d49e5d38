"""Rooms and pages against an engine in memory."""

from collections.abc import Callable

from app.ids import LessonId, publication_id
from app.media.port import (
    EngineConnected,
    LayersWanted,
    MediaEvent,
    Pause,
    QualityMeasured,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    EndLesson,
    Mute,
    ReportCut,
    SendDown,
    StartListenIn,
)
from tests.media.memory_engine import MemoryEngine
from tests.media.reacting_app import App
from tests.rooms.lesson import LEAD, LESSON, SEAT_A, A, B, join_of
from tests.support.waiting import until


async def test_the_engine_holds_what_the_room_wants_and_each_page_gets_its_grant(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    assert app.pages.publish(LEAD) == set(Source)
    assert app.pages.publish(A) == {Source.CAMERA, Source.MICROPHONE}
    assert app.pages.epochs(A)[-1] == app.engine.media_epoch
    assert app.reactor.engine_of(LESSON) is app.engine
    await until(lambda: (A, "lead.0") in app.pages.slots)


async def test_before_the_start_pages_may_connect_but_send_nothing(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.rooms.get(LESSON)
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.publish(A) == frozenset()
    assert app.held()[A].receive == {}


async def test_a_call_up_reaches_the_forwarder_and_sending_down_takes_it_back(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    camera = app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing == {"camera": "vp8"})
    microphone = publication_id(A, "microphone")
    assert microphone not in app.held()[B].receive
    await until(app.is_settled)
    app.engine.keyframes.clear()
    await runtime.execute(CallUp(LEAD, SEAT_A))
    await runtime.execute(AcceptCallUp(A))
    await until(lambda: camera in app.engine.keyframes)
    assert app.held()[B].receive[microphone].slot_group == "classrooms"
    assert app.pages.grants[A][-1][1].video_cap_bps == 800_000
    await runtime.execute(SendDown(LEAD, SEAT_A))
    await until(lambda: microphone not in app.held()[B].receive)
    assert camera not in app.held()[B].receive


async def test_a_page_is_told_when_it_may_no_longer_send_sound(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(Mute(LEAD, A))
    await until(lambda: app.pages.publish(A) == {Source.CAMERA})
    assert len(set(app.pages.epochs(A))) == 1, "the connections stay"


async def test_publications_are_reported_to_the_room(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.MICROPHONE, "opus")
    await until(lambda: runtime.room.participants[A].publishing == {"microphone": "opus"})
    app.engine.unpublish(A, Source.MICROPHONE)
    await until(lambda: not runtime.room.participants[A].publishing)


async def test_a_changed_quality_reaches_the_room_once(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    before = runtime.room.seq
    for quality in ("good", "good", "poor", "poor"):
        app.engine.emit(QualityMeasured(LESSON, A, quality, 5, 7))  # type: ignore[arg-type]
    await until(lambda: runtime.room.participants[A].quality == "poor")
    app.engine.emit(QualityMeasured(LESSON, B, "good", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "good")
    assert runtime.room.seq == before + 3


async def test_a_voice_is_noted_once_it_is_heard_also_when_it_began_before(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.emit(SpeakersChanged(LESSON, (LEAD, A)))
    app.engine.emit(QualityMeasured(LESSON, B, "good", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "good")
    assert runtime.room.participants[A].heard_ms is None, "nobody hears it yet"
    await runtime.execute(StartListenIn(LEAD, SEAT_A))
    await until(lambda: runtime.room.participants[A].heard_ms is not None)
    before = runtime.room.seq
    app.engine.emit(SpeakersChanged(LESSON, ()))
    app.engine.emit(QualityMeasured(LESSON, B, "poor", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "poor")
    assert runtime.room.seq == before + 1


async def test_a_cut_keeps_the_peers_and_the_returning_socket_gets_the_same_grant(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await until(lambda: (A, "lead.0") in app.pages.slots)
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    app.pages.grants.pop(A)
    app.pages.slots.clear()
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.epochs(A) == [app.engine.media_epoch]
    await until(lambda: app.pages.slots.get((A, "lead.0")) == LEAD)
    assert ("remove", A) not in app.engine.calls


async def test_a_lost_participant_is_removed_and_starts_afresh(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await app.clock.advance(60_000)
    await until(lambda: A not in app.held())
    await runtime.execute(join_of(A))
    await until(lambda: A in app.held() and len(set(app.pages.epochs(A))) == 2)


async def test_the_replaced_device_loses_its_peers_at_once(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    await runtime.execute(join_of(A, "dev_new"))
    await until(lambda: len(set(app.pages.epochs(A))) == 2)
    assert ("close_page", A) in app.engine.calls
    assert ("remove", A) not in app.engine.calls
    await until(lambda: not runtime.room.participants[A].publishing)


async def test_a_page_that_takes_over_from_a_session_keeps_its_connections(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A, "whip_1", is_resume=True))
    app.pages.grants.pop(A, None)
    await runtime.execute(join_of(A, is_resume=True))
    assert runtime.room.participants[A].device_id == join_of(A).device_id
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.epochs(A) == [app.engine.media_epoch]
    assert not {name for name, _ in app.engine.calls} & {"remove", "close_page"}


async def test_the_end_closes_the_room(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(EndLesson(LEAD))
    await until(lambda: LESSON not in app.engine.rooms)
    assert (LESSON, "ended") in app.pages.revoked
    assert app.reactor.engine_of(LESSON) is None


async def test_a_lesson_stays_with_the_engine_that_was_persisted_for_it(
    open_app: Callable[..., App],
) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200)]
    app = open_app(engines, {LESSON: 1})
    app.engine = engines[1]
    await app.reactor.start()
    await app.live_room()
    assert app.reactor.engine_of(LESSON) is engines[1]
    assert engines[0].rooms == {}


async def test_a_new_lesson_goes_to_an_engine_that_runs(open_app: Callable[..., App]) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200)]
    engines[0].is_up = False
    app = open_app(engines)
    app.engine = engines[1]
    await app.reactor.start()
    await app.live_room()
    assert app.assigned == {LESSON: 1}


async def test_a_new_lesson_goes_to_the_engine_with_the_fewest(
    open_app: Callable[..., App],
) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200), MemoryEngine(300)]
    app = open_app(engines)
    app.engine = engines[2]
    app.reactor._assigned.update({LessonId("les_b"): 0, LessonId("les_c"): 1})
    await app.reactor.start()
    await app.live_room()
    assert app.assigned == {LESSON: 2}


async def test_pauses_and_taps_pass_on(open_app: Callable[..., App]) -> None:
    app = open_app()
    seen: list[MediaEvent] = []
    app.reactor.taps.append(lambda index, event: seen.append(event))
    await app.reactor.start()
    await app.live_room()
    pause = SubscriptionPaused(LESSON, A, publication_id(LEAD, "camera"), True, "loss")
    app.engine.emit(pause)
    await until(lambda: app.pages.paused == [pause])
    assert pause in seen


async def test_pauses_are_restated_to_who_returns_and_from_a_snapshot(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    camera, screen = publication_id(LEAD, "camera"), publication_id(LEAD, "screen")
    pause = SubscriptionPaused(LESSON, A, camera, True, "loss", True)
    resumed = SubscriptionPaused(LESSON, A, screen, False, "")
    app.engine.emit(SubscriptionPaused(LESSON, A, screen, True, "bandwidth"))
    app.engine.emit(resumed)
    app.engine.emit(pause)
    await until(lambda: pause in app.pages.paused)
    app.pages.paused.clear()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.paused == [pause])
    app.engine.rooms[LESSON][A].paused[camera] = Pause("bandwidth", carries_stills=False)
    app.engine.emit(EngineConnected(app.engine.media_epoch))
    told = SubscriptionPaused(LESSON, A, camera, True, "bandwidth")
    await until(lambda: app.pages.paused == [pause, told])


async def test_wanted_layers_pass_on_and_are_restated(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    event = LayersWanted(LESSON, A, Source.CAMERA, (True, False, True))
    app.engine.emit(event)
    await until(lambda: app.pages.layers == [event])
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.layers == [event, event])


async def test_speakers_pass_on(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    event = SpeakersChanged(LESSON, (LEAD, A))
    app.engine.emit(event)
    await until(lambda: app.pages.speakers == [event])
