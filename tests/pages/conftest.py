from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.postgres.database import Database
from tests.pages.town import Town, town


@pytest.fixture(scope="module")
def qinglan(module_database: Database) -> Iterator[Town]:
    """A university whose history is folded, for the tests of a module that change nothing that others look at."""
    with town(module_database) as made:
        made.fold()
        yield made


@pytest.fixture
def working(database: Database) -> Iterator[Town]:
    """A university of the test's own, with a worker that folds whatever happens."""
    with town(database) as made, made.projecting():
        assert made.caught_up()
        yield made
