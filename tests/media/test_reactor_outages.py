"""Engine, link and app go down and come back: the reactor makes them agree again."""

from collections.abc import Callable

import pytest

from app.ids import DeviceId, LessonId, ParticipantId, publication_id
from app.media.port import MediaGrant, Source
from app.rooms.commands import EndLesson, Mute
from tests.media.reacting_app import App
from tests.rooms.lesson import LEAD, LESSON, A, B, join_of
from tests.support.waiting import until


async def test_after_an_engine_restart_everybody_gets_a_new_grant_at_once(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    app.engine.lose_link()
    await runtime.execute(Mute(LEAD, B))
    app.engine.come_back(is_restarted=True)
    await until(lambda: all(app.pages.epochs(who)[-1] == 101 for who in (LEAD, A, B)))
    await until(app.is_settled)
    assert not runtime.room.participants[A].publishing
    assert app.pages.publish(B) == {Source.CAMERA}


async def test_a_link_that_only_blinks_disturbs_no_page(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    grants = {who: list(told) for who, told in app.pages.grants.items()}
    app.engine.lose_link()
    # While nobody listened: one track went, another came.
    member = app.engine.rooms[LESSON][A]
    member.publications = {publication_id(A, "microphone"): "opus"}
    app.engine.come_back(is_restarted=False)
    await until(lambda: runtime.room.participants[A].publishing == {"microphone": "opus"})
    assert app.pages.grants == grants
    assert app.pages.revoked == []


async def test_pages_are_told_of_an_engine_that_stays_away_and_reconnect_after_it(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    app.engine.lose_link()
    await until(lambda: (LESSON, "engine_lost") in app.pages.revoked)
    app.engine.come_back(is_restarted=False)
    await until(lambda: all(len(set(app.pages.epochs(w))) == 2 for w in (LEAD, A, B)))


async def test_a_restarted_app_finds_its_peers_in_the_engine(
    open_app: Callable[..., App],
) -> None:
    first = open_app()
    await first.reactor.start()
    before = await first.live_room()
    first.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: before.room.participants[A].publishing)
    await first.close()
    first.engine.calls.clear()
    second = open_app([first.engine], first.assigned, "boot_2")
    await second.reactor.start()
    await until(lambda: second.rooms.live())
    runtime = await second.rooms.get(LESSON)
    await runtime.execute(join_of(A))
    await until(lambda: second.pages.grants.get(A))
    assert second.pages.epochs(A) == [second.engine.media_epoch], "media went on, so it stays"
    assert runtime.room.participants[A].publishing == {"camera": "vp8"}
    names = {name for name, _ in second.engine.calls}
    assert not names & {"remove", "close_room"}


async def test_rooms_that_nobody_wants_any_more_are_closed_at_start(
    open_app: Callable[..., App],
) -> None:
    first = open_app()
    await first.reactor.start()
    runtime = await first.live_room()
    await first.reactor.close()
    await runtime.execute(EndLesson(LEAD))
    await first.close()
    await first.engine.open_room(LessonId("les_forgotten"))
    second = open_app([first.engine], first.assigned)
    await second.reactor.start()
    await until(lambda: second.engine.rooms == {})


async def test_a_failing_engine_call_is_repeated_from_a_snapshot(
    open_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    admit = app.engine.admit
    failures = 0

    async def failing(*arguments: object) -> MediaGrant:
        nonlocal failures
        failures += 1
        raise RuntimeError("a bug in the engine")

    app.engine.admit = failing  # type: ignore[method-assign,assignment]
    await runtime.execute(join_of(ParticipantId("observer_usr_he"), "dev_o"))
    await until(lambda: failures)
    app.engine.admit = admit  # type: ignore[method-assign]
    await until(lambda: ParticipantId("observer_usr_he") in app.held())
    assert app.pages.grants[ParticipantId("observer_usr_he")]
    assert runtime.room.participants[A].device_id == DeviceId(f"dev_{A}")
