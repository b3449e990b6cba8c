from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.postgres.database import Database
from tests.http.serving import Api, serving


@pytest.fixture
def api(database: Database) -> Iterator[Api]:
    """The application over a database of its own, with two universities, north and south."""
    with serving(database) as api:
        yield api


@pytest.fixture(scope="module")
def shared_api(module_database: Database) -> Iterator[Api]:
    """The same for all tests of a module, where none minds what the others did."""
    with serving(module_database) as api:
        yield api
