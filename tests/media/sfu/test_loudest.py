"""Of many open microphones the loudest are passed on."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from app.ids import PublicationId
from app.media.port import MediaPermissions, Reception, SlotGroup
from app.media.sfu.loudest import HOLD_S, MARGIN_DB, MAX_LOUDEST, choose_loudest
from tests.support.raw_peer import Background, paced
from tests.support.waiting import until

from .support import Engine, Publisher, Subscriber

LEVEL_ID = 3
NAMES = tuple("abcdefgh")
levels = st.dictionaries(st.sampled_from(NAMES), st.floats(-70, 0), max_size=8)


@given(st.lists(st.tuples(levels, st.floats(0.05, 2.0)), max_size=30), st.integers(1, 5))
def test_as_many_as_fit_are_chosen_and_each_is_kept_for_a_while(
    steps: list[tuple[dict[str, float], float]], limit: int
) -> None:
    chosen: dict[str, float] = {}
    now = 0.0
    for heard, elapsed in steps:
        now += elapsed
        before, chosen = chosen, choose_loudest(chosen, heard, limit, now)
        assert chosen.keys() <= heard.keys()
        assert len(chosen) == min(limit, len(heard))
        for gone in before.keys() & heard.keys() - chosen.keys():
            assert now - before[gone] >= HOLD_S
            newcomers = chosen.keys() - before.keys()
            assert max(heard[one] for one in newcomers) >= heard[gone] + MARGIN_DB
        for kept in before.keys() & chosen.keys():
            assert chosen[kept] == before[kept]


@given(levels, st.integers(1, 5))
def test_nobody_much_louder_waits_once_the_places_are_held_long_enough(
    heard: dict[str, float], limit: int
) -> None:
    chosen: dict[str, float] = {}
    for step in range(2 * len(NAMES)):
        chosen = choose_loudest(chosen, dict.fromkeys(heard, -60.0), limit, step * HOLD_S)
    for step in range(2 * len(NAMES), 4 * len(NAMES)):
        chosen = choose_loudest(chosen, heard, limit, step * HOLD_S)
    for waiting in heard.keys() - chosen.keys():
        assert all(heard[waiting] < heard[one] + MARGIN_DB for one in chosen)


async def test_on_an_open_floor_a_listener_gets_four_voices_and_always_the_stage(
    engine: Engine,
) -> None:
    crowd = [
        await Publisher(engine, name, 1_000 + 10 * n, level_id=LEVEL_ID).connect()
        for n, name in enumerate("uvwxyz")
    ]
    stage = await Publisher(engine, "stage", 2_000, level_id=LEVEL_ID).connect()
    loud = set("uvwx")
    permissions = MediaPermissions(
        receive={
            PublicationId(f"{name}/microphone"): Reception(
                "auto", "classrooms", is_contested=name != "stage"
            )
            for name in (*"uvwxyz", "stage")
        }
    )
    listener = await Subscriber(
        engine, "s", slots=(SlotGroup("classrooms", 8, has_video=False),)
    ).connect(permissions)
    place = engine.rooms["les_1"].participants[listener.participant_id]  # type: ignore[index]

    def talk() -> None:
        stage.audio.packet(level=90)
        for publisher in crowd:
            publisher.audio.packet(level=20 if publisher.name in loud else 50)

    def heard() -> set[str]:
        assert place.subscribing is not None
        return {
            str(stream.publication.publication_id).partition("/")[0]
            for stream in place.subscribing.streams.values()
            if stream.publication is not None
        }

    def arrived() -> dict[str, int]:
        return {
            str(publisher): len(listener.peer.of(listener.ssrc(f"{slot}.a")))
            for slot, publisher in place.slots.items()
            if publisher is not None
        }

    async with Background(paced(talk, 0.02)):
        took = await until(lambda: heard() == {"stage", *"uvwx"})
        print(f"measured: the four loudest are chosen after {took:.2f} s")
        await until(lambda: all(arrived()[name] > 10 for name in heard()))
        loud.remove("u")
        loud.add("z")
        took = await until(lambda: heard() == {"stage", *"vwxz"})
        print(f"measured: a louder voice is heard after {took:.2f} s")
        # What was on the way when the choice changed has arrived.
        await asyncio.sleep(0.3)
        before = arrived()
        await until(lambda: all(arrived()[name] > before[name] + 10 for name in heard()))
        after = arrived()
        assert after["u"] == before["u"] and after["y"] == before["y"]
        few = {
            identifier: reception
            for identifier, reception in permissions.receive.items()
            if identifier[0] in "uvw"
        }
        listener.permit(MediaPermissions(receive=few))
        assert heard() == set("uvw"), "where all fit, all are heard"
    assert len(crowd) > MAX_LOUDEST
