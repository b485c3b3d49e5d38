"""Ten million hostile datagrams beside a lesson (`SOAK_DATAGRAMS` for another number)."""

import os

import pytest

from tests.media.sfu.test_hostile import WARM_UP, assert_undisturbed
from tests.support.siege import Siege

pytestmark = pytest.mark.soak

DATAGRAMS = int(os.environ.get("SOAK_DATAGRAMS", "10000000"))


@pytest.mark.parametrize("seed", [11])
async def test_ten_million_hostile_datagrams(seed: int) -> None:
    async with Siege(seed) as siege:
        await siege.attack(WARM_UP)
        outcome = await siege.attack(DATAGRAMS)
        print(f"measured: {outcome}, {siege.engine.endpoint.counters}")
        assert_undisturbed(siege, outcome)
