from collections.abc import AsyncIterator

import pytest

from .support import Engine


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    engine.start()
    yield engine
    engine.close()
