from collections.abc import Iterator

import pytest

from tests.support.serve import Served, serving


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server; lessons are each test's own."""
    with serving(tmp_path_factory.mktemp("whip") / "data") as server:
        yield server
