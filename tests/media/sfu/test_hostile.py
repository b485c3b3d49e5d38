"""A hundred thousand hostile datagrams beside a lesson; ten million of them are a test of the long form."""

from tests.support.siege import Outcome, Siege

DATAGRAMS = 100_000
WARM_UP = 10_000
MAX_GROWN_BYTES = 128 << 10


async def test_hostile_datagrams_neither_disturb_a_lesson_nor_leave_anything_behind() -> None:
    async with Siege(seed=7) as siege:
        # Caches fill, rings wrap around: what is kept for good is kept after this.
        await siege.attack(WARM_UP)
        outcome = await siege.attack(DATAGRAMS)
        print(f"measured: {outcome}, {siege.engine.endpoint.counters}")
        assert_undisturbed(siege, outcome)


def assert_undisturbed(siege: Siege, outcome: Outcome) -> None:
    assert outcome.gaps == 0 and siege.strangers_known == 0
    assert outcome.grown_bytes < MAX_GROWN_BYTES
    counters = siege.engine.endpoint.counters
    assert counters.handler_errors == 0
    for counted in (counters.malformed, counters.unknown_source, counters.wrong_password):
        assert counted > 0
