"""A running signalling server for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.signaling.wire import SignalServer, running
from tests.support.journal import MemoryJournal


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SignalServer]:
    async with running(SignalServer(MemoryJournal())) as running_server:
        yield running_server
