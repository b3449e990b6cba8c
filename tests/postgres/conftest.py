"""A store of accounts on the test's own database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.postgres.accounts import NORTH, SOUTH, TYPES


@pytest.fixture
def account_store(database: Database) -> Iterator[Store]:
    """A store with two tenants, north and south."""
    with closing(Store(database, TYPES)) as store:
        store.register(NORTH, SOUTH)
        yield store
