"""The list of places and what runs are made to agree."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.simulated.participant import SimulatedPlace
from app.simulated.reconcile import MAX_PLACES, PlacesUnknown, Simulation
from tests.support.ports import free_port


def _place(number: int, clip: str = "classroom-a") -> SimulatedPlace:
    # Nobody listens there: the classroom keeps trying, as it does while the app restarts.
    url = f"ws://127.0.0.1:{free_port()}/api/v1/signal"
    return SimulatedPlace("les_1", f"seat_{number}", f"Class {number}", "ticket", url, clip)


class Source:
    """A list of places that a test changes; None: the app does not answer."""

    def __init__(self) -> None:
        self.places: list[SimulatedPlace] | None = []

    async def __call__(self) -> list[SimulatedPlace]:
        if self.places is None:
            raise PlacesUnknown("connection refused")
        return self.places


@pytest.fixture
async def source() -> Source:
    return Source()


@pytest.fixture
async def simulation(source: Source) -> AsyncIterator[Simulation]:
    simulation = Simulation(source)
    yield simulation
    await simulation.close()


async def test_places_are_taken_and_left_with_the_list(
    simulation: Simulation, source: Source
) -> None:
    source.places = [_place(1), _place(2)]
    await simulation.reconcile()
    assert simulation.taken == {("les_1", "seat_1"), ("les_1", "seat_2")}

    source.places = [_place(2)]
    await simulation.reconcile()
    assert simulation.taken == {("les_1", "seat_2")}


async def test_a_restart_of_the_app_moves_nobody(simulation: Simulation, source: Source) -> None:
    source.places = [_place(1)]
    await simulation.reconcile()
    source.places = None
    await simulation.reconcile()
    assert simulation.taken == {("les_1", "seat_1")}


async def test_no_more_than_the_bound_are_simulated(simulation: Simulation, source: Source) -> None:
    source.places = [_place(number) for number in range(MAX_PLACES + 5)]
    await simulation.reconcile()
    assert len(simulation.taken) == MAX_PLACES


async def test_a_place_that_cannot_be_played_is_not_tried_over_and_over(
    simulation: Simulation, source: Source
) -> None:
    source.places = [_place(1, clip="no-such-clip")]
    await simulation.reconcile()
    async with asyncio.timeout(60):
        while simulation.taken:
            await asyncio.sleep(0.01)
    await simulation.reconcile()
    await simulation.reconcile()
    assert simulation.taken == set()
